using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using ILGPU.Ptx.Code;
using ILGPU.Runtime.IL;

namespace ILGPU.Ptx.Translation;

/// <summary>One method being translated: a kernel, or a method inlined into another.</summary>
internal sealed class Frame
{
    private readonly KernelCode _code;
    private readonly Storage?[] _locals;

    public Frame(MethodBase method, Frame? caller, KernelCode code)
    {
        Method = method;
        Caller = caller;
        Depth = caller is null ? 0 : caller.Depth + 1;
        Body = method.GetMethodBody()!;
        Instructions = InstructionReader.Read(method);
        _code = code;
        _locals = new Storage?[Body.LocalVariables.Count];
        IndexOfOffset = new Dictionary<int, int>(Instructions.Count);
        for (int i = 0; i < Instructions.Count; i++)
        {
            IndexOfOffset[Instructions[i].Offset] = i;
        }

        FindLeaders();
        ReturnCount = Instructions.Count(instruction => instruction.OpCode == OpCodes.Ret);
    }

    public MethodBase Method { get; }

    public Frame? Caller { get; }

    public int Depth { get; }

    public MethodBody Body { get; }

    public List<Runtime.IL.Instruction> Instructions { get; }

    public Dictionary<int, int> IndexOfOffset { get; }

    public Argument[] Arguments { get; set; } = [];

    public List<Value> Stack { get; private set; } = [];

    /// <summary>Where blocks begin, and how many branches lead there.</summary>
    public Dictionary<int, int> Leaders { get; } = [];

    public Dictionary<int, BlockEntry> Entries { get; } = [];

    public SortedSet<int> Open { get; } = [];

    public int ReturnCount { get; }

    /// <summary>Where the method returns to if it has several ends.</summary>
    public BasicBlock? Exit { get; set; }

    /// <summary>Where translation goes on after the only end of the method.</summary>
    public BasicBlock? ReturnBlock { get; set; }

    /// <summary>Result if the method has several ends.</summary>
    public Storage? Result { get; set; }

    /// <summary>Result if it has one.</summary>
    public Value? Returned { get; set; }

    public Type ReturnType => Method is MethodInfo method ? method.ReturnType : typeof(void);

    /// <summary>The instruction that is being translated.</summary>
    public int Offset { get; set; }

    /// <summary>Type named by a prefix of the next call.</summary>
    public Type? ConstrainedTo { get; set; }

    public SourcePosition Position => new(Method, Offset);

    /// <summary>A local variable; made when it is first used, so that one of a type that devices do not have is reported where it is.</summary>
    public Storage Local(int number) => _locals[number] ??= new Storage(Body.LocalVariables[number].LocalType, _code);

    public void Begin(IEnumerable<Value> stack) => Stack = [.. stack];

    public void Push(Value value) => Stack.Add(value);

    public Value Pop()
    {
        Value top = Stack[^1];
        Stack.RemoveAt(Stack.Count - 1);
        return top;
    }

    /// <summary>Whether an argument is written to or its address taken.</summary>
    public bool[] FindChangedArguments(int count)
    {
        bool[] changed = new bool[count];
        foreach (Runtime.IL.Instruction instruction in Instructions)
        {
            if (instruction.OpCode == OpCodes.Starg || instruction.OpCode == OpCodes.Starg_S
                || instruction.OpCode == OpCodes.Ldarga || instruction.OpCode == OpCodes.Ldarga_S)
            {
                changed[(int)instruction.Operand!] = true;
            }
        }

        return changed;
    }

    private void FindLeaders()
    {
        Leaders[0] = 1;
        bool afterBranch = false;
        foreach (Runtime.IL.Instruction instruction in Instructions)
        {
            if (afterBranch)
            {
                Leaders.TryAdd(instruction.Offset, 0);
            }

            afterBranch = false;
            switch (instruction.OpCode.OperandType)
            {
                case OperandType.ShortInlineBrTarget or OperandType.InlineBrTarget:
                    AddLeader((int)instruction.Operand!);
                    afterBranch = true;
                    break;
                case OperandType.InlineSwitch:
                    Array.ForEach((int[])instruction.Operand!, AddLeader);
                    afterBranch = true;
                    break;
                default:
                    afterBranch = instruction.OpCode.FlowControl is FlowControl.Return or FlowControl.Throw;
                    break;
            }
        }

        // What falls into a leader is an edge as well.
        for (int i = 1; i < Instructions.Count; i++)
        {
            if (Leaders.TryGetValue(Instructions[i].Offset, out int edges) && Instructions[i - 1].OpCode.FlowControl is not (FlowControl.Branch or FlowControl.Return or FlowControl.Throw))
            {
                Leaders[Instructions[i].Offset] = edges + 1;
            }
        }
    }

    private void AddLeader(int offset) => Leaders[offset] = Leaders.GetValueOrDefault(offset) + 1;
}

/// <summary>An argument: a value that never changes, or a variable.</summary>
internal sealed class Argument(Type type, Value? bound, Storage? storage)
{
    public Type Type { get; } = type;

    public Value? Bound { get; } = bound;

    public Storage? Storage { get; } = storage;
}

/// <summary>A block of a method and the evaluation stack at its start.</summary>
internal sealed class BlockEntry(BasicBlock block, Value[] stack)
{
    public BasicBlock Block { get; } = block;

    public Value[] Stack { get; } = stack;

    public bool IsDone { get; set; }
}
