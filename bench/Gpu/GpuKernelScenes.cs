using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Bench.Gpu.Twins;
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
/// <param name="Twin">The same algorithm in CUDA C++ on the same input, or null.</param>
public sealed record GpuKernelCase(
    string Name, Action Launch, double BytesFloor, double OperationsFloor, double Expected, bool HasDeterministicForm, GpuTwin? Twin = null);

/// <summary>The same algorithm in CUDA C++.</summary>
/// <param name="Launch">Launches it once, into buffers of its own.</param>
/// <param name="Difference">Launches both once; norm of the difference of the results over the norm of ours.</param>
public sealed record GpuTwin(Action Launch, Func<double> Difference);

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
    private readonly TwinModule? _twins;
    private readonly double _scale;

    public GpuKernelScenes(DeviceContext context, int samples, int table, TwinModule? twins = null)
    {
        _accelerator = context.Accelerator;
        _twins = twins;
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
        void Encode() => grid.Encode(options, levels, entries, positions, features);
        void Backward() => grid.BackwardTable(options, levels, positions, cotangent, gradient);
        GridTwin? twin = _twins is null ? null : new GridTwin(layout, samples, TwinModule.Address(Filled<HashGridLevel>([.. layout.Levels])), TwinModule.Address(positions));
        bool isHalf = context.Choice == KernelChoice.Half;
        ArrayView<uint> words = isHalf && twin is not null ? Zeros<uint>(layout.EntryCount) : default;
        ArrayView<float> totals = words.Length > 0 ? Zeros<float>(levels) : default;
        Add("hash encode", Encode, bytes + (isHalf ? 2 * tableBytes : tableBytes), 0, 300, false, Twin(Encode, features, to => EncodeOf(twin!, entries, words, to)));
        Add(
            "hash backward", Backward, bytes + (2 * tableBytes), sectors, 700, true,
            Twin(
                Backward, gradient, to => isHalf
                    ? twin!.BackwardHalf(TwinModule.Address(cotangent), to, TwinModule.Address(Zeros<uint>(layout.EntryCount)), TwinModule.Address(totals))
                    : twin!.Backward(TwinModule.Address(cotangent), to),
                isHalf ? () => totals.MemSetToZero() : null));
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
        void Forward() => mlp.Forward(options, parameters, input, output);
        void Backward() => mlp.Backward(options, parameters, input, upstream, dLdParameters, dLdInput, scratch);
        void Step()
        {
            Forward();
            Backward();
        }

        MlpTwin? twin = _twins is null ? null : new MlpTwin(rows, TwinModule.Address(parameters), TwinModule.Address(input));
        Func<long, IEnumerable<TwinLaunch>> twinBackward = twin is null ? _ => [] : BackwardOf(twin, upstream);
        ArrayView<float> twinOutput = twin is null ? output : Zeros<float>(output.Length);
        Add("MLP forward", Forward, read + write, flop / FlopPerMicrosecond, 90, false, Twin(Forward, output, to => [twin!.Forward(to)]));
        Add(
            "MLP forward with input gradient", () => mlp.ForwardWithInputGradient(options, parameters, input, 0, output, gradient),
            (2 * read) + write, 2 * flop / FlopPerMicrosecond, 160, false);
        Add("MLP backward", Backward, (3 * read) + write, 3 * flop / FlopPerMicrosecond, 300, false, Twin(Backward, dLdParameters, twinBackward));
        Add(
            "MLP second order", () => mlp.InputGradientBackward(options, parameters, input, 0, gradient, dLdParameters, scratch),
            2 * read, 4 * flop / FlopPerMicrosecond, 350, false);
        Add(
            "MLP training step (forward, backward)", Step, (4 * read) + (2 * write), 4 * flop / FlopPerMicrosecond, 390, false,
            Twin(Step, dLdParameters, to => twinBackward(to).Prepend(twin!.Forward(TwinModule.Address(twinOutput)))));
    }

    private void Add(string name, Action launch, double bytes, double operations, double expected, bool hasDeterministicForm, GpuTwin? twin = null)
        => _cases.Add(new GpuKernelCase(name, launch, bytes / BytesPerMicrosecond, operations, expected * _scale, hasDeterministicForm, twin));

    // Ours adds to its result and so does the twin: both start from zeros where they are compared.
    private GpuTwin? Twin(Action ours, ArrayView<float> result, Func<long, IEnumerable<TwinLaunch>> launches, Action? before = null)
    {
        if (_twins is not { } module)
        {
            return null;
        }

        ArrayView<float> other = Zeros<float>(result.Length);
        TwinLaunch[] all = [.. launches(TwinModule.Address(other))];
        void Launch()
        {
            before?.Invoke();
            module.Launch(all);
        }

        return new GpuTwin(Launch, () =>
        {
            result.MemSetToZero();
            other.MemSetToZero();
            ours();
            Launch();
            return Difference(Read(result), Read(other));
        });
    }

    // Ours makes the copy of 16 bits in every launch, and so does the twin.
    private static IEnumerable<TwinLaunch> EncodeOf(GridTwin twin, ArrayView<float> table, ArrayView<uint> words, long features) => words.Length == 0
        ? [twin.Encode(TwinModule.Address(table), false, features)]
        : [twin.Pack(TwinModule.Address(table), TwinModule.Address(words)), twin.Encode(TwinModule.Address(words), true, features)];

    private Func<long, IEnumerable<TwinLaunch>> BackwardOf(MlpTwin twin, ArrayView<float> upstream)
    {
        ArrayView<float> inputGradient = Zeros<float>((long)twin.Rows * 32);
        ArrayView<float> partials = Zeros<float>((long)twin.Groups * MlpTwin.ParameterCount);
        // The largest gradient is the same in every launch, so it may stay from the one before.
        ArrayView<uint> largest = Zeros<uint>(1);
        return to => twin.Backward(
            TwinModule.Address(upstream), TwinModule.Address(inputGradient), TwinModule.Address(partials), TwinModule.Address(largest), to);
    }

    private static float[] Read(ArrayView<float> view)
    {
        float[] values = new float[view.Length];
        view.CopyToCPU(values);
        return values;
    }

    private static double Difference(float[] ours, float[] twins)
    {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < ours.Length; i++)
        {
            difference += ((double)ours[i] - twins[i]) * ((double)ours[i] - twins[i]);
            norm += (double)ours[i] * ours[i];
        }

        return Math.Sqrt(difference / norm);
    }

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

        return Filled(positions);
    }

    private ArrayView<float> Random(int length, float limit)
    {
        var random = new Random(length);
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = limit * ((2f * random.NextSingle()) - 1f);
        }

        return Filled(values);
    }

    private ArrayView<T> Filled<T>(T[] values)
        where T : unmanaged
    {
        ArrayView<T> view = Zeros<T>(values.Length);
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
