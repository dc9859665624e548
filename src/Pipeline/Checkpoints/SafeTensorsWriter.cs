using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace DreamFusion.Pipeline.Checkpoints;

/// <summary>
/// Writes safetensors files as the reference implementation does: tensors by type (widest first, in the order of
/// <see cref="TensorType"/>), then name; header padded with spaces to a multiple of 8; no metadata where there are none. The same tensors and metadata give the same bytes, whatever the order in which they come.
/// </summary>
public static class SafeTensorsWriter
{
    private const int Alignment = 8;

    /// <summary>Writes a whole file to a stream.</summary>
    /// <exception cref="ArgumentException">If a tensor has the reserved name <c>__metadata__</c>.</exception>
    public static void Write(Stream stream, IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.ContainsKey(SafeTensorsHeader.MetadataName))
        {
            throw new ArgumentException($"SafeTensorsWriter: a tensor cannot be called '{SafeTensorsHeader.MetadataName}'.", nameof(tensors));
        }

        KeyValuePair<string, Tensor>[] ordered =
            [.. tensors.OrderByDescending(t => t.Value.Type).ThenBy(t => t.Key, StringComparer.Ordinal)];
        ReadOnlySpan<byte> json = Header(metadata, ordered);
        int padded = (json.Length + Alignment - 1) / Alignment * Alignment;
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)padded);
        stream.Write(length);
        stream.Write(json);
        for (int i = json.Length; i < padded; i++)
        {
            stream.WriteByte((byte)' ');
        }

        foreach ((_, Tensor tensor) in ordered)
        {
            stream.Write(tensor.Bytes.Span);
        }
    }

    private static ReadOnlySpan<byte> Header(IReadOnlyDictionary<string, string> metadata, KeyValuePair<string, Tensor>[] ordered)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter json = new(buffer);
        json.WriteStartObject();
        if (metadata.Count > 0)
        {
            WriteTexts(json, SafeTensorsHeader.MetadataName, metadata);
        }

        long begin = 0;
        foreach ((string name, Tensor tensor) in ordered)
        {
            long end = begin + tensor.Bytes.Length;
            json.WriteStartObject(name);
            json.WriteString("dtype", tensor.Type.FileName());
            WriteNumbers(json, "shape", tensor.Shape);
            WriteNumbers(json, "data_offsets", [begin, end]);
            json.WriteEndObject();
            begin = end;
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> texts)
    {
        json.WriteStartObject(name);
        foreach ((string key, string value) in texts.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
