using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Pipeline.Selftest;

/// <summary>What a self-test found.</summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Threads">CPU threads that kernels used.</param>
/// <param name="Kernels">Code that was asked for.</param>
/// <param name="Results">The rows, family by family.</param>
/// <param name="Launchers">Closed types of the kernel families that ran.</param>
/// <param name="Duration">Wall time.</param>
public sealed record SelftestReport(
    string Device, int Threads, KernelChoice Kernels, IReadOnlyList<SelfCheckResult> Results, IReadOnlyCollection<Type> Launchers, TimeSpan Duration)
{
    /// <summary>Checks that passed.</summary>
    public int PassedCount => Results.Count(result => result.Passed);

    /// <summary>Checks that failed.</summary>
    public int FailedCount => Results.Count - PassedCount;

    /// <summary>Families of which tuned code ran, in the table's order.</summary>
    public IReadOnlyList<string> TunedFamilies => [.. Results.Where(result => result.IsTuned).Select(result => result.Family).Distinct()];

    /// <summary>
    /// <see cref="ExitCode.Done"/>, or <see cref="ExitCode.Bug"/> if a check failed or nothing was checked: wrong numbers are a fault of
    /// this program on this machine, to be reported, and neither of the user's input nor of a part that the machine lacks.
    /// </summary>
    public ExitCode ExitCode => FailedCount == 0 && Results.Count > 0 ? ExitCode.Done : ExitCode.Bug;
}
