using System.Collections.Generic;
using System.Linq;
using DreamFusion.Architecture.Tests.Discovery;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>
/// Threads past the extent of an implicitly grouped launch leave before the body (2.5 traps 5 and 9): a barrier, a
/// shuffle or a group reduction would wait for threads that are gone.
/// </summary>
public sealed class NoBarrierInImplicitGroups : IKernelRule
{
    private static readonly HashSet<string> _convergent =
    [
        "ILGPU.Group.Barrier", "ILGPU.Group.BarrierAnd", "ILGPU.Group.BarrierOr", "ILGPU.Group.BarrierPopCount", "ILGPU.Group.Broadcast",
        "ILGPU.Warp.Barrier", "ILGPU.Warp.Broadcast", "ILGPU.Warp.Shuffle", "ILGPU.Warp.ShuffleDown", "ILGPU.Warp.ShuffleUp", "ILGPU.Warp.ShuffleXor",
    ];

    /// <inheritdoc/>
    public string Id => "K19";

    /// <inheritdoc/>
    public string Remedy => "Load the kernel with LoadStreamKernel and launch it with an explicit grid and group";

    /// <inheritdoc/>
    public IEnumerable<Finding> Check(KernelGraph graph)
    {
        if (graph.Kernel.Grouping == Grouping.Explicit)
        {
            return [];
        }

        return graph.Methods.SelectMany(method => method.Calls
            .Where(call => _convergent.Contains($"{call.Instruction.Callee!.DeclaringType?.FullName}.{call.Instruction.Callee.Name}")
                || call.Instruction.Callee.DeclaringType?.FullName is "ILGPU.Algorithms.GroupExtensions" or "ILGPU.Algorithms.WarpExtensions")
            .Select(call => new Finding(method, call.Instruction.Offset, $"calls {Display.NameOf(call.Instruction.Callee!)} in an implicitly grouped kernel")));
    }
}
