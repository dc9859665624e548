using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Machine;

namespace DreamFusion.Pipeline.Selftest;

/// <summary>Runs the golden values and gradient checks of every kernel family on a device.</summary>
public static class SelftestSession
{
    /// <summary>Runs all checks on the CPU.</summary>
    /// <param name="threads">Threads, 0 for one per core.</param>
    /// <param name="kernels">Kernels as written, or tuned code where there is some, which is then compared with the kernels.</param>
    public static SelftestReport Run(int threads, KernelChoice kernels) => Run(threads, kernels, SelfChecks.All);

    /// <summary>Runs all checks on a device.</summary>
    /// <param name="device">auto, cpu, cuda or cuda:N.</param>
    /// <param name="threads">Threads of the CPU, 0 for one per core.</param>
    /// <param name="kernels">
    /// Kernels as written, or tuned code too: on a CPU the host twins, which are then compared with the kernels; on a GPU all checks of the portable kernels and then, with sums in fixed order,
    /// those of the kernels for GPUs.
    /// </param>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>: there is no such device.</exception>
    public static SelftestReport Run(string device, int threads, KernelChoice kernels) => DeviceSelection.CudaIndex(device) is null
        ? Run(threads, kernels)
        : Run(device, threads, kernels, SelfChecks.All, SelfChecks.Gpu);

    /// <summary>Runs some checks of the portable kernels on a GPU, and some of its own kernels if they are asked for.</summary>
    internal static SelftestReport Run(string device, int threads, KernelChoice kernels, IReadOnlyList<ISelfCheck> portable, IReadOnlyList<ISelfCheck> tuned)
    {
        long start = Stopwatch.GetTimestamp();
        List<SelfCheckResult> results;
        HashSet<Type> launchers;
        string name;
        using (var checkedDevice = new CheckDevice(DeviceSelection.Open(device, threads, KernelChoice.Portable)))
        {
            name = checkedDevice.Accelerator.ToString()!;
            results = Run(checkedDevice, null, portable);
            launchers = [.. checkedDevice.Launchers];
        }

        if (kernels != KernelChoice.Portable)
        {
            using var checkedDevice = new CheckDevice(DeviceSelection.Open(device, threads, KernelChoice.Tuned, deterministic: true));
            results.AddRange(Run(checkedDevice, null, tuned));
            launchers.UnionWith(checkedDevice.Launchers);
        }

        return new SelftestReport($"{device} ({name})", threads, kernels, results, [.. launchers], Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Runs some checks on the CPU.</summary>
    internal static SelftestReport Run(int threads, KernelChoice kernels, IReadOnlyList<ISelfCheck> checks)
    {
        if (threads is < 0 or > 1024)
        {
            throw new DfkException(ExitCode.BadInput, string.Create(CultureInfo.InvariantCulture, $"threads: expected 0 to 1024, got {threads}. 0 means one for each core."));
        }

        int count = threads > 0 ? threads : Environment.ProcessorCount;
        long start = Stopwatch.GetTimestamp();
        using var device = new CheckDevice(count, kernels);
        using CheckDevice? portable = kernels != KernelChoice.Portable ? new CheckDevice(count, KernelChoice.Portable) : null;
        List<SelfCheckResult> results = Run(device, portable, checks);
        return new SelftestReport("cpu", count, kernels, results, [.. device.Launchers], Stopwatch.GetElapsedTime(start));
    }

    private static List<SelfCheckResult> Run(CheckDevice device, CheckDevice? portable, IReadOnlyList<ISelfCheck> checks)
    {
        List<SelfCheckResult> results = [];
        foreach (ISelfCheck check in checks)
        {
            var run = new SelfCheckRun(check.Family, device, portable, results);
            try
            {
                check.Run(run);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A launch that fails is what a self-test is there to find; the other families are still worth knowing.
                run.Fail(e);
            }

            device.Free();
            portable?.Free();
        }

        return results;
    }
}
