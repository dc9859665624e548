using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Image;
using DreamFusion.Kernels.Rays;
using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Configuration;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Field;

/// <summary>What the field says about M points.</summary>
/// <param name="Density">σ [M, 1], 1/world unit.</param>
/// <param name="Albedo">ρ [M, 3], 0..1.</param>
/// <param name="Normals">n [M, 3], unit length or zero where the density has no gradient; null if not asked for.</param>
public sealed record FieldSamples(Variable Density, Variable Albedo, Variable? Normals);

/// <summary>
/// The trainable scene: an encoding of positions and small networks that give density and albedo at any point, normals from the
/// density's gradient, and a background if it is learnt.
/// <code>
/// y = encode(x)   (o, p) = networks(y)   σ = scale act(gain o + blob(x) + bias)   ρ = sigmoid(albedo_gain p)
/// n = -ν'/|ν'|,   ν' = gain (dy/dx)ᵀ do/dy + ∇blob     (or ∇σ if the blob is added, or differences of σ)
/// </code>
/// </summary>
public sealed class RadianceField : IDisposable
{
    /// <summary>Name of the feature table among the parameters.</summary>
    public const string TableName = "encoder.table";

    /// <summary>Name of the weights and biases of one network for density and albedo.</summary>
    public const string NetworkName = "net.parameters";

    /// <summary>Name of the weights and biases of a separate density network.</summary>
    public const string SigmaNetworkName = "sigma_net.parameters";

    /// <summary>Name of the weights and biases of a separate albedo network.</summary>
    public const string FeaturesNetworkName = "features_net.parameters";

    /// <summary>Name of the background network's weights and biases among the parameters.</summary>
    public const string BackgroundName = "background.parameters";

    private const uint BackgroundLane = 2;

    private readonly DeviceContext _device;
    private readonly IPositionEncoding _encoding;
    private readonly IFieldNetworks _networks;

    /// <summary>Allocates the field; parameters start at zero until <see cref="Initialise"/> or a checkpoint fills them.</summary>
    public RadianceField(DeviceContext device, FieldOptions options)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        _device = device;
        Options = options;
        _encoding = options.Encoding switch
        {
            HashGridEncodingOptions grid => new HashGridEncoding(grid),
            FrequencyEncodingOptions frequency => new FrequencyEncoding(frequency.Frequency),
            IntegratedEncodingOptions integrated => new IntegratedEncoding(integrated),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Encoding, "Unknown encoding."),
        };
        _networks = options.Networks switch
        {
            JointNetworkOptions joint => new JointNetworks(joint),
            SeparateNetworkOptions separate => new SeparateNetworks(separate),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Networks, "Unknown networks."),
        };
        List<ParameterShape> shapes = [.. _encoding.Shapes, .. _networks.Shapes];
        if (options.Background is { } background)
        {
            shapes.Add(ParameterShape.Of(BackgroundName, background.Network, ParameterRole.Background));
        }
        Parameters = new ParameterArena(device.Accelerator, shapes);
        _encoding.Bind(Parameters);
        _networks.Bind(Parameters);
        SceneParameters = [.. _encoding.Parameters, .. _networks.Parameters];
    }

    /// <summary>The kernels' options.</summary>
    public FieldOptions Options { get; }

    /// <summary>Every trainable parameter.</summary>
    public ParameterArena Parameters { get; }

    /// <summary>The hash grid's shape, sizes of its levels and feature table [entries, F]; null if positions are encoded otherwise.</summary>
    public (HashGridLayout Layout, Variable Table)? Grid => _encoding is HashGridEncoding grid ? (grid.Layout, grid.Table) : null;

    /// <summary>
    /// Share of the hash grid's levels that are in use, above 0 to 1: the coarsest ⌈share · levels⌉, at least one; features of the others are 0 and
    /// get no gradient. Without effect on other encodings.
    /// </summary>
    public float MaxLevel
    {
        get => _encoding is HashGridEncoding grid ? grid.MaxLevel : 1f;
        set
        {
            if (!(value is > 0f and <= 1f))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "The share of levels in use must be above 0 and at most 1.");
            }
            if (_encoding is HashGridEncoding grid)
            {
                grid.MaxLevel = value;
            }
        }
    }

    /// <summary>Bytes of a sample's values on the tape and of their gradients; what the kernels keep beside them is left out.</summary>
    /// <param name="withNormals">Whether normals are wanted.</param>
    public long BytesPerSample(bool withNormals)
    {
        long features = Options.Encoding.FeatureCount, values = features + Options.Networks.OutputCount;
        if (!withNormals)
        {
            return 2 * sizeof(float) * values;
        }
        return Options.Normals is DifferenceFieldNormals { Differences: { } differences }
            ? 2 * sizeof(float) * ((values * (1 + differences.TapCount)) + 3)
            : (2 * sizeof(float) * (values + features + 3)) + _encoding.DerivativeBytes;
    }

    /// <summary>What <see cref="Evaluate"/> reads: the parameters without the background's.</summary>
    internal IReadOnlyList<Variable> SceneParameters { get; }

    /// <summary>
    /// Random start: features uniform in ± <see cref="HashGridEncodingOptions.InitialFeature"/>; weights and hidden biases uniform in
    /// ± 1/√inputs (as PyTorch's Linear), the last bias zero.
    /// </summary>
    public void Initialise(uint seed)
    {
        var key = new RandomKey(seed, 0, RandomPurpose.Initialisation);
        _encoding.Initialise(key);
        _networks.Initialise(key);
        if (Options.Background is { } background)
        {
            Parameters[BackgroundName].Variable.Value.CopyFromCPU(NetworkStart.Uniform(background.Network, key, BackgroundLane));
        }
    }

    /// <summary>Takes what depends on the step and not on the parameters: the width of the integrated encoding.</summary>
    /// <param name="step">Step, from 0; of a finished field the number of its steps.</param>
    public void Prepare(int step) => (_encoding as IntegratedEncoding)?.Prepare(step);

    /// <summary>Evaluates the field on the tape.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="positions">Points [M, 3], world units; not differentiated.</param>
    /// <param name="withNormals">Whether normals are wanted; analytic ones cost about as much again, differences four or six times as much.</param>
    public FieldSamples Evaluate(Tape tape, Variable positions, bool withNormals)
    {
        ArgumentNullException.ThrowIfNull(tape);
        if (withNormals && Options.Normals is AnalyticFieldNormals)
        {
            return WithAnalyticNormals(tape, positions);
        }
        FieldOutputs outputs = _networks.Evaluate(tape, _encoding.Encode(tape, positions));
        FieldSamples samples = DensityAndAlbedo(tape, positions, outputs);
        return !withNormals ? samples : samples with { Normals = DifferenceNormals(tape, positions) };
    }

    /// <summary>The learnt background's colour behind each ray [R, 3], 0..1; it depends on the direction alone.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="rays">R rays.</param>
    /// <exception cref="InvalidOperationException">The field has no learnt background.</exception>
    public Variable Background(Tape tape, in RayBatch rays)
    {
        EnvironmentOptions background = Options.Background
            ?? throw new InvalidOperationException("This field has no learnt background; give the view a colour, or set background.kind to torchngp or environment.");
        return tape.EnvironmentBackground(background, Parameters[BackgroundName].Variable, rays);
    }

    /// <summary>The density alone, without gradients: for the occupancy grid and for meshes.</summary>
    /// <param name="positions">Points [M], world units.</param>
    /// <param name="sigma">σ [M]; overwritten.</param>
    public void Density(ArrayView<Float3> positions, ArrayView<float> sigma)
    {
        using var tape = new Tape(_device, recording: false);
        Variable points = tape.Constant(positions.Cast<float>(), positions.IntLength, 3);
        sigma.CopyFrom(Density(tape, Options.Density, points).Value);
    }

    /// <inheritdoc/>
    public void Dispose() => Parameters.Dispose();

    private FieldSamples WithAnalyticNormals(Tape tape, Variable positions)
    {
        EncodedPositions encoded = _encoding.EncodeDifferentiably(tape, positions);
        FieldOutputs outputs;
        Variable? gradient = null;
        if (_encoding.KeepsDerivative)
        {
            outputs = _networks.Evaluate(tape, encoded.Features, out gradient);
        }
        else
        {
            outputs = _networks.Evaluate(tape, encoded.Features);
        }
        FieldSamples samples = DensityAndAlbedo(tape, positions, outputs);
        Variable nu = encoded.PositionGradient(gradient ?? _networks.DensityGradient(tape, encoded.Features));
        return samples with
        {
            Normals = Options.Density.Blob == DensityBlob.AddedGaussian
                ? tape.DensityNormals(Options.Density, outputs.Density, outputs.DensityColumn, nu, positions)
                : tape.Normals(Options.Density, nu, positions),
        };
    }

    private Variable DifferenceNormals(Tape tape, Variable positions)
    {
        FiniteDifferenceOptions differences = ((DifferenceFieldNormals)Options.Normals).Differences;
        DensityOptions everywhere = Options.Density with { Bound = float.PositiveInfinity };
        return tape.FiniteDifferenceNormals(differences, taps => Density(tape, everywhere, taps), positions);
    }

    private Variable Density(Tape tape, DensityOptions options, Variable positions)
    {
        (Variable raw, int column) = _networks.Density(tape, _encoding.Encode(tape, positions));
        return tape.Density(options, raw, column, positions);
    }

    private FieldSamples DensityAndAlbedo(Tape tape, Variable positions, FieldOutputs outputs) => new(
        tape.Density(Options.Density, outputs.Density, outputs.DensityColumn, positions),
        Albedo(tape, outputs),
        Normals: null);

    private Variable Albedo(Tape tape, FieldOutputs outputs) => Options.AlbedoActivation switch
    {
        AlbedoActivation.Sigmoid => tape.Albedo(outputs.Albedo, outputs.AlbedoColumn, Options.AlbedoGain),
        AlbedoActivation.Linear when outputs.Albedo.Columns == 3 =>
            tape.MapRange(outputs.Albedo, new ValueRange(-1f / Options.AlbedoGain, 1f / Options.AlbedoGain), ValueRange.Unit),
        _ => throw new InvalidOperationException($"Albedo activation {Options.AlbedoActivation} needs a network of its own for the albedo; give sigma_net_cfg and features_net_cfg."),
    };
}
