using System;
using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Translation;

internal sealed partial class Translator
{
    // The value of a variable, without copying: a later write to the variable makes the copy.
    private static Value ReadStorage(Storage storage)
    {
        if (storage.IsReference)
        {
            return storage.Target is not null ? new StorageReference(storage.Target) : new ScalarValue(storage.Register!);
        }

        return storage.Register is { } register ? new ScalarValue(register) : new StorageContent(storage);
    }

    private void Assign(Storage target, Value value)
    {
        if (target.IsReference)
        {
            AssignReference(target, value);
            return;
        }

        PreserveStacks(target);
        if (MayRead(value, target))
        {
            value = Copy(value);
        }

        AssignParts(target, value);
    }

    private void AssignParts(Storage target, Value value)
    {
        if (target.Register is { } register)
        {
            _emit.Assign(register, value is AddressValue address ? ToPointer(address) : Scalar(value));
            return;
        }

        Value[] fields = FieldsOf(value);
        for (int i = 0; i < fields.Length; i++)
        {
            AssignParts(target.Fields[i], fields[i]);
        }
    }

    private void AssignReference(Storage target, Value value)
    {
        if (value is StorageReference reference)
        {
            if (target.HoldsAddress || (target.Target is not null && target.Target != reference.Storage))
            {
                throw Refuse("a reference variable stands for different variables; use one for each, or an index");
            }

            target.Target = reference.Storage;
            return;
        }

        if (target.Target is not null)
        {
            throw Refuse("a reference variable stands for a variable and for memory; use one for each");
        }

        target.HoldsAddress = true;
        PreserveStacks(target);
        _emit.Assign(target.Register!, ToPointer(value));
    }

    // Values on evaluation stacks that are about to be overwritten are copied first.
    private void PreserveStacks(Storage written)
    {
        for (Frame? frame = _frame; frame is not null; frame = frame.Caller)
        {
            List<Value> stack = frame.Stack;
            for (int i = 0; i < stack.Count; i++)
            {
                if (MayRead(stack[i], written))
                {
                    stack[i] = Copy(stack[i]);
                }
            }
        }
    }

    private static bool MayRead(Value value, Storage storage) => value switch
    {
        ScalarValue { Operand: Register { IsVariable: true } register } => storage.Holds(register),
        AddressValue { Address: Register { IsVariable: true } register } => storage.Holds(register),
        StorageContent content => content.Storage.Overlaps(storage),
        StructValue structure => structure.Fields.Any(field => MayRead(field, storage)),
        _ => false,
    };

    // The same value in registers that nobody writes again.
    private Value Copy(Value value) => value switch
    {
        ScalarValue { Operand: Register { IsVariable: true } register } => new ScalarValue(CopyOf(register)),
        AddressValue { Address: Register { IsVariable: true } register } address => new AddressValue(CopyOf(register), address.Offset),
        StorageContent content => Snapshot(content.Storage),
        StructValue structure => new StructValue(structure.Type, [.. structure.Fields.Select(Copy)]),
        _ => value,
    };

    private Register CopyOf(Register register) => _emit.Append(Operation.Mov, register.Type, register);

    private Value Snapshot(Storage storage) => storage.Register is { } register
        ? new ScalarValue(CopyOf(register))
        : new StructValue(storage.Type, [.. storage.Fields.Select(Snapshot)]);

    private Value[] FieldsOf(Value value) => value switch
    {
        StructValue structure => structure.Fields,
        StorageContent content => [.. content.Storage.Fields.Select(ReadStorage)],
        _ => throw Refuse("a struct was expected on the evaluation stack"),
    };

    // Pointers are 64-bit numbers wherever arithmetic or a variable needs one.
    private Operand Scalar(Value value) => value switch
    {
        ScalarValue scalar => scalar.Operand,
        AddressValue address => ToPointer(address),
        StorageReference => throw Refuse("the address of a variable is used as a number; pass an array view instead"),
        StructValue { Fields: [{ } only] } => Scalar(only),
        StorageContent { Storage.Fields: [{ } only] } => Scalar(ReadStorage(only)),
        _ => throw Refuse("a number was expected on the evaluation stack, there is a struct"),
    };

    private Operand ToPointer(Value value) => value switch
    {
        AddressValue { Offset: 0 } address => address.Address,
        AddressValue address => _emit.Compute(Operation.Add, DataType.S64, address.Address, Constant.Of(address.Offset)),
        ScalarValue scalar when scalar.Operand.Type == DataType.S64 => scalar.Operand,
        ScalarValue scalar => _emit.Convert(DataType.S64, DataType.S32, _emit.ToNumber(scalar.Operand)),
        _ => throw Refuse("a reference to memory was expected, there is one to a variable"),
    };

    private Operand PopScalar() => Scalar(_frame.Pop());

    // An operand of arithmetic: comparisons become numbers.
    private Operand PopNumber() => _emit.ToNumber(PopScalar());

    private void Push(Operand operand) => _frame.Push(new ScalarValue(operand));

    // An argument of an inlined method: the value itself if neither side changes it, else a variable.
    private Argument Bind(Type type, bool isChanged, Value value)
    {
        if (!isChanged && IsStable(value))
        {
            return new Argument(type, value, null);
        }

        if (type.IsByRef)
        {
            return isChanged ? throw Refuse("a by-reference parameter is assigned or its address taken") : new Argument(type, Copy(value), null);
        }

        if (!isChanged)
        {
            return new Argument(type, Copy(Narrowed(type, value)), null);
        }

        var storage = new Storage(type, _code);
        AssignParts(storage, value);
        return new Argument(type, null, storage);
    }

    // A float argument that is given a double constant, or a comparison given as a bool.
    private Value Narrowed(Type type, Value value)
    {
        if (value is ScalarValue scalar && TypeLayout.Of(type).Scalar is { } expected && scalar.Operand.Type != expected.Register())
        {
            Register register = _code.NewRegister(expected);
            _emit.Assign(register, scalar.Operand);
            return new ScalarValue(register);
        }

        return value;
    }

    private static bool IsStable(Value value) => value switch
    {
        ScalarValue { Operand: Register { IsVariable: true } } => false,
        AddressValue { Address: Register { IsVariable: true } } => false,
        StorageContent => false,
        StructValue structure => structure.Fields.All(IsStable),
        _ => true,
    };
}
