using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using DreamFusion.Architecture.Tests.Discovery;
using DreamFusion.Ptx.Tests.Interpreter;
using ILGPU.Ptx;
using Xunit;
using Xunit.Abstractions;
using Kernel = DreamFusion.Architecture.Tests.Discovery.Kernel;

namespace DreamFusion.Ptx.Tests;

/// <summary>
/// Every kernel of src/Kernels compiles for every target, what comes out is PTX that the parser takes, and it is the reviewed PTX: counts and hashes of all targets, the
/// text for sm_90. Set PTX_WRITE_GOLDEN to the folder tests/Golden/ptx to write the files anew, and read the difference.
/// </summary>
public sealed class CompileAllTests(ITestOutputHelper output)
{
    private static readonly IReadOnlyList<Kernel> _kernels = KernelDiscovery.Find(Assembly.Load("DreamFusion.Kernels"));

    public static TheoryData<int, PtxMathMode> Targets
    {
        get
        {
            var data = new TheoryData<int, PtxMathMode>();
            foreach (int architecture in new[] { 75, 80, 90 })
            {
                data.Add(architecture, PtxMathMode.Strict);
                data.Add(architecture, PtxMathMode.Fast);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void EveryKernelCompiles(int architecture, PtxMathMode math)
    {
        Assert.True(_kernels.Count > 60, $"{_kernels.Count} kernels found");
        var target = new PtxTarget { Architecture = architecture, Math = math };
        List<string> failures = [];
        var corpus = new KernelCorpus(architecture, math);
        foreach (Kernel kernel in _kernels)
        {
            try
            {
                PtxModule module = PtxCompiler.Compile(kernel.Method, kernel.Grouping == Grouping.Implicit, target);
                var machine = new Machine(PtxParser.Parse(module.Text), new DeviceMemory(), new byte[4096]);
                Assert.NotEmpty(machine.Steps);
                corpus.Add(kernel.Name, module);
                string local = string.Join(", ", module.LocalArrays.Select(array => $"{array.Size} bytes at {array.Line}"));
                output.WriteLine($"{kernel.Name}: {module.InstructionCount} instructions, {module.RegisterCount} virtual registers; local: {(local.Length == 0 ? "none" : local)}");
            }
            catch (System.Exception exception) when (exception is PtxCompilationException or PtxFaultException or System.InvalidOperationException)
            {
                failures.Add($"{kernel.Name}: {exception.Message}");
            }
        }

        failures.AddRange(corpus.Differences());
        Assert.True(failures.Count == 0, $"{failures.Count} of {_kernels.Count}:\n{string.Join('\n', failures.Select(failure => failure[..System.Math.Min(400, failure.Length)]))}");
    }
}
