using System;
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
    private readonly KernelComparison _comparison = new();

    public ComparedLaunch(PtxTarget? target = null)
    {
        _context = Context.Create(builder => builder.CPU(new CPUDevice(32, 32, 1)));
        Accelerator = _context.CreateCPUAccelerator(0);
        Accelerator.ProgramFilter = (entry, cpu) => new ComparingProgram(entry, cpu, Accelerator, target ?? new PtxTarget(), _comparison, int.MaxValue);
    }

    public CPUAccelerator Accelerator { get; }

    /// <summary>Asserts that at least one launch was compared and none differed.</summary>
    public void AssertSame()
    {
        Assert.Empty(_comparison.Faults);
        Assert.True(_comparison.Launches > 0);
        Assert.Equal(0, _comparison.Differences);
    }

    /// <summary>Asserts that nothing differs by more than a tolerance relative to the larger of 1 and the CPU's number.</summary>
    public void AssertClose(double tolerance)
    {
        Assert.Empty(_comparison.Faults);
        Assert.True(_comparison.Launches > 0);
        Assert.True(_comparison.LargestError <= tolerance, $"{_comparison.LargestError} > {tolerance}");
    }

    /// <summary>A method of a class of kernels.</summary>
    public static MethodInfo Method(Type type, string name) => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Single(method => method.Name == name);

    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }
}
