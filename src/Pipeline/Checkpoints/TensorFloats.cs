using System;
using System.Runtime.InteropServices;

namespace DreamFusion.Pipeline.Checkpoints;

/// <summary>Reads the floating-point types of a safetensors file as float32.</summary>
public static class TensorFloats
{
    /// <summary>Whether <see cref="Convert"/> reads a type: F16, BF16, F32 and F64, not the types of 8 bits and fewer.</summary>
    /// <param name="type">Type of a file's tensor.</param>
    /// <returns>True if it does.</returns>
    public static bool IsReadable(TensorType type) => type is TensorType.F16 or TensorType.BF16 or TensorType.F32 or TensorType.F64;

    /// <summary>Converts elements; every value of F16 and BF16 is exact in float32, one of F64 is rounded.</summary>
    /// <param name="type">A type for which <see cref="IsReadable"/> holds.</param>
    /// <param name="bytes">The elements, packed and little-endian, at any alignment.</param>
    /// <param name="values">Takes the values; one for each element.</param>
    /// <exception cref="ArgumentException">The type is another, or the lengths do not fit.</exception>
    public static void Convert(TensorType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        if (!IsReadable(type) || bytes.Length != (long)values.Length * type.Bits() / 8)
        {
            throw new ArgumentException($"TensorFloats: {bytes.Length} bytes of {type.FileName()} are no {values.Length} floats.", nameof(type));
        }

        switch (type)
        {
            case TensorType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(values));
                break;
            case TensorType.F64:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (float)MemoryMarshal.Read<double>(bytes[(8 * i)..]);
                }

                break;
            case TensorType.F16:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (float)MemoryMarshal.Read<Half>(bytes[(2 * i)..]);
                }

                break;
            default:
                for (int i = 0; i < values.Length; i++)
                {
                    // BF16 is the upper half of a float.
                    values[i] = BitConverter.UInt32BitsToSingle((uint)MemoryMarshal.Read<ushort>(bytes[(2 * i)..]) << 16);
                }

                break;
        }
    }
}
