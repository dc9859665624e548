using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Selftest;
using DreamFusion.Ptx.Tests.Comparison;
using DreamFusion.Ptx.Tests.RandomKernels;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Xunit;

namespace DreamFusion.Ptx.Tests;

/// <summary>The compiler's code run by this machine's cores: loops over the threads of a group, cut where threads meet. The oracle is the C# method itself, or the executor.</summary>
public sealed class CompiledKernelTests
{
    private const int ElementCount = 33;
    private const int RandomKernelCount = 250;

    private static readonly int[] _ints = [.. Enumerable.Range(0, ElementCount).Select(i => i switch { 0 => 0, 1 => -1, 2 => int.MinValue, 3 => int.MaxValue, _ => unchecked(i * 0x3a5f1c7b) >> (i % 20) })];
    private static readonly long[] _longs = [.. Enumerable.Range(0, ElementCount).Select(i => i switch { 0 => 0, 1 => -1, 2 => long.MinValue, 3 => long.MaxValue, _ => unchecked(i * 0x3a5f1c7b9e3779b9) >> (i % 50) })];
    private static readonly float[] _floats = [.. Enumerable.Range(0, ElementCount).Select(i => i switch { 0 => 0f, 1 => -0f, 2 => float.NaN, 3 => float.PositiveInfinity, 4 => 1e-41f, 5 => 3e9f, _ => (i - 17) * 1.37f })];
    private static readonly double[] _doubles = [.. Enumerable.Range(0, ElementCount).Select(i => i switch { 0 => 0.0, 1 => double.NegativeInfinity, 2 => double.NaN, 3 => 1e19, 4 => -1e-310, _ => (i - 15) * 2.71 })];

    /// <summary>Kernels without meetings, too, are the same bits: functions of MathF included, which stay .NET's.</summary>
    [Fact]
    public void EveryKernelOfTheSelfTestHasTheBitsOfItsMethod()
    {
        var comparisons = new Dictionary<MethodInfo, KernelComparison>();
        List<string> failures = [];
        foreach (ISelfCheck check in SelfChecks.All)
        {
            using var device = new CheckDevice(1, KernelChoice.Portable);
            var accelerator = (CPUAccelerator)device.Accelerator;
            accelerator.ProgramFilter = (entry, cpu) =>
            {
                if (!comparisons.TryGetValue(entry.Method, out KernelComparison? comparison))
                {
                    comparisons[entry.Method] = comparison = new KernelComparison();
                }

                var program = new CompiledProgram(entry, cpu, accelerator, comparison);
                if (program.Reason is { } reason)
                {
                    failures.Add(reason);
                }

                return program;
            };
            check.Run(new SelfCheckRun(check.Family, device, null, []));
        }

        failures.AddRange(comparisons.Where(pair => pair.Value.Differences > 0 || pair.Value.Faults.Count > 0).Select(pair => $"{pair.Key.DeclaringType!.Name}.{pair.Key.Name}: {pair.Value.Differences} words differ by up to {pair.Value.LargestError}"));
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.True(comparisons.Count(pair => pair.Value.Launches > 0) > 50);
    }

    [Fact]
    public void RandomKernelsComputeWhatDotNetComputes()
    {
        using Context context = Context.Create(builder => builder.CPU(new CPUDevice(32, 32, 1)));
        using CPUAccelerator accelerator = context.CreateCPUAccelerator(0);
        using MemoryBuffer1D<int, Stride1D.Dense> ints = accelerator.Allocate1D(_ints);
        using MemoryBuffer1D<long, Stride1D.Dense> longs = accelerator.Allocate1D(_longs);
        using MemoryBuffer1D<float, Stride1D.Dense> floats = accelerator.Allocate1D(_floats);
        using MemoryBuffer1D<double, Stride1D.Dense> doubles = accelerator.Allocate1D(_doubles);
        using MemoryBuffer1D<ulong, Stride1D.Dense> result = accelerator.Allocate1D<ulong>(ElementCount);
        (MethodInfo[] kernels, string[] texts) = KernelAssembly.Make(seed: 1, RandomKernelCount, isOptimized: true);
        for (int k = 0; k < kernels.Length; k++)
        {
            var comparison = new KernelComparison();
            accelerator.ProgramFilter = (entry, cpu) => new CompiledProgram(entry, cpu, accelerator, comparison);
            var kernel = kernels[k].CreateDelegate<Action<Index1D, ArrayView<int>, ArrayView<long>, ArrayView<float>, ArrayView<double>, ArrayView<ulong>>>();
            accelerator.LoadAutoGroupedStreamKernel(kernel)(ElementCount, ints.View, longs.View, floats.View, doubles.View, result.View);
            Assert.True(comparison is { Launches: 1, Differences: 0 }, $"kernel {k}: {comparison.Differences} words differ\n{texts[k]}");
        }

        Assert.All(accelerator.CooperativeKernels, kernel => Assert.Null(kernel.ExecutorReason));
    }

    [Fact]
    public void WhatCannotBeCompiledSaysWhyAndRunsOnTheExecutor()
    {
        using Context context = Context.Create(builder => builder.CPU(new CPUDevice(32, 32, 1)));
        using CPUAccelerator accelerator = context.CreateCPUAccelerator(0);
        using MemoryBuffer1D<int, Stride1D.Dense> x = accelerator.Allocate1D<int>(64);
        accelerator.LoadStreamKernel<ArrayView<int>, int>(CooperativeKernels.SharedOfAnyLength)((2, 32), x.View.BaseView, 32);
        CooperativeKernelInfo kernel = Assert.Single(accelerator.CooperativeKernels);
        Assert.Contains(nameof(CooperativeKernels.SharedOfAnyLength), kernel.Name, StringComparison.Ordinal);
        Assert.Contains("a length that is not a positive constant", kernel.ExecutorReason, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 64).Select(i => 31 - (i % 32)), x.GetAsArray1D());
    }

    [Fact]
    public void OtherWarpsThanTheCompilersRunOnTheExecutor()
    {
        using Context context = Context.Create(builder => builder.CPU(new CPUDevice(16, 8, 1)));
        using CPUAccelerator accelerator = context.CreateCPUAccelerator(0);
        using MemoryBuffer1D<int, Stride1D.Dense> x = accelerator.Allocate1D(new int[64]);
        accelerator.LoadStreamKernel<ArrayView<int>>(CooperativeKernels.DynamicReverse)((1, 64, SharedMemoryConfig.RequestDynamic<int>(64)), x.View.BaseView);
        accelerator.LoadStreamKernel<ArrayView<int>>(CooperativeKernels.WarpsApart)((1, 64), x.View.BaseView);
        Assert.Null(accelerator.CooperativeKernels[0].ExecutorReason);
        Assert.Contains("warps have 16 threads", accelerator.CooperativeKernels[1].ExecutorReason, StringComparison.Ordinal);
    }
}
