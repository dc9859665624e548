using System;
using System.Reflection;
using System.Reflection.Emit;

namespace DreamFusion.Architecture.Tests.Il;

/// <summary>How many values an instruction takes from the evaluation stack and puts on it.</summary>
public static class StackEffect
{
    /// <summary>Values taken.</summary>
    public static int Pops(Instruction instruction, MethodBase method)
    {
        if (instruction.OpCode == OpCodes.Ret)
        {
            return method is MethodInfo { ReturnType: { } type } && type != typeof(void) ? 1 : 0;
        }

        if (instruction.Callee is { } callee && instruction.IsCall)
        {
            bool takesThis = !callee.IsStatic && instruction.OpCode != OpCodes.Newobj;
            return callee.GetParameters().Length + (takesThis ? 1 : 0);
        }

        return Count(instruction.OpCode.StackBehaviourPop);
    }

    /// <summary>Values put.</summary>
    public static int Pushes(Instruction instruction)
    {
        if (instruction.Callee is { } callee && instruction.IsCall)
        {
            return instruction.OpCode == OpCodes.Newobj || (callee is MethodInfo { ReturnType: { } type } && type != typeof(void)) ? 1 : 0;
        }

        return Count(instruction.OpCode.StackBehaviourPush);
    }

    private static int Count(StackBehaviour behaviour) => behaviour switch
    {
        StackBehaviour.Pop0 or StackBehaviour.Push0 or StackBehaviour.Varpop or StackBehaviour.Varpush => 0,
        StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref or StackBehaviour.Push1 or StackBehaviour.Pushi
            or StackBehaviour.Pushi8 or StackBehaviour.Pushr4 or StackBehaviour.Pushr8 or StackBehaviour.Pushref => 1,
        StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8
            or StackBehaviour.Popi_popr4 or StackBehaviour.Popi_popr8 or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi
            or StackBehaviour.Push1_push1 => 2,
        StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8
            or StackBehaviour.Popref_popi_popr4 or StackBehaviour.Popref_popi_popr8 or StackBehaviour.Popref_popi_popref
            or StackBehaviour.Popref_popi_pop1 => 3,
        _ => throw new InvalidOperationException($"Stack behaviour {behaviour} is unknown."),
    };
}
