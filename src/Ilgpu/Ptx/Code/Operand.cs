using System;
using System.Globalization;

namespace ILGPU.Ptx.Code;

/// <summary>What an instruction reads.</summary>
internal abstract class Operand(DataType type)
{
    /// <summary>Predicate, S32, S64, F32 or F64.</summary>
    public DataType Type { get; } = type;
}

/// <summary>A virtual register.</summary>
/// <param name="number">Unique in its kernel.</param>
/// <param name="type">Predicate, S32, S64, F32 or F64.</param>
/// <param name="isVariable">Whether it is assigned in several places; others are assigned by one instruction.</param>
internal sealed class Register(int number, DataType type, bool isVariable) : Operand(type)
{
    public int Number { get; } = number;

    public bool IsVariable { get; } = isVariable;

    public override string ToString()
    {
        string prefix = Type switch
        {
            DataType.Predicate => "%p",
            DataType.S64 => "%rd",
            DataType.F32 => "%f",
            DataType.F64 => "%fd",
            _ => "%r",
        };
        return prefix + Number.ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>A number; its bits are kept in the low end.</summary>
internal sealed class Constant : Operand, IEquatable<Constant>
{
    private Constant(DataType type, ulong bits)
        : base(type)
    {
        Bits = bits;
    }

    public ulong Bits { get; }

    public int Int32 => (int)(uint)Bits;

    public long Int64 => (long)Bits;

    public float Single => BitConverter.UInt32BitsToSingle((uint)Bits);

    public double Double => BitConverter.UInt64BitsToDouble(Bits);

    public bool IsZero => Bits == 0;

    public static Constant Of(int value) => new(DataType.S32, (uint)value);

    public static Constant Of(uint value) => new(DataType.S32, value);

    public static Constant Of(long value) => new(DataType.S64, (ulong)value);

    public static Constant Of(ulong value) => new(DataType.S64, value);

    public static Constant Of(float value) => new(DataType.F32, BitConverter.SingleToUInt32Bits(value));

    public static Constant Of(double value) => new(DataType.F64, BitConverter.DoubleToUInt64Bits(value));

    public static Constant Of(bool value) => new(DataType.Predicate, value ? 1ul : 0ul);

    /// <summary>All bits zero.</summary>
    public static Constant Zero(DataType type) => new(type, 0);

    public bool Equals(Constant? other) => other is not null && Type == other.Type && Bits == other.Bits;

    public override bool Equals(object? obj) => Equals(obj as Constant);

    public override int GetHashCode() => HashCode.Combine(Type, Bits);

    public override string ToString() => Type switch
    {
        DataType.F32 => $"0f{(uint)Bits:X8}",
        DataType.F64 => $"0d{Bits:X16}",
        DataType.Predicate => IsZero ? "0" : "1",
        DataType.S32 => Int32.ToString(CultureInfo.InvariantCulture),
        _ => Int64.ToString(CultureInfo.InvariantCulture),
    };
}

/// <summary>An address in a local or shared array that is known at compile time.</summary>
/// <param name="array">Array.</param>
/// <param name="offset">Bytes from its start.</param>
internal sealed class ArrayAddress(MemoryArray array, long offset) : Operand(DataType.S64), IEquatable<ArrayAddress>
{
    public MemoryArray Array { get; } = array;

    public long Offset { get; } = offset;

    public bool Equals(ArrayAddress? other) => other is not null && Array == other.Array && Offset == other.Offset;

    public override bool Equals(object? obj) => Equals(obj as ArrayAddress);

    public override int GetHashCode() => HashCode.Combine(Array, Offset);

    public override string ToString() => Offset == 0 ? Array.Name : $"{Array.Name}{Offset:+0;-0}";
}

/// <summary>An array that a kernel declares.</summary>
/// <param name="Name">Unique in its module.</param>
/// <param name="Space">Local or shared.</param>
/// <param name="Size">Bytes; 0 for the dynamic part of shared memory.</param>
/// <param name="Position">Who asked for it.</param>
internal sealed record MemoryArray(string Name, AddressSpace Space, long Size, SourcePosition Position);

/// <summary>Where an address points.</summary>
internal enum AddressSpace
{
    /// <summary>Not an address, or null.</summary>
    None,
    Global,
    Local,
    Shared,

    /// <summary>Anywhere: known at run time.</summary>
    Generic,
}
