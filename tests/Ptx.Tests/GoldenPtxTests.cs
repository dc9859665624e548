using System;
using System.IO;
using System.Linq;
using System.Reflection;
using DreamFusion.Architecture.Tests.Discovery;
using DreamFusion.Ptx.Tests.Comparison;
using ILGPU.Ptx;
using Xunit;

namespace DreamFusion.Ptx.Tests;

/// <summary>
/// PTX of a few kernels, as text with its counts: what the compiler writes changes only where somebody looks at it. Set PTX_WRITE_GOLDEN to the folder tests/Golden/ptx to
/// write the files anew, and read the difference.
/// </summary>
public sealed class GoldenPtxTests
{
    public static TheoryData<string, string, int, PtxMathMode> Corpus => new()
    {
        { "AccumulateKernels", "Forward", 75, PtxMathMode.Strict },
        { "AccumulateKernels", "Forward", 90, PtxMathMode.Fast },
        { "CompilerKernels", nameof(CompilerKernels.LocalArray), 80, PtxMathMode.Strict },
        { "CompilerKernels", nameof(CompilerKernels.MixedViews), 80, PtxMathMode.Strict },
        { "CompilerKernels", nameof(CompilerKernels.Unrolled), 80, PtxMathMode.Fast },
        { "CooperativeKernels", nameof(CooperativeKernels.BlockSum), 80, PtxMathMode.Strict },
        { "CooperativeKernels", nameof(CooperativeKernels.Histogram), 75, PtxMathMode.Strict },
        { "CooperativeKernels", nameof(CooperativeKernels.Halves), 90, PtxMathMode.Strict },
        { "CooperativeKernels", nameof(CooperativeKernels.FastFunctions), 90, PtxMathMode.Fast },
    };

    [Theory]
    [MemberData(nameof(Corpus))]
    public void TheTextIsTheReviewedOne(string type, string method, int architecture, PtxMathMode math)
    {
        MethodInfo kernel = new[] { Assembly.Load("DreamFusion.Kernels"), typeof(CompilerKernels).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(candidate => candidate.Name == type)
            .Select(found => ComparedLaunch.Method(found, method))
            .Single();
        bool isIndexed = KernelDiscovery.IsIndex(kernel.GetParameters()[0].ParameterType);
        PtxModule module = PtxCompiler.Compile(kernel, isIndexed, new PtxTarget { Architecture = architecture, Math = math });
        string text = $"// {module.InstructionCount} instructions, {module.RegisterCount} virtual registers, {module.SharedBytes} bytes shared, {module.LocalArrays.Sum(array => array.Size)} bytes local\n{module.Text}";
        string name = $"{module.EntryName}.sm_{architecture}.{math}.ptx";
        if (Environment.GetEnvironmentVariable("PTX_WRITE_GOLDEN") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, name), text);
        }

        Assert.Equal(File.ReadAllText(Path.Combine(Environment.GetEnvironmentVariable("PTX_WRITE_GOLDEN") ?? Path.Combine(AppContext.BaseDirectory, "ptx"), name)), text);
    }
}
