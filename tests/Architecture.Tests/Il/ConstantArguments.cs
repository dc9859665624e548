using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;

namespace DreamFusion.Architecture.Tests.Il;

/// <summary>
/// Which call arguments are compile-time constants: literals, readonly static scalars, sizes, arithmetic on these, the
/// value of a SpecializedValue, and static parameterless members that return such a constant. Follows the evaluation
/// stack inside basic blocks; what comes over a block's edge, from a local or from an argument is not constant.
/// </summary>
public static class ConstantArguments
{
    private const int MaximumDepth = 8;

    /// <summary>For each call, whether each explicit argument is constant, by the call's offset.</summary>
    public static IReadOnlyDictionary<int, bool[]> Find(MethodBase method, IReadOnlyList<Instruction> instructions)
    {
        var arguments = new Dictionary<int, bool[]>();
        Follow(method, instructions, 0, (instruction, taken) =>
        {
            if (instruction.Callee is { } callee && instruction.IsCall)
            {
                arguments[instruction.Offset] = taken[^callee.GetParameters().Length..];
            }
        });
        return arguments;
    }

    private static bool ReturnsConstant(MethodBase method, int depth)
    {
        IReadOnlyList<Instruction> instructions = depth > MaximumDepth ? [] : IlReader.Read(method);
        bool constant = instructions.Count > 0 && !instructions.Any(instruction => instruction.IsBranch);
        Follow(method, instructions, depth, (instruction, taken) => constant &= instruction.OpCode != OpCodes.Ret || taken is [true]);
        return constant;
    }

    private static void Follow(MethodBase method, IReadOnlyList<Instruction> instructions, int depth, Action<Instruction, bool[]> visit)
    {
        var blockStarts = instructions.Where(instruction => instruction.IsBranch)
            .SelectMany(instruction => instruction.Operand is int[] targets ? targets : [(int)instruction.Operand!])
            .ToHashSet();
        var stack = new Stack<bool>();
        foreach (Instruction instruction in instructions)
        {
            if (blockStarts.Contains(instruction.Offset))
            {
                stack.Clear();
            }

            var taken = new bool[StackEffect.Pops(instruction, method)];
            for (int i = taken.Length - 1; i >= 0; i--)
            {
                taken[i] = stack.TryPop(out bool constant) && constant;
            }

            visit(instruction, taken);
            bool result = IsConstant(instruction, taken, depth);
            for (int i = 0; i < StackEffect.Pushes(instruction); i++)
            {
                stack.Push(result);
            }
        }
    }

    private static bool IsConstant(Instruction instruction, bool[] taken, int depth)
    {
        string name = instruction.OpCode.Name!;
        if (name.StartsWith("ldc.", StringComparison.Ordinal) || instruction.OpCode == OpCodes.Sizeof)
        {
            return true;
        }

        if (instruction.OpCode == OpCodes.Ldsfld)
        {
            return instruction.Operand is FieldInfo { IsInitOnly: true, FieldType: { } type } && (type.IsPrimitive || type.IsEnum);
        }

        if (instruction.Callee is { } callee && instruction.IsCall)
        {
            return ReturnsConstant(instruction, callee, taken, depth);
        }

        bool arithmetic = instruction.OpCode.StackBehaviourPush is not StackBehaviour.Push0
            && (instruction.OpCode.StackBehaviourPop is StackBehaviour.Pop1_pop1 || name.StartsWith("conv.", StringComparison.Ordinal)
                || instruction.OpCode == OpCodes.Dup || instruction.OpCode == OpCodes.Neg || instruction.OpCode == OpCodes.Not);
        return arithmetic && taken.All(constant => constant);
    }

    private static bool ReturnsConstant(Instruction call, MethodBase callee, bool[] taken, int depth)
    {
        if (callee.DeclaringType?.FullName?.StartsWith("ILGPU.SpecializedValue", StringComparison.Ordinal) == true)
        {
            return true;
        }

        MethodBase target = CallTarget.Resolve(call) ?? callee;
        bool ours = target.DeclaringType?.Namespace?.StartsWith("DreamFusion", StringComparison.Ordinal) == true;
        return ours
            ? target.IsStatic && target.GetParameters().Length == 0 && ReturnsConstant(target, depth + 1)
            : taken.Length > 0 && taken.All(constant => constant);
    }
}
