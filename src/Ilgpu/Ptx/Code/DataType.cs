using System;

namespace ILGPU.Ptx.Code;

/// <summary>Types of instructions. Registers and constants have one of Predicate, S32, S64, F32 and F64.</summary>
internal enum DataType
{
    Predicate,
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
    F16,
    F32,
    F64,
}

/// <summary>Properties of <see cref="DataType"/>.</summary>
internal static class DataTypes
{
    /// <summary>Bytes in memory.</summary>
    public static int Size(this DataType type) => type switch
    {
        DataType.S8 or DataType.U8 or DataType.Predicate => 1,
        DataType.S16 or DataType.U16 or DataType.F16 => 2,
        DataType.S32 or DataType.U32 or DataType.F32 => 4,
        _ => 8,
    };

    /// <summary>The type of the register that holds a value of the type.</summary>
    public static DataType Register(this DataType type) => type switch
    {
        DataType.Predicate or DataType.F32 or DataType.F64 => type,
        DataType.S64 or DataType.U64 => DataType.S64,
        _ => DataType.S32,
    };

    /// <summary>The same width without a sign.</summary>
    public static DataType Unsigned(this DataType type) => type switch
    {
        DataType.S8 => DataType.U8,
        DataType.S16 => DataType.U16,
        DataType.S32 => DataType.U32,
        DataType.S64 => DataType.U64,
        _ => type,
    };

    public static bool IsFloat(this DataType type) => type is DataType.F16 or DataType.F32 or DataType.F64;

    /// <summary>How PTX writes the type.</summary>
    public static string Name(this DataType type) => type switch
    {
        DataType.Predicate => "pred",
        DataType.S8 => "s8",
        DataType.U8 => "u8",
        DataType.S16 => "s16",
        DataType.U16 => "u16",
        DataType.S32 => "s32",
        DataType.U32 => "u32",
        DataType.S64 => "s64",
        DataType.U64 => "u64",
        DataType.F16 => "f16",
        DataType.F32 => "f32",
        DataType.F64 => "f64",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>How PTX writes the type where only the width matters.</summary>
    public static string BitName(this DataType type) => type == DataType.Predicate ? "pred" : $"b{8 * type.Size()}";
}
