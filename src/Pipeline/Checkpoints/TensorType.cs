using System;

namespace DreamFusion.Pipeline.Checkpoints;

/// <summary>Types of the safetensors format; names, widths and order, by which files are laid out, from the format's reference implementation.</summary>
public enum TensorType
{
    /// <summary>4-bit float.</summary>
    F4,

    /// <summary>6-bit float, 2 exponent bits.</summary>
    F6E2M3,

    /// <summary>6-bit float, 3 exponent bits.</summary>
    F6E3M2,

    /// <summary>Truth value, one byte.</summary>
    Bool,

    /// <summary>Unsigned byte.</summary>
    U8,

    /// <summary>Signed byte.</summary>
    I8,

    /// <summary>8-bit float, 5 exponent bits.</summary>
    F8E5M2,

    /// <summary>8-bit float, 4 exponent bits.</summary>
    F8E4M3,

    /// <summary>8-bit scale, a power of two.</summary>
    F8E8M0,

    /// <summary>8-bit float, 4 exponent bits, one zero and one NaN.</summary>
    F8E4M3FNUZ,

    /// <summary>8-bit float, 5 exponent bits, one zero and one NaN.</summary>
    F8E5M2FNUZ,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>Unsigned 16-bit integer.</summary>
    U16,

    /// <summary>IEEE half.</summary>
    F16,

    /// <summary>Upper half of a float.</summary>
    BF16,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Unsigned 32-bit integer.</summary>
    U32,

    /// <summary>IEEE float.</summary>
    F32,

    /// <summary>Complex of two floats.</summary>
    C64,

    /// <summary>IEEE double.</summary>
    F64,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>Unsigned 64-bit integer.</summary>
    U64,
}

/// <summary>Names and widths of <see cref="TensorType"/>.</summary>
public static class TensorTypes
{
    /// <summary>Bits of one element.</summary>
    public static int Bits(this TensorType type)
    {
        return type switch
        {
            TensorType.F4 => 4,
            TensorType.F6E2M3 or TensorType.F6E3M2 => 6,
            <= TensorType.F8E5M2FNUZ => 8,
            <= TensorType.BF16 => 16,
            <= TensorType.F32 => 32,
            _ => 64,
        };
    }

    /// <summary>The name in a file.</summary>
    public static string FileName(this TensorType type)
    {
        return type switch
        {
            TensorType.F6E2M3 => "F6_E2M3",
            TensorType.F6E3M2 => "F6_E3M2",
            TensorType.F8E5M2 => "F8_E5M2",
            TensorType.F8E4M3 => "F8_E4M3",
            TensorType.F8E8M0 => "F8_E8M0",
            TensorType.F8E4M3FNUZ => "F8_E4M3FNUZ",
            TensorType.F8E5M2FNUZ => "F8_E5M2FNUZ",
            _ => type.ToString().ToUpperInvariant(),
        };
    }

    /// <summary>The type of that name in a file, or null.</summary>
    public static TensorType? FromFileName(string name)
    {
        foreach (TensorType type in Enum.GetValues<TensorType>())
        {
            if (type.FileName() == name)
            {
                return type;
            }
        }

        return null;
    }
}
