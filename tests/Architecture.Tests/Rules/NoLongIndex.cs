using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using DreamFusion.Architecture.Tests.Discovery;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>A kernel's index is 32-bit (2.4, 2.5 trap 1).</summary>
public sealed class NoLongIndex : IKernelRule
{
    /// <inheritdoc/>
    public string Id => "K20";

    /// <inheritdoc/>
    public string Remedy => "Take Index1D and widen inside: (long)index * stride";

    /// <inheritdoc/>
    public IEnumerable<Finding> Check(KernelGraph graph)
    {
        ParameterInfo? index = graph.Kernel.Method.GetParameters().FirstOrDefault();
        bool isLong = index?.ParameterType is { Namespace: "ILGPU" } type && type.Name.StartsWith("LongIndex", StringComparison.Ordinal);
        return isLong ? [new Finding(graph[graph.Kernel.Method], 0, $"takes {index!.ParameterType.Name} as its index")] : [];
    }
}
