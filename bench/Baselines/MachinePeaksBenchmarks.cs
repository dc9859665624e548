using System;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.Measurement;

namespace DreamFusion.Bench.Baselines;

/// <summary>
/// What the machine can do at most on one and two threads, to compare the other tables with: multiply-adds (an operation is one of them, two floating-point
/// operations, so 2 over the time in nanoseconds is the peak in GFLOP/s) and copies of memory, 32 MiB on each thread, per byte copied.
/// </summary>
[Config(typeof(FamilyConfig))]
public unsafe class MachinePeaksBenchmarks
{
    private const int MultiplyAddCount = 1 << 25;
    private const int CopyBytes = 32 << 20;

    private nint _source;
    private nint _target;

    [GlobalSetup]
    public void Setup()
    {
        _source = (nint)NativeMemory.AllocZeroed(2 * CopyBytes);
        _target = (nint)NativeMemory.AllocZeroed(2 * CopyBytes);
        new Span<byte>((void*)_source, 2 * CopyBytes).Fill(1);
        new Span<byte>((void*)_target, 2 * CopyBytes).Fill(2);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        NativeMemory.Free((void*)_source);
        NativeMemory.Free((void*)_target);
    }

    [Benchmark(OperationsPerInvoke = MultiplyAddCount)]
    public float MultiplyAddsOneThread() => MachinePeaks.MultiplyAdds(2d * MultiplyAddCount);

    [Benchmark(OperationsPerInvoke = 2 * MultiplyAddCount)]
    public void MultiplyAddsTwoThreads() => Parallel.For(0, 2, _ => MachinePeaks.MultiplyAdds(2d * MultiplyAddCount));

    [Benchmark(OperationsPerInvoke = CopyBytes)]
    [Traffic(2)]
    public void CopyOneThread() => Copy(0);

    [Benchmark(OperationsPerInvoke = 2 * CopyBytes)]
    [Traffic(2)]
    public void CopyTwoThreads() => Parallel.For(0, 2, Copy);

    private void Copy(int thread)
        => MachinePeaks.Copy((void*)(_source + (thread * CopyBytes)), (void*)(_target + (thread * CopyBytes)), CopyBytes);
}
