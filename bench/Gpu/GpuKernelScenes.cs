using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Mlp;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Bench.Gpu;

/// <summary>A launch to be timed.</summary>
/// <param name="Name">Name of the row.</param>
/// <param name="Launch">Launches it once.</param>
/// <param name="BytesFloor">Microseconds for the bytes it must read and write once, at 3.0 TB/s.</param>
/// <param name="OperationsFloor">Microseconds for its products at 530 TFLOP/s (padded to the tiles), or for its atomic sectors at 75 G/s.</param>
/// <param name="Expected">Microseconds that the design predicts on an H100 SXM; scaled with the number of samples.</param>
/// <param name="HasDeterministicForm">Whether another kernel runs with <c>--deterministic</c>.</param>
public sealed record GpuKernelCase(string Name, Action Launch, double BytesFloor, double OperationsFloor, double Expected, bool HasDeterministicForm);

/// <summary>
/// The hash grid with 16 levels of two features, on samples along rays through the unit cube, and the network 32-64-64-16 with biases on random rows.
/// </summary>
public sealed class GpuKernelScenes : IDisposable
{
    private const double BytesPerMicrosecond = 3.0e6;
    private const double FlopPerMicrosecond = 530e6;
    private const double SectorsPerMicrosecond = 75e3;
    private const int SamplesOfPrediction = 1 << 20;
    private const int SamplesPerRay = 256;

    private readonly List<MemoryBuffer> _buffers = [];
    private readonly List<GpuKernelCase> _cases = [];
    private readonly Accelerator _accelerator;
    private readonly double _scale;

    public GpuKernelScenes(DeviceContext context, int samples, int table)
    {
        _accelerator = context.Accelerator;
        _scale = (double)samples / SamplesOfPrediction;
        AddGrid(context, samples, table);
        AddNetwork(context, samples);
    }

    public IReadOnlyList<GpuKernelCase> Cases => _cases;

    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());

    private void AddGrid(DeviceContext context, int samples, int table)
    {
        var options = new HashGridOptions { Log2TableSize = table };
        var layout = new HashGridLayout(options);
        HashGrid<LinearInterpolation> grid = context.Kernels<HashGrid<LinearInterpolation>>();
        ArrayView<float> entries = Random(layout.ParameterCount, 1e-4f);
        ArrayView<Float3> positions = Positions(samples);
        ArrayView<float> features = Zeros<float>((long)samples * options.FeatureCount);
        ArrayView<float> cotangent = Random(samples * options.FeatureCount, 1f);
        ArrayView<Float3> direction = Zeros<Float3>(samples);
        ArrayView<float> gradient = Zeros<float>(layout.ParameterCount);
        double bytes = (12.0 * samples) + (4.0 * samples * options.FeatureCount);
        double tableBytes = 4.0 * layout.ParameterCount;
        // Sectors that the updates of samples along a ray touch, per sample: 40 of 2^20 samples' 40.0 million.
        double sectors = 40.0 * samples / SectorsPerMicrosecond;
        int levels = options.LevelCount;
        Add("hash encode", () => grid.Encode(options, levels, entries, positions, features), bytes + tableBytes, 0, 300, false);
        Add("hash backward", () => grid.BackwardTable(options, levels, positions, cotangent, gradient), bytes + (2 * tableBytes), sectors, 700, true);
        Add(
            "hash backward, both orders", () => grid.BackwardTable(options, levels, positions, cotangent, features, direction, gradient),
            bytes + (4.0 * samples * options.FeatureCount) + (12.0 * samples) + (2 * tableBytes), sectors, 700, true);
        ArrayView<float> jacobian = Zeros<float>(3L * samples * options.FeatureCount);
        Add(
            "hash encode with derivatives", () => grid.Encode(options, levels, entries, positions, features, jacobian),
            bytes + tableBytes + (12.0 * samples * options.FeatureCount), 0, 430, false);
    }

    private void AddNetwork(DeviceContext context, int rows)
    {
        var options = new MlpOptions { OutputCount = 16 };
        FusedMlp<Relu> mlp = context.Kernels<FusedMlp<Relu>>();
        ArrayView<float> parameters = Random(options.ParameterCount, 0.2f);
        ArrayView<float> input = Random(rows * options.InputCount, 1f);
        ArrayView<float> output = Zeros<float>((long)rows * options.OutputCount);
        ArrayView<float> upstream = Random(rows * options.OutputCount, 1f);
        ArrayView<float> gradient = Zeros<float>((long)rows * options.InputCount);
        ArrayView<float> dLdInput = Zeros<float>((long)rows * options.InputCount);
        ArrayView<float> dLdParameters = Zeros<float>(options.ParameterCount);
        ArrayView<float> scratch = Zeros<float>(FusedMlp<Relu>.ScratchLength(options));
        double flop = 2.0 * rows * ((32 * 64) + (64 * 64) + (64 * 16));
        double read = 4.0 * rows * options.InputCount;
        double write = 4.0 * rows * options.OutputCount;
        void Backward() => mlp.Backward(options, parameters, input, upstream, dLdParameters, dLdInput, scratch);
        Add("MLP forward", () => mlp.Forward(options, parameters, input, output), read + write, flop / FlopPerMicrosecond, 90, false);
        Add(
            "MLP forward with input gradient", () => mlp.ForwardWithInputGradient(options, parameters, input, 0, output, gradient),
            (2 * read) + write, 2 * flop / FlopPerMicrosecond, 160, false);
        Add("MLP backward", Backward, (3 * read) + write, 3 * flop / FlopPerMicrosecond, 300, false);
        Add(
            "MLP second order", () => mlp.InputGradientBackward(options, parameters, input, 0, gradient, dLdParameters, scratch),
            2 * read, 4 * flop / FlopPerMicrosecond, 350, false);
        Add(
            "MLP training step (forward, backward)", () =>
            {
                mlp.Forward(options, parameters, input, output);
                Backward();
            },
            (4 * read) + (2 * write), 4 * flop / FlopPerMicrosecond, 390, false);
    }

    private void Add(string name, Action launch, double bytes, double operations, double expected, bool hasDeterministicForm)
        => _cases.Add(new GpuKernelCase(name, launch, bytes / BytesPerMicrosecond, operations, expected * _scale, hasDeterministicForm));

    // Samples of rays from one side of the cube to the other, in the order of the march.
    private ArrayView<Float3> Positions(int samples)
    {
        var random = new Random(1);
        var positions = new Float3[samples];
        for (int first = 0; first < samples; first += SamplesPerRay)
        {
            Float3 from = new(random.NextSingle(), random.NextSingle(), 0f);
            Float3 to = new(random.NextSingle(), random.NextSingle(), 1f);
            for (int i = 0; i < SamplesPerRay && first + i < samples; i++)
            {
                positions[first + i] = from + ((to - from) * ((i + 0.5f) / SamplesPerRay));
            }
        }

        ArrayView<Float3> view = Zeros<Float3>(samples);
        view.CopyFromCPU(positions);
        return view;
    }

    private ArrayView<float> Random(int length, float limit)
    {
        var random = new Random(length);
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = limit * ((2f * random.NextSingle()) - 1f);
        }

        ArrayView<float> view = Zeros<float>(length);
        view.CopyFromCPU(values);
        return view;
    }

    private ArrayView<T> Zeros<T>(long length)
        where T : unmanaged
    {
        MemoryBuffer1D<T, Stride1D.Dense> buffer = _accelerator.Allocate1D<T>(length);
        buffer.MemSetToZero();
        _buffers.Add(buffer);
        return buffer.View.BaseView;
    }
}
