using System;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using DreamFusion.Pipeline.Checkpoints;

namespace DreamFusion.Pipeline.Import.Reading;

/// <summary>Elements of a safetensors file as float32.</summary>
internal static class TensorConversion
{
    /// <summary>Whether elements of a type are read: F32, F16 and BF16, in which weights come.</summary>
    public static bool IsRead(TensorType type) => type is TensorType.F32 or TensorType.F16 or TensorType.BF16;

    /// <summary>Converts elements; every value of these types is a float32, so nothing is rounded.</summary>
    /// <param name="type">A type for which <see cref="IsRead"/> holds.</param>
    /// <param name="bytes">Elements, little-endian, packed; aligned or not.</param>
    /// <param name="floats">The same number of elements; overwritten.</param>
    public static void ToFloats(TensorType type, ReadOnlySpan<byte> bytes, Span<float> floats)
    {
        switch (type)
        {
            case TensorType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(floats));
                break;
            case TensorType.F16:
                ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes);
                for (int i = 0; i < floats.Length; i++)
                {
                    floats[i] = (float)halves[i];
                }

                break;
            case TensorType.BF16:
                FromUpperHalves(MemoryMarshal.Cast<byte, ushort>(bytes), floats);
                break;
            default:
                throw new ArgumentException($"TensorConversion: {type.FileName()} is not read.", nameof(type));
        }
    }

    /// <summary>A whole number out of a tensor with one element; null for any other tensor or value.</summary>
    /// <param name="type">Type of the element.</param>
    /// <param name="bytes">Its bytes.</param>
    public static long? ToWholeNumber(TensorType type, ReadOnlySpan<byte> bytes) => (type, bytes.Length) switch
    {
        (TensorType.I64, 8) => MemoryMarshal.Read<long>(bytes),
        (TensorType.I32, 4) => MemoryMarshal.Read<int>(bytes),
        (TensorType.F32, 4) when MemoryMarshal.Read<float>(bytes) is float value && float.IsInteger(value) && Math.Abs(value) < 1 << 24 => (long)value,
        _ => null,
    };

    /// <summary>Why weights of a type are refused, for messages.</summary>
    public static string Refusal(TensorType type) => type switch
    {
        TensorType.F8E4M3 or TensorType.F8E5M2 or TensorType.F8E8M0 or TensorType.F8E4M3FNUZ or TensorType.F8E5M2FNUZ =>
            string.Create(CultureInfo.InvariantCulture, $"the 8-bit float type {type.FileName()} (fp8), which leaves too few digits to train against"),
        _ => $"the type {type.FileName()}",
    };

    private static void FromUpperHalves(ReadOnlySpan<ushort> halves, Span<float> floats)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(floats);
        int i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            for (; i <= halves.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
            {
                Vector.Widen(new Vector<ushort>(halves[i..]), out Vector<uint> low, out Vector<uint> high);
                (low << 16).CopyTo(bits[i..]);
                (high << 16).CopyTo(bits[(i + Vector<uint>.Count)..]);
            }
        }

        for (; i < halves.Length; i++)
        {
            bits[i] = (uint)halves[i] << 16;
        }
    }
}
