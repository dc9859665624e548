using System;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using DreamFusion.Bench.Baselines;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DreamFusion.Bench.LoopDriver;

/// <summary>
/// The loop driver against plain C# loops over pointers and stackalloc of the same arithmetic, both on one thread: what the kernel API costs.
/// Targets: 1.15x for hash encoding and compositing, 1.25x for the network with local memory. Checked shows the price of checked mode.
/// An iteration is one call of about a millisecond, so that many of them fall between two interruptions by other programs: compare Min and Median.
/// </summary>
[Config(typeof(SingleCallConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public unsafe class LoopDriverBenchmarks
{
    private const int PointCount = 512;
    private const int WindowCount = 128;
    private const int RowCount = 256;
    private const int RayCount = 4_096;
    private const int SamplesPerRay = 64;

    private readonly Random _random = new(1);
    private Context _context = null!;
    private Context _checkedContext = null!;
    private Accelerator _accelerator = null!;
    private Accelerator _checkedAccelerator = null!;
    private Action<Index1D, HashEncodeKernel.Args> _hashEncode = null!;
    private Action<Index1D, HashEncodeKernel.Args> _checkedHashEncode = null!;
    private Action<Index1D, MlpKernel.Args> _mlp = null!;
    private Action<Index1D, MlpKernel.Args> _checkedMlp = null!;
    private Action<Index1D, CompositeKernel.Args> _composite = null!;
    private Action<Index1D, CompositeKernel.Args> _checkedComposite = null!;
    private HashEncodeKernel.Args _hashArgs;
    private MlpKernel.Args _mlpArgs;
    private CompositeKernel.Args _compositeArgs;
    private ArrayView<float> _positions;
    private int _window;

    [GlobalSetup]
    public void Setup()
    {
        var device = new CPUDevice(32, 32, 1);
        _context = Context.Create(builder => builder.CPU(device));
        _checkedContext = Context.Create(builder => builder.CPU(device).Assertions());
        _accelerator = _context.CreateCPUAccelerator(0);
        _checkedAccelerator = _checkedContext.CreateCPUAccelerator(0);
        _hashEncode = _accelerator.LoadAutoGroupedStreamKernel<Index1D, HashEncodeKernel.Args>(HashEncodeKernel.Encode);
        _checkedHashEncode = _checkedAccelerator.LoadAutoGroupedStreamKernel<Index1D, HashEncodeKernel.Args>(HashEncodeKernel.Encode);
        _mlp = _accelerator.LoadAutoGroupedStreamKernel<Index1D, MlpKernel.Args>(MlpKernel.Forward);
        _checkedMlp = _checkedAccelerator.LoadAutoGroupedStreamKernel<Index1D, MlpKernel.Args>(MlpKernel.Forward);
        _composite = _accelerator.LoadAutoGroupedStreamKernel<Index1D, CompositeKernel.Args>(CompositeKernel.Forward);
        _checkedComposite = _checkedAccelerator.LoadAutoGroupedStreamKernel<Index1D, CompositeKernel.Args>(CompositeKernel.Forward);
        FillArguments();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _accelerator.Dispose();
        _checkedAccelerator.Dispose();
        _context.Dispose();
        _checkedContext.Dispose();
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("hash encode")]
    public void HashEncodePlain()
    {
        HashEncodeKernel.Args args = NextPoints();
        PointerLoops.HashEncode(At(args.Positions), At(args.Table), At(args.Features), PointCount);
    }

    [Benchmark]
    [BenchmarkCategory("hash encode")]
    public void HashEncodeDriver() => _hashEncode(PointCount, NextPoints());

    [Benchmark]
    [BenchmarkCategory("hash encode")]
    public void HashEncodeChecked() => _checkedHashEncode(PointCount, NextPoints());

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("MLP 32-64-64-4")]
    public void MlpPlain() => PointerLoops.Mlp(At(_mlpArgs.Input), At(_mlpArgs.Weights), At(_mlpArgs.Output), RowCount);

    [Benchmark]
    [BenchmarkCategory("MLP 32-64-64-4")]
    public void MlpDriver() => _mlp(RowCount, _mlpArgs);

    [Benchmark]
    [BenchmarkCategory("MLP 32-64-64-4")]
    public void MlpChecked() => _checkedMlp(RowCount, _mlpArgs);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("composite")]
    public void CompositePlain() => PointerLoops.Composite(
        (int*)_compositeArgs.Rays.LoadEffectiveAddressAsPtr(),
        At(_compositeArgs.Sigma),
        At(_compositeArgs.Delta),
        At(_compositeArgs.Rgb),
        At(_compositeArgs.Weights),
        At(_compositeArgs.Image),
        RayCount);

    [Benchmark]
    [BenchmarkCategory("composite")]
    public void CompositeDriver() => _composite(RayCount, _compositeArgs);

    [Benchmark]
    [BenchmarkCategory("composite")]
    public void CompositeChecked() => _checkedComposite(RayCount, _compositeArgs);

    private static float* At(ArrayView<float> view) => (float*)view.LoadEffectiveAddressAsPtr();

    // Other points at each call: the same ones would find their table rows in the cache.
    private HashEncodeKernel.Args NextPoints()
    {
        _window = (_window + 1) % WindowCount;
        HashEncodeKernel.Args args = _hashArgs;
        args.Positions = _positions.SubView(_window * PointCount * 3, PointCount * 3);
        return args;
    }

    // The buffers live as long as the accelerator.
    private ArrayView<float> Random(int length)
    {
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = _random.NextSingle();
        }

        return _accelerator.Allocate1D(values).View;
    }

    private ArrayView<float> Empty(int length) => _accelerator.Allocate1D<float>(length).View;

    private void FillArguments()
    {
        _positions = Random(WindowCount * PointCount * 3);
        _hashArgs = new HashEncodeKernel.Args
        {
            Table = Random(HashEncodeKernel.LevelCount * HashEncodeKernel.TableSize * HashEncodeKernel.FeatureCount),
            Features = Empty(PointCount * HashEncodeKernel.LevelCount * HashEncodeKernel.FeatureCount),
        };
        _mlpArgs = new MlpKernel.Args
        {
            Input = Random(RowCount * MlpKernel.InputWidth),
            Weights = Random(MlpKernel.WeightCount),
            Output = Empty(RowCount * MlpKernel.OutputWidth),
        };
        int[] rays = new int[RayCount * 2];
        for (int i = 0; i < RayCount; i++)
        {
            rays[2 * i] = i * SamplesPerRay;
            rays[(2 * i) + 1] = SamplesPerRay;
        }

        _compositeArgs = new CompositeKernel.Args
        {
            Rays = _accelerator.Allocate1D(rays).View,
            Sigma = Random(RayCount * SamplesPerRay),
            Delta = Random(RayCount * SamplesPerRay),
            Rgb = Random(RayCount * SamplesPerRay * 3),
            Weights = Empty(RayCount * SamplesPerRay),
            Image = Empty(RayCount * 4),
        };
    }

    private sealed class SingleCallConfig : ManualConfig
    {
        public SingleCallConfig()
        {
            AddJob(Job.Default
                .WithToolchain(InProcessEmitToolchain.Instance)
                .WithWarmupCount(200)
                .WithIterationCount(300)
                .WithInvocationCount(1)
                .WithUnrollFactor(1));
            AddColumn(StatisticColumn.Min, StatisticColumn.Median);
        }
    }
}
