using System;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Rays;
using DreamFusion.Kernels.Shade;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Field;

/// <summary>What the field says about M points.</summary>
/// <param name="Density">σ [M, 1], 1/world unit.</param>
/// <param name="Albedo">ρ [M, 3], 0..1.</param>
/// <param name="Normals">n [M, 3], unit length or zero where the density has no gradient; null if not asked for.</param>
public sealed record FieldSamples(Variable Density, Variable Albedo, Variable? Normals);

/// <summary>
/// The trainable scene: a multiresolution grid of features and a small network that give density and albedo at any point,
/// and normals from the density's gradient.
/// <code>
/// y = encode(x)   o = mlp(y)   σ = scale act(gain o₀ + blob(x) + bias)   ρ = sigmoid(albedo_gain o₁..₃)
/// n = -ν'/|ν'|,   ν' = gain (dy/dx)ᵀ do₀/dy + ∇blob
/// </code>
/// </summary>
public sealed class RadianceField : IDisposable
{
    /// <summary>Name of the feature table among the parameters.</summary>
    public const string TableName = "encoder.table";

    /// <summary>Name of the network's weights and biases among the parameters.</summary>
    public const string NetworkName = "net.parameters";

    /// <summary>Name of the background network's weights and biases among the parameters.</summary>
    public const string BackgroundName = "background.parameters";

    private readonly DeviceContext _device;

    /// <summary>Allocates the field; parameters start at zero until <see cref="Initialise"/> or a checkpoint fills them.</summary>
    public RadianceField(DeviceContext device, FieldOptions options)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        _device = device;
        Options = options;
        Layout = new HashGridLayout(options.Grid);
        Parameters = new ParameterArena(device.Accelerator,
        [
            new ParameterShape(TableName, Layout.EntryCount, options.Grid.FeaturesPerLevel, ParameterRole.Encoder),
            ParameterShape.Of(NetworkName, options.Network, ParameterRole.Network),
            .. options.Background is { } background ? [ParameterShape.Of(BackgroundName, background.Network, ParameterRole.Background)] : (ParameterShape[])[],
        ]);
    }

    /// <summary>The kernels' options.</summary>
    public FieldOptions Options { get; }

    /// <summary>Sizes of the grid's levels.</summary>
    public HashGridLayout Layout { get; }

    /// <summary>Every trainable parameter.</summary>
    public ParameterArena Parameters { get; }

    /// <summary>The feature table [entries, F].</summary>
    public Variable Table => Parameters[TableName].Variable;

    /// <summary>The network's flat parameters.</summary>
    public Variable Network => Parameters[NetworkName].Variable;

    /// <summary>
    /// Random start: features uniform in ± <see cref="FieldOptions.InitialFeature"/>; weights and hidden biases uniform in
    /// ± 1/√inputs (as PyTorch's Linear), the last bias zero.
    /// </summary>
    public void Initialise(uint seed)
    {
        var key = new RandomKey(seed, 0, RandomPurpose.Initialisation);
        float[] table = new float[Table.Length];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = ((2f * CounterRandom.Uniform(key, (uint)i, 0)) - 1f) * Options.InitialFeature;
        }
        Table.Value.CopyFromCPU(table);
        Network.Value.CopyFromCPU(NetworkStart.Uniform(Options.Network, key, 1));
        if (Options.Background is { } background)
        {
            Parameters[BackgroundName].Variable.Value.CopyFromCPU(NetworkStart.Uniform(background.Network, key, 2));
        }
    }

    /// <summary>Evaluates the field on the tape.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="positions">Points [M, 3], world units; not differentiated.</param>
    /// <param name="withNormals">Whether normals are wanted; they cost about as much again.</param>
    public FieldSamples Evaluate(Tape tape, Variable positions, bool withNormals)
    {
        ArgumentNullException.ThrowIfNull(tape);
        if (!withNormals || !Options.KeepsJacobian)
        {
            Variable features = tape.HashGridEncode(Options.Grid, Table, positions);
            Variable output = tape.MlpForward(Options.Network, Network, features);
            FieldSamples samples = DensityAndAlbedo(tape, positions, output);
            return !withNormals ? samples : samples with
            {
                Normals = tape.AnalyticNormals(
                    Options.Grid, Table, Options.Network, Network, Options.Density, FieldOptions.DensityColumn, positions, features, output),
            };
        }
        Variable kept = tape.HashGridEncode(Options.Grid, Table, positions, out HashGridJacobian jacobian);
        Variable raw = tape.MlpForward(Options.Network, Network, kept, FieldOptions.DensityColumn, out Variable gradient);
        return DensityAndAlbedo(tape, positions, raw) with
        {
            Normals = tape.AnalyticNormals(jacobian, gradient, Options.Density, FieldOptions.DensityColumn, positions, raw),
        };
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

    private FieldSamples DensityAndAlbedo(Tape tape, Variable positions, Variable output) => new(
        tape.Density(Options.Density, output, FieldOptions.DensityColumn, positions),
        tape.Albedo(output, FieldOptions.AlbedoColumn, Options.AlbedoGain),
        Normals: null);

    /// <summary>The density alone, without gradients: for the occupancy grid.</summary>
    /// <param name="positions">Points [M], world units.</param>
    /// <param name="sigma">σ [M]; overwritten.</param>
    public void Density(ArrayView<Float3> positions, ArrayView<float> sigma)
    {
        using var tape = new Tape(_device, recording: false);
        Variable points = tape.Constant(positions.Cast<float>(), positions.IntLength, 3);
        Variable features = tape.HashGridEncode(Options.Grid, Table, points);
        Variable output = tape.MlpForward(Options.Network, Network, features);
        Variable density = tape.Density(Options.Density, output, FieldOptions.DensityColumn, points);
        sigma.CopyFrom(density.Value);
    }

    /// <inheritdoc/>
    public void Dispose() => Parameters.Dispose();
}
