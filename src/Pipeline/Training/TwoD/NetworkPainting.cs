using System;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Guidance;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training.TwoD;

/// <summary>
/// A network paints each pixel from its coordinates, colour = sigmoid(mlp(encode(x, y))): the radiance field's way from parameters to an
/// image, less the third dimension. If this fails while the pixels work, the tape or its kernels are wrong.
/// </summary>
public sealed class NetworkPainting : ImagePainting, IDisposable
{
    private const uint InitialisationLane = 2;

    private readonly Variable _network;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _coordinates;

    /// <summary>Paints with a network.</summary>
    /// <param name="device">Where the kernels run.</param>
    /// <param name="network">The network's flat parameters, <see cref="Options"/> says how many.</param>
    /// <param name="guidance">The frozen prior.</param>
    /// <param name="width">Width, pixels.</param>
    /// <param name="height">Height, pixels.</param>
    /// <param name="seed">Seed of the start, as the radiance field's.</param>
    public NetworkPainting(DeviceContext device, Variable network, ScoreDistillation guidance, int width, int height, uint seed)
        : base(guidance, width, height)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
        network.Value.CopyFromCPU(NetworkStart.Uniform(Options, new RandomKey(seed, 0, RandomPurpose.Initialisation), InitialisationLane));
        float[] coordinates = new float[2 * width * height];
        for (int i = 0; i < width * height; i++)
        {
            coordinates[2 * i] = (((i % width) + 0.5f) / width * 2f) - 1f;
            coordinates[(2 * i) + 1] = (((i / width) + 0.5f) / height * 2f) - 1f;
        }
        _coordinates = device.Accelerator.Allocate1D(coordinates);
    }

    /// <summary>Encoding of the coordinates, each -1..1 from edge to edge.</summary>
    public static FrequencyOptions Encoding { get; } = new() { DimensionCount = 2, FrequencyCount = 6 };

    /// <summary>Shape of the network.</summary>
    public static MlpOptions Options { get; } = new()
    {
        InputCount = Encoding.FeatureCount,
        Width = 64,
        HiddenLayers = 2,
        OutputCount = 3,
        OutputActivation = OutputActivation.Sigmoid,
    };

    /// <inheritdoc/>
    public override string Name => "network";

    /// <inheritdoc/>
    public void Dispose() => _coordinates.Dispose();

    /// <inheritdoc/>
    protected override Variable Paint(Tape tape)
    {
        ArgumentNullException.ThrowIfNull(tape);
        Variable coordinates = tape.Constant(_coordinates.View.BaseView, Width * Height, 2);
        return tape.MlpForward(Options, _network, tape.FrequencyEncode(Encoding, coordinates));
    }
}
