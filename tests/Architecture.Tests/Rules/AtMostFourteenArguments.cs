using System.Collections.Generic;
using DreamFusion.Architecture.Tests.Discovery;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>ILGPU's loaders end at T14 (2.2).</summary>
public sealed class AtMostFourteenArguments : IKernelRule
{
    private const int Maximum = 14;

    /// <inheritdoc/>
    public string Id => "K23";

    /// <inheritdoc/>
    public string Remedy => "Gather the arguments in one struct with named fields";

    /// <inheritdoc/>
    public IEnumerable<Finding> Check(KernelGraph graph)
    {
        int count = graph.Kernel.Arguments.Length;
        return count > Maximum ? [new Finding(graph[graph.Kernel.Method], 0, $"has {count} arguments, at most {Maximum} can be launched")] : [];
    }
}
