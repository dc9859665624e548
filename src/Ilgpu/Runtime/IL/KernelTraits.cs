using System;
using System.Collections.Generic;
using System.Reflection;
using System.Reflection.Emit;

namespace ILGPU.Runtime.IL;

/// <summary>What a kernel and everything it calls use; found once, by walking its intermediate language at load time.</summary>
/// <param name="UsesIndices">It asks Grid, Group or Warp for an index or a dimension.</param>
/// <param name="UsesLocalMemory">It allocates local memory.</param>
/// <param name="Cooperates">It exchanges data between threads: barriers, broadcasts, shuffles, shared memory.</param>
/// <param name="UsesWarps">It asks for anything of its warp, whose size then matters.</param>
internal readonly record struct KernelTraits(bool UsesIndices, bool UsesLocalMemory, bool Cooperates, bool UsesWarps)
{
    /// <summary>The traits of a kernel.</summary>
    public static KernelTraits Of(MethodBase kernel)
    {
        var traits = default(KernelTraits);
        HashSet<MethodBase> seen = [kernel];
        Stack<MethodBase> open = new([kernel]);
        while (open.TryPop(out MethodBase? method))
        {
            Type? constrainedTo = null;
            foreach (Instruction instruction in InstructionReader.Read(method))
            {
                if (instruction.OpCode == OpCodes.Constrained)
                {
                    constrainedTo = (Type)instruction.Operand!;
                    continue;
                }

                if (instruction.Operand is MethodBase called)
                {
                    MethodBase target = CallTarget.Resolve(called, constrainedTo);
                    if (!traits.Learn(target, out traits) && !CallTarget.IsPlatform(target) && seen.Add(target))
                    {
                        open.Push(target);
                    }
                }

                constrainedTo = null;
            }
        }

        return traits;
    }

    private bool Learn(MethodBase called, out KernelTraits learnt)
    {
        learnt = this;
        Type? type = called.DeclaringType;
        if (type == typeof(LocalMemory))
        {
            learnt = this with { UsesLocalMemory = true };
        }
        else if (type == typeof(SharedMemory) || ((type == typeof(Group) || type == typeof(Warp)) && IsExchange(called.Name)))
        {
            learnt = this with { Cooperates = true, UsesIndices = true, UsesWarps = UsesWarps || type == typeof(Warp) };
        }
        else if (type == typeof(Grid) || type == typeof(Group) || type == typeof(Warp))
        {
            learnt = this with { UsesIndices = true, UsesWarps = UsesWarps || type == typeof(Warp) };
        }
        else
        {
            return false;
        }

        return true;
    }

    private static bool IsExchange(string name)
        => name.StartsWith(nameof(Group.Barrier), StringComparison.Ordinal)
        || name.StartsWith(nameof(Group.Broadcast), StringComparison.Ordinal)
        || name.StartsWith(nameof(Warp.Shuffle), StringComparison.Ordinal);
}
