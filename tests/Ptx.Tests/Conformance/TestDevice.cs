using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Ptx.Tests.Comparison;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Ptx;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Xunit;

// The name that the tests of tests/Ilgpu.Tests know: their kernels run here on the CPU and as PTX.
#pragma warning disable IDE0130
namespace Ilgpu.Tests;
#pragma warning restore IDE0130

/// <summary>An accelerator whose launches are compared with PTX; what the compiler refuses, for a reason that is known, runs on the CPU alone.</summary>
public sealed class TestDevice : IDisposable
{
    private const double Tolerance = 1e-6;

    private static readonly string[] _knownReasons =
    [
        "Group.Broadcast has no instruction", "which devices do not have", "remainder of floating-point numbers", "creates an object of the class",
        "which calls itself", "a length that is not a positive constant",
    ];

    private readonly Context _context;
    private readonly List<(string Name, KernelComparison Comparison)> _comparisons = [];

    private TestDevice(bool isChecked)
    {
        _context = Context.Create(builder =>
        {
            builder.CPU(new CPUDevice(32, 32, 1)).EnableAlgorithms().Profiling();
            if (isChecked)
            {
                builder.Assertions();
            }
        });
        Accelerator = _context.CreateCPUAccelerator(0);
        Accelerator.ProgramFilter = Filter;
    }

    public CPUAccelerator Accelerator { get; }

    public static TheoryData<string> Kinds => ["PTX", "PTX checked"];

    public static TestDevice Open(string kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return new TestDevice(kind.Contains("checked", StringComparison.Ordinal));
    }

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

    public T[] Grid<T>(Action<ArrayView<T>> kernel, KernelConfig config, int length)
        where T : unmanaged
    {
        using MemoryBuffer1D<T, Stride1D.Dense> target = Accelerator.Allocate1D<T>(length);
        target.MemSetToZero();
        Accelerator.LoadStreamKernel(kernel)(config, target.View);
        return target.GetAsArray1D();
    }

    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
        foreach ((string name, KernelComparison comparison) in _comparisons)
        {
            // A loop of compare and exchange begins with an ordinary read, which is a race by the letter.
            bool mayRace = name.Contains("MakeAtomic", StringComparison.Ordinal);
            Assert.True(mayRace || comparison.Faults.Count == 0, $"{name}: {string.Join("; ", comparison.Faults)}");
            bool isSame = mayRace || comparison.Differences == 0 || (comparison.OwnFunctions.Count > 0 && comparison.LargestError <= Tolerance);
            Assert.True(isSame, $"{name}: {comparison.Differences} words differ by up to {comparison.LargestError}");
        }
    }

    private KernelProgram Filter(KernelEntry entry, KernelProgram cpu)
    {
        var comparison = new KernelComparison();
        string name = $"{entry.Method.DeclaringType?.Name}.{entry.Method.Name}";
        try
        {
            var program = new ComparingProgram(entry, cpu, Accelerator, new PtxTarget(), comparison, int.MaxValue);
            _comparisons.Add((name, comparison));
            return program;
        }
        catch (PtxCompilationException refusal)
        {
            Assert.True(_knownReasons.Any(reason => refusal.Message.Contains(reason, StringComparison.Ordinal)), refusal.Message);
            return cpu;
        }
    }
}
