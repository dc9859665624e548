using System;
using System.Threading.Tasks;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Perfolizer.Horology;

namespace DreamFusion.Bench.LoopDriver;

/// <summary>
/// What a launch costs with a kernel that does next to nothing, on as many threads as there are cores, against Parallel.For with a delegate per index.
/// Targets: at extent 1 under 2 µs, 0 bytes and no other thread woken; at extent 65,536 at most Parallel.For's time.
/// </summary>
[MemoryDiagnoser]
[Config(typeof(ShortIterationConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams)]
public unsafe class LaunchOverheadBenchmarks
{
    private Context _context = null!;
    private Accelerator _accelerator = null!;
    private MemoryBuffer1D<float, Stride1D.Dense> _values = null!;
    private Action<Index1D, ArrayView<float>, float> _kernel = null!;
    private Action<int> _body = null!;

    [Params(1, 65_536)]
    public int Extent { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _context = Context.Create(builder => builder.CPU());
        _accelerator = _context.CreateCPUAccelerator(0);
        _values = _accelerator.Allocate1D(new float[Extent]);
        _kernel = _accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, float>(Decay);
        float* values = (float*)_values.NativePtr;
        _body = i => values[i] = (values[i] * 0.5f) + 1f;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _values.Dispose();
        _accelerator.Dispose();
        _context.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void ParallelFor() => Parallel.For(0, Extent, _body);

    [Benchmark]
    public void Launch() => _kernel(Extent, _values.View, 0.5f);

    private static void Decay(Index1D i, ArrayView<float> values, float factor) => values[i] = (values[i] * factor) + 1f;

    // Short iterations, so that many of them fall between two interruptions by other programs: compare Min and Median.
    private sealed class ShortIterationConfig : ManualConfig
    {
        public ShortIterationConfig()
        {
            AddJob(Job.Default
                .WithToolchain(InProcessEmitToolchain.Instance)
                .WithMinIterationTime(TimeInterval.FromMilliseconds(5))
                .WithIterationTime(TimeInterval.FromMilliseconds(5))
                .WithWarmupCount(50)
                .WithIterationCount(200));
            AddColumn(StatisticColumn.Min, StatisticColumn.Median);
        }
    }
}
