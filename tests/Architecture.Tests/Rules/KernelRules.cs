using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using DreamFusion.Architecture.Tests.Discovery;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>All rules, found by type, so that a new rule cannot be forgotten in a list.</summary>
public static class KernelRules
{
    /// <summary>Every rule of this assembly, by id.</summary>
    public static IReadOnlyList<IKernelRule> All { get; } =
    [
        .. typeof(IKernelRule).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && typeof(IKernelRule).IsAssignableFrom(type))
            .Select(type => (IKernelRule)Activator.CreateInstance(type)!)
            .OrderBy(rule => rule.Id, StringComparer.Ordinal),
    ];

    /// <summary>Applies every rule to every kernel; a method shared by kernels is reported once.</summary>
    public static IReadOnlyList<Violation> Check(IEnumerable<Kernel> kernels)
    {
        var cache = new Dictionary<MethodBase, DeviceMethod>();
        var seen = new HashSet<(string, MethodBase, int, string)>();
        var violations = new List<Violation>();
        foreach (KernelGraph graph in kernels.Select(kernel => new KernelGraph(kernel, cache)))
        {
            foreach (IKernelRule rule in All)
            {
                violations.AddRange(rule.Check(graph)
                    .Where(finding => seen.Add((rule.Id, finding.Method.Method, finding.Offset, finding.What)))
                    .Select(finding => new Violation(rule, finding)));
            }
        }

        return violations;
    }
}
