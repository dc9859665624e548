using System;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import.Reading;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Adapters;

/// <summary>Values of the tensors of LoRA and textual inversion files.</summary>
internal static class AdapterValues
{
    /// <summary>Reads a tensor as float32. A single whole number, as which some trainers write α, is read as well.</summary>
    /// <param name="what">The file, for messages.</param>
    /// <param name="reader">The file, open.</param>
    /// <param name="entry">The tensor.</param>
    /// <exception cref="DfkException">Its type is not read, or the file cannot be.</exception>
    public static float[] Read(string what, SafeTensorsReader reader, TensorEntry entry)
    {
        ReadOnlyMemory<byte> bytes = reader.Read(entry.Name).Bytes;
        if (!TensorConversion.IsRead(entry.Type))
        {
            return TensorConversion.ToWholeNumber(entry.Type, bytes.Span) is { } number
                ? [number]
                : throw new InvalidModelException($"{what}: '{entry.Name}' is {entry.Describe()} and has {TensorConversion.Refusal(entry.Type)}; F16, BF16 and F32 are read. Take the file in one of these types.");
        }

        float[] values = new float[bytes.Length * 8L / entry.Type.Bits()];
        TensorConversion.ToFloats(entry.Type, bytes.Span, values);
        return values;
    }

    /// <summary>Whether all values are numbers.</summary>
    public static bool IsFinite(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }
}
