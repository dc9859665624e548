using System;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Xunit;

namespace Ilgpu.Tests;

/// <summary>An accelerator under test: number of threads and checked mode.</summary>
public sealed class TestDevice : IDisposable
{
    private readonly Context _context;

    private TestDevice(int threads, bool isChecked)
    {
        _context = Context.Create(builder =>
        {
            builder.CPU(new CPUDevice(32, 32, threads)).EnableAlgorithms().Profiling();
            if (isChecked)
            {
                builder.Assertions();
            }
        });
        Accelerator = _context.CreateCPUAccelerator(0);
    }

    public CPUAccelerator Accelerator { get; }

    /// <summary>Every test body runs on each of these.</summary>
    public static TheoryData<string> Kinds => ["1", "2", "4", "2 checked"];

    public static TestDevice Open(string kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        string[] parts = kind.Split(' ');
        return new TestDevice(int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), parts.Length > 1);
    }

    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }

    /// <summary>Runs a kernel from values to results, one index per value.</summary>
    public TResult[] Map<T, TResult>(Action<Index1D, ArrayView<T>, ArrayView<TResult>> kernel, params T[] values)
        where T : unmanaged
        where TResult : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        using MemoryBuffer1D<T, Stride1D.Dense> source = Accelerator.Allocate1D(values);
        using MemoryBuffer1D<TResult, Stride1D.Dense> target = Accelerator.Allocate1D<TResult>(values.Length);
        target.MemSetToZero();
        Accelerator.LoadAutoGroupedStreamKernel(kernel)(values.Length, source.View, target.View);
        return target.GetAsArray1D();
    }

    /// <summary>Runs an explicitly grouped kernel that fills a buffer.</summary>
    public T[] Grid<T>(Action<ArrayView<T>> kernel, KernelConfig config, int length)
        where T : unmanaged
    {
        using MemoryBuffer1D<T, Stride1D.Dense> target = Accelerator.Allocate1D<T>(length);
        target.MemSetToZero();
        Accelerator.LoadStreamKernel(kernel)(config, target.View);
        return target.GetAsArray1D();
    }
}
