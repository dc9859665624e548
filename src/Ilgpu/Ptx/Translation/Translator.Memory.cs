using System;
using System.Linq;
using System.Reflection;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Translation;

internal sealed partial class Translator
{
    private Value ReadArgument(int number)
    {
        Argument argument = _frame.Arguments[number];
        return argument.Bound ?? ReadStorage(argument.Storage!);
    }

    private StorageReference ReferenceTo(Storage storage)
        => storage.IsReference ? throw Refuse("takes the address of a reference variable") : new StorageReference(storage);

    private void LoadField(FieldInfo field)
    {
        Value owner = _frame.Pop();
        Type type = field.DeclaringType!;
        if (owner is StructValue or StorageContent)
        {
            _frame.Push(FieldsOf(owner)[TypeLayout.Of(type).IndexOf(field)]);
            return;
        }

        _frame.Push(Load(FieldReference(owner, field), field.FieldType));
    }

    private Value FieldReference(Value owner, FieldInfo field)
    {
        TypeLayout layout = TypeLayout.Of(field.DeclaringType!);
        int index = layout.IndexOf(field);
        return owner switch
        {
            StorageReference reference => new StorageReference(reference.Storage.Fields[index]),
            AddressValue address => new AddressValue(address.Address, address.Offset + layout.Fields[index].Offset),
            _ => new AddressValue(ToPointer(owner), layout.Fields[index].Offset),
        };
    }

    private void StoreField(FieldInfo field)
    {
        Value value = _frame.Pop();
        Value owner = _frame.Pop();
        Store(FieldReference(owner, field), field.FieldType, value);
    }

    private void LoadStaticField(FieldInfo field)
    {
        if (!field.IsInitOnly && !field.IsLiteral)
        {
            throw Refuse($"reads the static field {field.DeclaringType?.Name}.{field.Name}, which may change; make it readonly or pass it as an argument");
        }

        object value = field.GetValue(null) ?? throw Refuse($"the static field {field.Name} is null");
        _frame.Push(ConstantValue(field.FieldType, value));
    }

    /// <summary>The value that a reference points to.</summary>
    private Value Load(Value reference, Type type)
    {
        if (reference is StorageReference variable)
        {
            return ReadStorage(Matching(variable.Storage, type));
        }

        (Operand address, long offset) = AddressOf(reference);
        return LoadFrom(address, offset, type);
    }

    private Value LoadFrom(Operand address, long offset, Type type)
    {
        TypeLayout layout = TypeLayout.Of(type);
        if (layout.Scalar is not { } scalar)
        {
            return new StructValue(type, [.. layout.Fields.Select(field => LoadFrom(address, offset + field.Offset, field.Type))]);
        }

        return new ScalarValue(_emit.Append(new PtxInstruction(Operation.Load, scalar, null, address) { Offset = offset }, scalar));
    }

    private void Store(Value reference, Type type, Value value)
    {
        if (reference is StorageReference variable)
        {
            Assign(Matching(variable.Storage, type), value);
            return;
        }

        (Operand address, long offset) = AddressOf(reference);
        StoreTo(address, offset, type, value);
    }

    private void StoreTo(Operand address, long offset, Type type, Value value)
    {
        TypeLayout layout = TypeLayout.Of(type);
        if (layout.Scalar is { } scalar)
        {
            Operand operand = _emit.ToNumber(Scalar(value));
            if (operand.Type != scalar.Register())
            {
                operand = (scalar.Register(), operand.Type) switch
                {
                    (DataType.F64, DataType.F32) => _emit.Convert(DataType.F64, DataType.F32, operand),
                    (DataType.F32, DataType.F64) => _emit.Convert(DataType.F32, DataType.F64, operand, Rounding.Rn),
                    (DataType.S64, DataType.S32) => _emit.Convert(DataType.S64, DataType.S32, operand),
                    (DataType.S32, DataType.S64) => _emit.Convert(DataType.S32, DataType.S64, operand),
                    _ => throw Refuse($"stores a {operand.Type} where a {scalar} belongs"),
                };
            }

            _emit.AppendEffect(Operation.Store, scalar, [address, operand], offset);
            return;
        }

        Value[] fields = FieldsOf(value);
        for (int i = 0; i < fields.Length; i++)
        {
            StoreTo(address, offset + layout.Fields[i].Offset, layout.Fields[i].Type, fields[i]);
        }
    }

    private (Operand Address, long Offset) AddressOf(Value reference)
        => reference is AddressValue address ? (address.Address, address.Offset) : (ToPointer(reference), 0);

    // A reference may be looked at as a type of the same bits: an enumeration as its number, a one-field struct as its field.
    private Storage Matching(Storage storage, Type type)
    {
        if (storage.Type == type || storage.IsReference)
        {
            return storage;
        }

        TypeLayout layout = TypeLayout.Of(type);
        if (storage.Register is not null && layout.Scalar is { } scalar)
        {
            return storage.Scalar.Register() == scalar.Register() && storage.Scalar.Size() == scalar.Size()
                ? storage
                : throw Refuse($"reads a variable of type {storage.Type.Name} as {type.Name}; use Interop.FloatAsInt or IntAsFloat");
        }

        if (storage.Fields.Count == 1 && TypeLayout.Of(storage.Type).Size == layout.Size)
        {
            return Matching(storage.Fields[0], type);
        }

        throw Refuse($"reads a variable of type {storage.Type.Name} as {type.Name}");
    }

    private void Initialize(Value reference, Type type) => Store(reference, type, ZeroOf(type));
}
