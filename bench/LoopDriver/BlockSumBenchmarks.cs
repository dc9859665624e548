using System;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DreamFusion.Bench.LoopDriver;

/// <summary>
/// A cooperative kernel on one thread of the CPU accelerator, compiled and on the checked executor, against a plain C# loop that sums the same 16,384 numbers.
/// Target: compiled within 20x of the loop. An iteration is one call: compare Min and Median.
/// </summary>
[Config(typeof(SingleCallConfig))]
public unsafe class BlockSumBenchmarks
{
    private const int Length = 16_384;
    private const int BlockCount = Length / BlockSumKernel.BlockSize;

    private Context _context = null!;
    private Context _checkedContext = null!;
    private CPUAccelerator _accelerator = null!;
    private CPUAccelerator _checkedAccelerator = null!;
    private MemoryBuffer1D<float, Stride1D.Dense> _x = null!;
    private MemoryBuffer1D<float, Stride1D.Dense> _sums = null!;
    private Action<KernelConfig, ArrayView<float>, ArrayView<float>> _sum = null!;
    private Action<KernelConfig, ArrayView<float>, ArrayView<float>> _sumInALoop = null!;
    private Action<KernelConfig, ArrayView<float>, ArrayView<float>> _checkedSum = null!;

    [GlobalSetup]
    public void Setup()
    {
        var device = new CPUDevice(32, 32, 1);
        _context = Context.Create(builder => builder.CPU(device));
        _checkedContext = Context.Create(builder => builder.CPU(device).Assertions());
        _accelerator = _context.CreateCPUAccelerator(0);
        _checkedAccelerator = _checkedContext.CreateCPUAccelerator(0);
        _x = _accelerator.Allocate1D(Array.ConvertAll(new float[Length], _ => 0.5f));
        _sums = _accelerator.Allocate1D<float>(BlockCount);
        _sum = _accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(BlockSumKernel.Sum);
        _sumInALoop = _accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(BlockSumKernel.SumInALoop);
        _checkedSum = _checkedAccelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(BlockSumKernel.Sum);
        foreach (CooperativeKernelInfo kernel in _accelerator.CooperativeKernels)
        {
            if (kernel.ExecutorReason is { } reason)
            {
                throw new InvalidOperationException($"{kernel.Name} is not compiled: {reason}.");
            }
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _sums.Dispose();
        _x.Dispose();
        _accelerator.Dispose();
        _checkedAccelerator.Dispose();
        _context.Dispose();
        _checkedContext.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void Loop()
    {
        float* x = (float*)_x.NativePtr;
        float* sums = (float*)_sums.NativePtr;
        for (int block = 0; block < BlockCount; block++)
        {
            float sum = 0f;
            for (int i = 0; i < BlockSumKernel.BlockSize; i++)
            {
                sum += x[(block * BlockSumKernel.BlockSize) + i];
            }

            sums[block] = sum;
        }
    }

    [Benchmark]
    public void Compiled() => _sum((BlockCount, BlockSumKernel.BlockSize), _x.View, _sums.View);

    [Benchmark]
    public void CompiledInALoop() => _sumInALoop((BlockCount, BlockSumKernel.BlockSize), _x.View, _sums.View);

    /// <summary>One block of the 64: an operating system thread for each of its 256 threads takes its time.</summary>
    [Benchmark]
    public void ExecutorForOneBlock() => _checkedSum((1, BlockSumKernel.BlockSize), _x.View, _sums.View);

    private sealed class SingleCallConfig : ManualConfig
    {
        public SingleCallConfig()
        {
            AddJob(Job.Default
                .WithToolchain(InProcessEmitToolchain.Instance)
                .WithWarmupCount(30)
                .WithIterationCount(200)
                .WithInvocationCount(1)
                .WithUnrollFactor(1));
            AddColumn(StatisticColumn.Min, StatisticColumn.Median);
        }
    }
}
