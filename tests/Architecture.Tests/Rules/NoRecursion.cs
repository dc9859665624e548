using System.Collections.Generic;
using System.Reflection;
using DreamFusion.Architecture.Tests.Discovery;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>Every call is inlined by a PTX compiler without a calling convention (4.2), so the call graph has no cycle.</summary>
public sealed class NoRecursion : IKernelRule
{
    /// <inheritdoc/>
    public string Id => "K17";

    /// <inheritdoc/>
    public string Remedy => "Write a loop with an explicit stack in LocalMemory";

    /// <inheritdoc/>
    public IEnumerable<Finding> Check(KernelGraph graph)
    {
        foreach (DeviceMethod method in graph.Methods)
        {
            foreach ((Il.Instruction instruction, MethodBase? target) in method.Calls)
            {
                if (target is not null && graph.IsDeviceCode(target) && Reaches(graph, target, method.Method))
                {
                    yield return new Finding(method, instruction.Offset, $"calls {Display.NameOf(target)}, which leads back here");
                }
            }
        }
    }

    private static bool Reaches(KernelGraph graph, MethodBase start, MethodBase goal)
    {
        var seen = new HashSet<MethodBase>();
        var pending = new Stack<MethodBase>([start]);
        while (pending.TryPop(out MethodBase? method))
        {
            if (method.Equals(goal))
            {
                return true;
            }

            foreach (MethodBase callee in seen.Add(method) ? graph.Callees(graph[method]) : [])
            {
                pending.Push(callee);
            }
        }

        return false;
    }
}
