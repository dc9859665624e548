using System;
using System.Linq;
using ILGPU.Ptx.Code;
using ILGPU.Runtime.IL;

namespace ILGPU.Ptx.Translation;

internal sealed partial class Translator
{
    // Blocks in the order of the method, each once; the emitter stands at the end of the method afterwards.
    private void TranslateBody()
    {
        Frame frame = _frame;
        if (frame.Body.ExceptionHandlingClauses.Count > 0)
        {
            throw Refuse("has a try block; device code has no exceptions");
        }

        EnterBlock(0);
        while (frame.Open.Count > 0)
        {
            int offset = frame.Open.Min;
            frame.Open.Remove(offset);
            TranslateBlock(frame.Entries[offset], frame.IndexOfOffset[offset]);
        }

        if (frame.Exit is not null)
        {
            _emit.Current = frame.Exit;
            frame.Returned = frame.Result is null ? null : ReadStorage(frame.Result);
        }
        else if (frame.ReturnBlock is not null)
        {
            _emit.Current = frame.ReturnBlock;
        }
        else
        {
            // No end is reached: what follows the call is never run.
            _emit.Current = _code.NewBlock();
            frame.Returned = frame.ReturnType == typeof(void) || frame.ReturnType.IsByRef ? null : ZeroOf(frame.ReturnType);
        }
    }

    private void TranslateBlock(BlockEntry entry, int index)
    {
        Frame frame = _frame;
        entry.IsDone = true;
        _emit.Current = entry.Block;
        frame.Begin(entry.Stack);
        do
        {
            Instruction instruction = frame.Instructions[index];
            frame.Offset = instruction.Offset;
            _emit.Position = frame.Position;
            TranslateInstruction(instruction);
            index++;
            if (_emit.Current.IsEnded)
            {
                return;
            }
        }
        while (index < frame.Instructions.Count && !frame.Leaders.ContainsKey(frame.Instructions[index].Offset));

        EnterBlock(frame.Instructions[index].Offset);
    }

    // Ends the current block with a jump to a leader.
    private void EnterBlock(int offset)
    {
        BasicBlock from = _emit.Current;
        BasicBlock target = Edge(offset);
        from.Jump(target);
    }

    // The block at a leader, with the evaluation stack handed over on the edge from the current block.
    private BasicBlock Edge(int offset)
    {
        Frame frame = _frame;
        if (!frame.Entries.TryGetValue(offset, out BlockEntry? entry))
        {
            bool isShared = frame.Leaders[offset] > 1;
            Value[] stack = [.. frame.Stack.Select(value => isShared ? ToSlot(value) : value)];
            entry = new BlockEntry(_code.NewBlock(), stack);
            frame.Entries.Add(offset, entry);
            frame.Open.Add(offset);
            return entry.Block;
        }

        if (entry.Stack.Length != frame.Stack.Count)
        {
            throw Refuse($"the evaluation stack has {frame.Stack.Count} values here and {entry.Stack.Length} on another way to the same place");
        }

        for (int i = 0; i < entry.Stack.Length; i++)
        {
            AssignSlot(entry.Stack[i], frame.Stack[i]);
        }

        return entry.Block;
    }

    // A value that several blocks hand over: registers of its own, set on every edge. References to variables stay what they are.
    private Value ToSlot(Value value)
    {
        switch (value)
        {
            case StorageReference:
                return value;
            case ScalarValue scalar:
                Register register = _code.NewRegister(scalar.Operand.Type == DataType.Predicate ? DataType.S32 : scalar.Operand.Type, isVariable: true);
                _emit.Assign(register, scalar.Operand);
                return new ScalarValue(register);
            case AddressValue address:
                Register pointer = _code.NewRegister(DataType.S64, isVariable: true);
                _emit.Assign(pointer, ToPointer(address));
                return new ScalarValue(pointer);
            case StructValue structure:
                return new StructValue(structure.Type, [.. structure.Fields.Select(ToSlot)]);
            default:
                return ToSlot(Snapshot(((StorageContent)value).Storage));
        }
    }

    private void AssignSlot(Value slot, Value value)
    {
        switch (slot)
        {
            case StorageReference reference:
                if (value is not StorageReference other || other.Storage != reference.Storage)
                {
                    throw Refuse("a reference stands for different variables, depending on the way taken; use an index or copy the value");
                }

                break;
            case ScalarValue { Operand: Register register }:
                _emit.Assign(register, value is AddressValue address ? ToPointer(address) : Scalar(value));
                break;
            case StructValue structure:
                Value[] fields = FieldsOf(value);
                for (int i = 0; i < fields.Length; i++)
                {
                    AssignSlot(structure.Fields[i], fields[i]);
                }

                break;
        }
    }

    private void TranslateBranch(Operand condition, int taken, int next)
    {
        if (condition is Constant known)
        {
            EnterBlock(known.IsZero ? next : taken);
            return;
        }

        Operand predicate = _emit.ToPredicate(condition);
        BasicBlock from = _emit.Current;
        BasicBlock takenBlock = Edge(taken);
        BasicBlock nextBlock = Edge(next);
        from.Branch(predicate, takenBlock, nextBlock);
    }

    private int Following(Instruction instruction) => _frame.Instructions[_frame.IndexOfOffset[instruction.Offset] + 1].Offset;

    private void TranslateSwitch(Instruction instruction)
    {
        Operand number = PopScalar();
        int[] targets = (int[])instruction.Operand!;
        int next = Following(instruction);
        if (number is Constant known)
        {
            EnterBlock((uint)known.Int32 < (uint)targets.Length ? targets[known.Int32] : next);
            return;
        }

        for (int i = 0; i < targets.Length; i++)
        {
            Operand isCase = _emit.Compare(Comparison.Eq, DataType.S32, number, Constant.Of(i));
            BasicBlock from = _emit.Current;
            BasicBlock taken = Edge(targets[i]);
            BasicBlock rest = _code.NewBlock();
            from.Branch(isCase, taken, rest);
            _emit.Current = rest;
        }

        EnterBlock(next);
    }

    private void TranslateReturn()
    {
        Frame frame = _frame;
        Value? value = frame.ReturnType == typeof(void) ? null : frame.Pop();
        if (frame.Caller is null)
        {
            _emit.Current.Return();
            return;
        }

        if (frame.ReturnCount == 1)
        {
            frame.Returned = value;
            frame.ReturnBlock = _code.NewBlock();
            _emit.Current.Jump(frame.ReturnBlock);
            return;
        }

        if (value is not null)
        {
            frame.Result ??= new Storage(frame.ReturnType, _code);
            Assign(frame.Result, value);
        }

        frame.Exit ??= _code.NewBlock();
        _emit.Current.Jump(frame.Exit);
    }

    private static Value ZeroOf(Type type)
    {
        TypeLayout layout = TypeLayout.Of(type);
        return layout.Scalar is { } scalar
            ? new ScalarValue(Constant.Zero(scalar.Register()))
            : new StructValue(type, [.. layout.Fields.Select(field => ZeroOf(field.Type))]);
    }
}
