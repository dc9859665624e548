using System;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Pipeline.Field;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>
/// What a <see cref="RadianceField"/> holds and what its evaluation rents, from its options alone: the same parameters, the same buffers in the
/// same order as <see cref="RadianceField.Evaluate"/> and the operations under it. <c>tests/Pipeline.Tests/Machine</c> holds the two together.
/// </summary>
internal sealed class FieldLedger
{
    private const int Alignment = 8;

    private readonly FieldOptions _options;
    private readonly DeviceContext _device;

    /// <summary>A field of these options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="device">A device of the kind that trains: it says what the networks' code keeps.</param>
    public FieldLedger(FieldOptions options, DeviceContext device)
    {
        _options = options;
        _device = device;
        long length = 0;
        if (options.Encoding is HashGridEncodingOptions grid)
        {
            length += Aligned(new HashGridLayout(grid.Grid).ParameterCount);
        }
        foreach (MlpOptions network in Networks())
        {
            length += Aligned(network.ParameterCount);
        }
        if (options.Background is { } background)
        {
            length += Aligned(background.Network.ParameterCount);
        }
        ParameterCount = length;
    }

    /// <summary>Floats of the parameters, padding included.</summary>
    public long ParameterCount { get; }

    /// <summary>What the kernels for GPUs keep on a card between launches.</summary>
    /// <param name="tuning">How they work.</param>
    public long CardBytes(GpuTuning tuning)
    {
        long grid = _options.Encoding is HashGridEncodingOptions { Grid: { } options } ? HashGrid<LinearInterpolation>.GpuBytes(options, tuning) : 0;
        long networks = 0;
        foreach (MlpOptions network in Networks())
        {
            // One launcher serves all networks of the same activation: it keeps the largest one's sums.
            networks = Math.Max(networks, FusedMlp<Relu>.GpuBytes(network));
        }
        return grid + networks;
    }

    /// <summary>As <see cref="RadianceField.BytesPerSample"/>.</summary>
    public long BytesPerSample(bool withNormals)
    {
        long features = _options.Encoding.FeatureCount, values = features + _options.Networks.OutputCount;
        if (!withNormals)
        {
            return 2 * sizeof(float) * values;
        }
        return _options.Normals is DifferenceFieldNormals { Differences: { } differences }
            ? 2 * sizeof(float) * ((values * (1 + differences.TapCount)) + 3)
            : (2 * sizeof(float) * (values + features + 3)) + JacobianBytes;
    }

    /// <summary>The buffers of an evaluation of M points, in segments where they would exceed a limit.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="samples">M.</param>
    /// <param name="withNormals">Whether normals are wanted.</param>
    /// <param name="limit">Bytes for the field's values, as <see cref="RendererOptions.FieldMemory"/>.</param>
    public void Evaluate(TapeLedger tape, long samples, bool withNormals, long limit)
    {
        long rows = Math.Clamp(limit / BytesPerSample(withNormals), 1, int.MaxValue);
        if (samples <= rows)
        {
            EvaluateWhole(tape, samples, withNormals);
            return;
        }
        Outputs(tape, samples, withNormals);
        // The last segment is shorter, and as long as it happens to be.
        for (int octave = PoolLedger.Octaves; octave >= 0; octave--)
        {
            using var segment = new TapeLedger(tape.Pool, tape.IsRecording);
            EvaluateWhole(segment, Math.Max(1, rows >> octave), withNormals);
            segment.Backward();
        }
    }

    /// <summary>The buffers of the density alone.</summary>
    public void Density(TapeLedger tape, long samples)
    {
        tape.Values(samples, _options.Encoding.FeatureCount, IsGrid);
        Forward(tape, DensityNetwork, samples);
        tape.Values(samples, 1);
    }

    /// <summary>The buffers of the learnt background behind R rays, or of a constant one.</summary>
    public void Background(TapeLedger tape, long rays)
    {
        if (_options.Background is not { } background)
        {
            tape.Values(rays, 3, gradient: false);
            return;
        }
        tape.Values(rays, background.Network.InputCount, gradient: false);
        Forward(tape, background.Network, rays);
    }

    private bool IsGrid => _options.Encoding is HashGridEncodingOptions;

    private long JacobianBytes => _options.Encoding is HashGridEncodingOptions { KeepsJacobian: true } grid ? 3L * sizeof(float) * grid.FeatureCount : 0;

    private MlpOptions DensityNetwork => Networks()[0];

    private static long Aligned(long count) => (count + Alignment - 1) / Alignment * Alignment;

    private MlpOptions[] Networks() => _options.Networks switch
    {
        JointNetworkOptions joint => [joint.Network],
        SeparateNetworkOptions separate => [separate.Sigma, separate.Features],
        _ => throw new InvalidOperationException($"Unknown networks {_options.Networks}."),
    };

    private static void Outputs(TapeLedger tape, long samples, bool withNormals)
    {
        tape.Values(samples, 1);
        tape.Values(samples, 3);
        if (withNormals)
        {
            tape.Values(samples, 3);
        }
    }

    private void EvaluateWhole(TapeLedger tape, long samples, bool withNormals)
    {
        bool analytic = withNormals && _options.Normals is AnalyticFieldNormals;
        int features = _options.Encoding.FeatureCount;
        tape.Values(samples, features, IsGrid);
        if (analytic && JacobianBytes > 0)
        {
            tape.Scratch(samples * JacobianBytes);
        }
        MlpOptions[] networks = Networks();
        if (analytic)
        {
            ForwardWithInputGradient(tape, networks[0], samples);
        }
        else
        {
            Forward(tape, networks[0], samples);
        }
        foreach (MlpOptions network in networks.AsSpan(1))
        {
            Forward(tape, network, samples);
        }
        Outputs(tape, samples, withNormals);
        if (analytic)
        {
            // The gradient by the position, which becomes the normal.
            tape.Values(samples, 3);
        }
        else if (withNormals && _options.Normals is DifferenceFieldNormals { Differences: { } differences })
        {
            long taps = samples * differences.TapCount;
            tape.Values(taps, 3, gradient: false);
            Density(tape, taps);
        }
    }

    private static void Forward(TapeLedger tape, MlpOptions network, long rows)
    {
        tape.Values(rows, network.OutputCount);
        tape.BackwardScratch(FusedMlp<Relu>.ScratchLength(network) * sizeof(float));
        if (network.OutputActivation != OutputActivation.None)
        {
            tape.Values(rows, network.OutputCount);
        }
    }

    private void ForwardWithInputGradient(TapeLedger tape, MlpOptions network, long rows)
    {
        Forward(tape, network, rows);
        tape.Values(rows, network.InputCount);
        tape.BackwardScratch(FusedMlp<Relu>.ScratchLength(network) * sizeof(float));
        if (network.OutputActivation != OutputActivation.None)
        {
            // The pre-activations once more, and the gradient behind the activation.
            tape.Values(rows, network.OutputCount);
            tape.BackwardScratch(FusedMlp<Relu>.ScratchLength(network) * sizeof(float));
            tape.Values(rows, network.InputCount);
        }
        else if (network.HiddenActivation == HiddenActivation.Relu && tape.IsRecording)
        {
            tape.Scratch(_device.Kernels<FusedMlp<Relu>>().KeptLength(network, checked((int)rows)) * sizeof(float));
        }
    }
}
