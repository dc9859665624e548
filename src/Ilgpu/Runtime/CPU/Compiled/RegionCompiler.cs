using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection.Emit;
using ILGPU.Ptx.Code;

namespace ILGPU.Runtime.CPU.Compiled;

/// <summary>
/// Makes .NET code of one region: a loop over threads whose body is the region. Registers that live on are kept in arrays, one element for each thread; what is the same
/// in all threads of a group is computed before the loop.
/// </summary>
internal sealed partial class RegionCompiler
{
    private readonly SegmentGraph _graph;
    private readonly KernelLayout _layout;
    private readonly Segment _entry;
    private readonly List<Segment> _segments;
    private readonly HashSet<Register> _assigned;
    private readonly DynamicMethod _method;
    private readonly ILGenerator _il;
    private readonly Dictionary<Register, LocalBuilder> _locals = [];
    private readonly Dictionary<DataType, Stack<LocalBuilder>> _spare = [];
    private readonly Dictionary<Segment, Label> _labels = [];
    private readonly LocalBuilder _thread;
    private readonly LocalBuilder _kept;
    private readonly LocalBuilder? _shared;
    private readonly LocalBuilder? _local;
    private readonly Label _next;
    private Dictionary<Register, int> _lastReads = [];
    private int _at;

    private RegionCompiler(string name, SegmentGraph graph, KernelLayout layout, int region)
    {
        _graph = graph;
        _layout = layout;
        _entry = graph.Entries[region];
        _segments = SegmentGraph.Reached(_entry);
        _assigned = [.. _segments.SelectMany(segment => segment.Instructions).Select(instruction => instruction.Result).OfType<Register>()];
        if (_entry.Opening?.Result is { } given)
        {
            _assigned.Add(given);
        }

        _method = new DynamicMethod($"Region {region} of {name}", typeof(void), [typeof(GroupState).MakePointerType(), typeof(int), typeof(int)], typeof(RegionCompiler).Module, skipVisibility: true)
        {
            InitLocals = false,
        };
        _il = _method.GetILGenerator();
        _next = _il.DefineLabel();
        _thread = _il.DeclareLocal(typeof(nint));
        _kept = _il.DeclareLocal(typeof(byte*));
        HashSet<AddressSpace> spaces = [.. Read().Concat(UsedInvariants().SelectMany(pair => pair.Value.Sources)).OfType<ArrayAddress>().Select(address => address.Array.Space)];
        _shared = spaces.Contains(AddressSpace.Shared) ? _il.DeclareLocal(typeof(byte*)) : null;
        _local = spaces.Contains(AddressSpace.Local) ? _il.DeclareLocal(typeof(byte*)) : null;
    }

    /// <summary>The code of a region.</summary>
    /// <param name="name">The kernel, for stack traces.</param>
    /// <param name="graph">The kernel's segments.</param>
    /// <param name="layout">Where everything lies.</param>
    /// <param name="region">Number of the region.</param>
    /// <exception cref="NotSupportedException">An operation without a counterpart on the CPU.</exception>
    public static RegionCode Compile(string name, SegmentGraph graph, KernelLayout layout, int region) => new RegionCompiler(name, graph, layout, region).Emit();

    private RegionCode Emit()
    {
        foreach (Segment segment in _segments)
        {
            _labels.Add(segment, _il.DefineLabel());
        }

        EmitBeforeThreads();
        Label body = _il.DefineLabel();
        Label test = _il.DefineLabel();
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Stloc, _thread);
        _il.Emit(OpCodes.Br, test);
        _il.MarkLabel(body);
        EmitBeforeThread();
        foreach (Segment segment in _segments)
        {
            EmitSegment(segment);
        }

        _il.MarkLabel(_next);
        _il.Emit(OpCodes.Ldloc, _thread);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, _thread);
        _il.MarkLabel(test);
        _il.Emit(OpCodes.Ldloc, _thread);
        _il.Emit(OpCodes.Ldarg_2);
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Blt, body);
        _il.Emit(OpCodes.Ret);
        return _method.CreateDelegate<RegionCode>();
    }

    private void EmitBeforeThreads()
    {
        EmitField(nameof(GroupState.Kept));
        _il.Emit(OpCodes.Stloc, _kept);
        if (_shared is not null)
        {
            EmitField(nameof(GroupState.Shared));
            _il.Emit(OpCodes.Stloc, _shared);
        }

        foreach ((Register register, PtxInstruction instruction) in UsedInvariants())
        {
            EmitValue(instruction);
            _il.Emit(OpCodes.Stloc, LocalOf(register));
        }
    }

    // What the thread had when it came to the meeting, and what the meeting gave it.
    private void EmitBeforeThread()
    {
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldloc, _thread);
        _il.Emit(OpCodes.Conv_I4);
        _il.Emit(OpCodes.Stfld, Field(nameof(GroupState.Current)));
        if (_local is not null)
        {
            EmitField(nameof(GroupState.Local));
            _il.Emit(OpCodes.Ldloc, _thread);
            _il.Emit(OpCodes.Ldc_I4, _layout.LocalBytes);
            _il.Emit(OpCodes.Mul);
            _il.Emit(OpCodes.Add);
            _il.Emit(OpCodes.Stloc, _local);
        }

        HashSet<Register> read = [.. Read().OfType<Register>()];
        foreach ((Register register, PtxInstruction instruction) in _graph.Places.Where(pair => read.Contains(pair.Key)))
        {
            EmitPlace(instruction.Name!);
            _il.Emit(OpCodes.Stloc, LocalOf(register));
        }

        foreach (Register register in _entry.Needed.Where(register => read.Contains(register) || _assigned.Contains(register)))
        {
            EmitKeptAddress(register);
            _il.Emit(LoadOf(register.Type));
            _il.Emit(OpCodes.Stloc, LocalOf(register));
        }

        if (_entry.Opening?.Result is { } given)
        {
            EmitAnswer(_entry.Opening);
            _il.Emit(OpCodes.Stloc, LocalOf(given));
        }
    }

    private void EmitSegment(Segment segment)
    {
        _il.MarkLabel(_labels[segment]);
        FindLastReads(segment);
        for (_at = 0; _at < segment.Instructions.Count; _at++)
        {
            PtxInstruction instruction = segment.Instructions[_at];
            if (instruction.Result is not { } result || !_graph.IsMadeAnew(result))
            {
                EmitInstruction(instruction);
            }
        }

        if (segment.Closing is { } meeting)
        {
            EmitMeeting(segment, meeting);
            return;
        }

        if (segment.Next is null)
        {
            EmitEnd(-1);
            return;
        }

        if (segment.Condition is not null)
        {
            EmitOperand(segment.Condition);
            _il.Emit(OpCodes.Brtrue, _labels[segment.Taken!]);
        }

        _il.Emit(OpCodes.Br, _labels[segment.Next]);
    }

    private void EmitMeeting(Segment segment, PtxInstruction meeting)
    {
        if (meeting.Sources.Length > 0)
        {
            EmitStore(nameof(GroupState.Words), meeting.Sources[0]);
        }

        if (meeting.Operation == Operation.Shuffle)
        {
            EmitStore(nameof(GroupState.Lanes), meeting.Sources[1]);
            EmitStore(nameof(GroupState.Bounds), meeting.Sources[2]);
        }

        // A register that the region did not change still lies where it was.
        foreach (Register register in segment.Next!.Needed.Where(_assigned.Contains))
        {
            EmitKeptAddress(register);
            EmitOperand(register);
            _il.Emit(StoreOf(register.Type));
        }

        EmitEnd(segment.Resume);
    }

    private void EmitEnd(int resume)
    {
        EmitElement(nameof(GroupState.Resume));
        _il.Emit(OpCodes.Ldc_I4, resume);
        _il.Emit(OpCodes.Stind_I4);
        _il.Emit(OpCodes.Br, _next);
    }

    private void EmitAnswer(PtxInstruction meeting)
    {
        if (meeting.Operation == Operation.BarrierReduce)
        {
            EmitField(nameof(GroupState.Count));
            return;
        }

        EmitElement(nameof(GroupState.Answers));
        _il.Emit(OpCodes.Ldind_U4);
    }

    private void EmitPlace(string name)
    {
        if (name == "laneid")
        {
            _il.Emit(OpCodes.Ldloc, _thread);
            _il.Emit(OpCodes.Conv_I4);
            _il.Emit(OpCodes.Ldc_I4, CompiledGroup.WarpSize - 1);
            _il.Emit(OpCodes.And);
            return;
        }

        EmitElement(name switch
        {
            "tid.x" => nameof(GroupState.ThreadX),
            "tid.y" => nameof(GroupState.ThreadY),
            "tid.z" => nameof(GroupState.ThreadZ),
            _ => throw new NotSupportedException($"the register %{name} has no counterpart on the CPU"),
        });
        _il.Emit(OpCodes.Ldind_I4);
    }

    private void EmitStore(string array, Operand value)
    {
        EmitElement(array);
        EmitOperand(value);
        _il.Emit(OpCodes.Stind_I4);
    }

    // The address of this thread's element of an array of 32-bit numbers.
    private void EmitElement(string array)
    {
        EmitField(array);
        _il.Emit(OpCodes.Ldloc, _thread);
        _il.Emit(OpCodes.Ldc_I4_4);
        _il.Emit(OpCodes.Mul);
        _il.Emit(OpCodes.Add);
    }

    private void EmitKeptAddress(Register register)
    {
        _il.Emit(OpCodes.Ldloc, _kept);
        _il.Emit(OpCodes.Ldc_I4, _layout.KeptOffset(register));
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldloc, _thread);
        _il.Emit(OpCodes.Ldc_I4, KernelLayout.SizeOf(register.Type));
        _il.Emit(OpCodes.Mul);
        _il.Emit(OpCodes.Add);
    }

    private void EmitField(string name)
    {
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldfld, Field(name));
    }

    private static System.Reflection.FieldInfo Field(string name) => typeof(GroupState).GetField(name)!;

    private IEnumerable<Operand> Read() => _segments.SelectMany(segment => segment.Reads);

    // Invariants that the region reads, and what they are made of, in the order of their definitions.
    private IEnumerable<KeyValuePair<Register, PtxInstruction>> UsedInvariants()
    {
        HashSet<Register> used = [.. Read().OfType<Register>().Where(_graph.Invariants.ContainsKey)];
        var open = new Stack<Register>(used);
        while (open.TryPop(out Register? register))
        {
            foreach (Register source in _graph.Invariants[register].Sources.OfType<Register>().Where(used.Add))
            {
                open.Push(source);
            }
        }

        return _graph.Invariants.Where(pair => used.Contains(pair.Key));
    }

    // Registers of one segment share variables: the just-in-time compiler gives up on methods with too many.
    private void FindLastReads(Segment segment)
    {
        _lastReads = [];
        HashSet<Register> elsewhere = [.. segment.Needed, .. segment.Closing?.Sources.OfType<Register>() ?? [], .. (segment.Closing is null ? segment.Successors : [segment.Next!]).SelectMany(successor => successor.Needed)];
        if (segment.Condition is Register condition)
        {
            elsewhere.Add(condition);
        }

        for (int i = 0; i < segment.Instructions.Count; i++)
        {
            foreach (Register register in segment.Instructions[i].Sources.Append(segment.Instructions[i].Result).OfType<Register>())
            {
                if (!register.IsVariable && !_graph.IsMadeAnew(register) && !elsewhere.Contains(register))
                {
                    _lastReads[register] = i;
                }
            }
        }
    }

    private LocalBuilder LocalOf(Register register)
    {
        if (!_locals.TryGetValue(register, out LocalBuilder? local))
        {
            bool isShort = _lastReads.ContainsKey(register);
            local = isShort && _spare.TryGetValue(register.Type, out Stack<LocalBuilder>? spare) && spare.TryPop(out LocalBuilder? used) ? used : _il.DeclareLocal(TypeOf(register.Type));
            _locals.Add(register, local);
        }

        return local;
    }

    private void Free(PtxInstruction instruction)
    {
        foreach (Register register in instruction.Sources.Append(instruction.Result).OfType<Register>().Distinct())
        {
            if (_lastReads.TryGetValue(register, out int last) && last == _at && _locals.Remove(register, out LocalBuilder? local))
            {
                if (!_spare.TryGetValue(register.Type, out Stack<LocalBuilder>? spare))
                {
                    _spare.Add(register.Type, spare = []);
                }

                spare.Push(local);
            }
        }
    }

    private static Type TypeOf(DataType type) => type switch
    {
        DataType.S64 => typeof(long),
        DataType.F32 => typeof(float),
        DataType.F64 => typeof(double),
        _ => typeof(int),
    };

    private static OpCode LoadOf(DataType type) => type switch
    {
        DataType.S8 => OpCodes.Ldind_I1,
        DataType.U8 => OpCodes.Ldind_U1,
        DataType.S16 => OpCodes.Ldind_I2,
        DataType.U16 or DataType.F16 => OpCodes.Ldind_U2,
        DataType.S64 or DataType.U64 => OpCodes.Ldind_I8,
        DataType.F32 => OpCodes.Ldind_R4,
        DataType.F64 => OpCodes.Ldind_R8,
        _ => OpCodes.Ldind_I4,
    };

    private static OpCode StoreOf(DataType type) => type switch
    {
        DataType.S8 or DataType.U8 => OpCodes.Stind_I1,
        DataType.S16 or DataType.U16 or DataType.F16 => OpCodes.Stind_I2,
        DataType.S64 or DataType.U64 => OpCodes.Stind_I8,
        DataType.F32 => OpCodes.Stind_R4,
        DataType.F64 => OpCodes.Stind_R8,
        _ => OpCodes.Stind_I4,
    };
}
