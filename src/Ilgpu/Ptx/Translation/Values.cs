using System;
using System.Collections.Generic;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Translation;

/// <summary>What the evaluation stack holds while a method is translated.</summary>
internal abstract class Value;

/// <summary>A number, a comparison's result, or a pointer in a register.</summary>
internal sealed class ScalarValue(Operand operand) : Value
{
    public Operand Operand { get; } = operand;
}

/// <summary>A pointer or reference to memory.</summary>
/// <param name="address">Register or array.</param>
/// <param name="offset">Bytes to add.</param>
internal sealed class AddressValue(Operand address, long offset) : Value
{
    public Operand Address { get; } = address;

    public long Offset { get; } = offset;
}

/// <summary>A reference to a variable or a part of one: known at compile time, it takes no register.</summary>
internal sealed class StorageReference(Storage storage) : Value
{
    public Storage Storage { get; } = storage;
}

/// <summary>A struct whose fields are values.</summary>
internal sealed class StructValue(Type type, Value[] fields) : Value
{
    public Type Type { get; } = type;

    public Value[] Fields { get; } = fields;
}

/// <summary>A struct as a variable holds it now.</summary>
internal sealed class StorageContent(Storage storage) : Value
{
    public Storage Storage { get; } = storage;
}

/// <summary>A variable: a register, or for a struct the variables of its fields.</summary>
internal sealed class Storage
{
    private readonly Storage? _parent;

    public Storage(Type type, KernelCode code, Storage? parent = null)
    {
        Type = type;
        _parent = parent;
        if (type.IsByRef)
        {
            IsReference = true;
            Fields = [];
            Register = code.NewRegister(DataType.S64, isVariable: true);
            return;
        }

        TypeLayout layout = TypeLayout.Of(type);
        if (layout.Scalar is { } scalar)
        {
            Scalar = scalar;
            Register = code.NewRegister(scalar, isVariable: true);
            Fields = [];
        }
        else
        {
            var fields = new List<Storage>(layout.Fields.Count);
            foreach (FieldLayout field in layout.Fields)
            {
                fields.Add(new Storage(field.Type, code, this));
            }

            Fields = fields;
        }
    }

    public Type Type { get; }

    public DataType Scalar { get; }

    /// <summary>Null for a struct.</summary>
    public Register? Register { get; }

    public IReadOnlyList<Storage> Fields { get; }

    /// <summary>True for a variable of a by-reference type.</summary>
    public bool IsReference { get; }

    /// <summary>The variable that a by-reference variable stands for, if it stands for one.</summary>
    public Storage? Target { get; set; }

    /// <summary>True once a by-reference variable was given an address in memory.</summary>
    public bool HoldsAddress { get; set; }

    /// <summary>True if one of both is the other or a part of it.</summary>
    public bool Overlaps(Storage other) => Contains(other) || other.Contains(this);

    private bool Contains(Storage other)
    {
        for (Storage? part = other; part is not null; part = part._parent)
        {
            if (part == this)
            {
                return true;
            }
        }

        return false;
    }

    public bool Holds(Register register)
    {
        if (Register == register)
        {
            return true;
        }

        foreach (Storage field in Fields)
        {
            if (field.Holds(register))
            {
                return true;
            }
        }

        return false;
    }
}
