using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using ILGPU;
using ILGPU.Ptx;
using ILGPU.Runtime.CPU;
using Xunit;

namespace DreamFusion.Ptx.Tests.Comparison;

/// <summary>A CPU accelerator whose kernels also run as PTX in the interpreter.</summary>
internal sealed class ComparedLaunch : IDisposable
{
    private readonly Context _context;
    private readonly bool _isChecked;
    private readonly KernelComparison _comparison = new();

    /// <param name="target">What PTX is made for.</param>
    /// <param name="isChecked">True for the executor that checks, false for compiled code.</param>
    /// <param name="isReversed">True to let the interpreter run blocks and warps from the last one on.</param>
    public ComparedLaunch(PtxTarget? target = null, bool isChecked = false, bool isReversed = false)
    {
        _isChecked = isChecked;
        _context = Context.Create(builder =>
        {
            builder.CPU(new CPUDevice(32, 32, 1));
            if (isChecked)
            {
                builder.Assertions();
            }
        });
        Accelerator = _context.CreateCPUAccelerator(0);
        Accelerator.ProgramFilter = (entry, cpu) => new ComparingProgram(entry, cpu, Accelerator, target ?? new PtxTarget(), _comparison, int.MaxValue) { IsReversed = isReversed };
    }

    public CPUAccelerator Accelerator { get; }

    /// <summary>What the interpreter found wrong.</summary>
    public IReadOnlyList<string> Faults => _comparison.Faults;

    /// <summary>Words of memory that differ.</summary>
    public long Differences => _comparison.Differences;

    /// <summary>Asserts that at least one launch was compared and none differed.</summary>
    public void AssertSame()
    {
        Assert.True(_comparison.Faults.Count == 0, string.Join('\n', _comparison.Faults));
        Assert.True(_comparison.Launches > 0);
        Assert.Equal(0, _comparison.Differences);
        Assert.All(Accelerator.CooperativeKernels, kernel => Assert.Equal(_isChecked, kernel.ExecutorReason is not null));
    }

    /// <summary>Asserts that nothing differs by more than a tolerance relative to the larger of 1 and the CPU's number.</summary>
    public void AssertClose(double tolerance)
    {
        Assert.True(_comparison.Faults.Count == 0, string.Join('\n', _comparison.Faults));
        Assert.True(_comparison.Launches > 0);
        Assert.True(_comparison.LargestError <= tolerance, $"{_comparison.LargestError} > {tolerance}");
        Assert.All(Accelerator.CooperativeKernels, kernel => Assert.Equal(_isChecked, kernel.ExecutorReason is not null));
    }

    /// <summary>A method of a class of kernels.</summary>
    public static MethodInfo Method(Type type, string name) => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Single(method => method.Name == name);

    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }
}
