using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using DreamFusion.Architecture.Tests.Discovery;
using DreamFusion.Kernels.Composite;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Pipeline.Selftest;
using DreamFusion.Ptx.Tests.Comparison;
using ILGPU.Ptx;
using ILGPU.Runtime.CPU;
using Xunit;
using Xunit.Abstractions;
using Kernel = DreamFusion.Architecture.Tests.Discovery.Kernel;

namespace DreamFusion.Ptx.Tests;

/// <summary>
/// The kernels of the self-test, each launch run on the CPU accelerator and as PTX in the interpreter: the same bits where only + - * / fma sqrt occur, else 1e-6.
/// </summary>
public sealed class KernelComparisonTests(ITestOutputHelper output)
{
    // Fast mode takes the hardware's functions, and sums amplify their errors.
    private const double FastTolerance = 1e-4;
    private const double Tolerance = 1e-6;

    [Theory]
    [InlineData(80, PtxMathMode.Strict, 3)]
    [InlineData(75, PtxMathMode.Strict, 1)]
    [InlineData(90, PtxMathMode.Fast, 1)]
    public void EveryKernelComputesWhatTheCpuComputes(int architecture, PtxMathMode math, int launches)
    {
        var target = new PtxTarget { Architecture = architecture, Math = math };
        var comparisons = new Dictionary<MethodInfo, KernelComparison>();
        List<string> failures = [];
        foreach (ISelfCheck check in SelfChecks.All)
        {
            using var device = new CheckDevice(1, KernelChoice.Portable);
            ((CPUAccelerator)device.Accelerator).ProgramFilter = (entry, cpu) =>
            {
                if (!comparisons.TryGetValue(entry.Method, out KernelComparison? comparison))
                {
                    comparisons[entry.Method] = comparison = new KernelComparison();
                }

                return new ComparingProgram(entry, cpu, device.Accelerator, target, comparison, launches);
            };
            List<SelfCheckResult> results = [];
            check.Run(new SelfCheckRun(check.Family, device, null, results));
            failures.AddRange(results.Where(result => result.Kind == SelfCheckKind.Failure).Select(result => $"{result.Family}: {result.Message}"));
        }

        foreach ((MethodInfo method, KernelComparison comparison) in comparisons.OrderBy(pair => Display.NameOf(pair.Key), StringComparer.Ordinal))
        {
            string name = Display.NameOf(method);
            output.WriteLine($"{name}: {comparison.Launches} launches, {comparison.Words} words, {comparison.Differences} differ by up to {comparison.LargestError:g3} {string.Join(',', comparison.OwnFunctions)}");
            bool isExact = math == PtxMathMode.Strict && comparison.OwnFunctions.Count == 0;
            double tolerance = math == PtxMathMode.Fast ? FastTolerance : Tolerance;
            if (comparison.Faults.Count > 0 || !(isExact ? comparison.Differences == 0 : comparison.LargestError <= tolerance))
            {
                failures.Add($"{name}: {comparison.Differences} differ by up to {comparison.LargestError:g3}; {string.Join("; ", comparison.Faults.Take(1))}");
            }
        }

        // Of a generic kernel the self-test runs the variants that its family has, which need not be all that its constraints allow.
        var compared = comparisons.Where(pair => pair.Value.Launches > 0).Select(pair => pair.Key.MetadataToken).ToHashSet();
        IReadOnlyList<Kernel> all = KernelDiscovery.Find(Assembly.Load("DreamFusion.Kernels"));
        failures.AddRange(all.Where(kernel => !compared.Contains(kernel.Method.MetadataToken) && !IsForGpus(kernel)).Select(kernel => $"{kernel.Name}: no launch was compared"));
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    // Compared with the CPU, bit by bit, in Gpu/.
    private static bool IsForGpus(Kernel kernel) => kernel.Method.Name is nameof(AdamKernels.UpdateFour)
        || kernel.Method.DeclaringType!.Name is nameof(TensorMlpKernels) or nameof(HashGridPairKernels) or nameof(WarpMarchKernels) or nameof(WarpOccupancyKernels)
            or nameof(WarpCompositeKernels) or nameof(GroupInspectionKernels);
}
