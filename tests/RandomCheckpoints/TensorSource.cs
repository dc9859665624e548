using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using DreamFusion.Pipeline.Checkpoints;

namespace DreamFusion.RandomCheckpoints;

/// <summary>Writes safetensors files one tensor at a time, in the given order, whatever their size.</summary>
public static class TensorSource
{
    private const int ChunkElements = 1 << 16;

    /// <summary>Writes a whole file.</summary>
    public static void Write(string path, IReadOnlyList<CheckpointTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using FileStream file = WithHeader(path, tensors, metadata);
        byte[] chunk = new byte[4 * ChunkElements];
        foreach (CheckpointTensor tensor in tensors)
        {
            float[] values = tensor.Values();
            if (values.Length != tensor.Count)
            {
                throw new InvalidOperationException($"{tensor.Key}: {values.Length} values for a shape of {tensor.Count}.");
            }

            for (int first = 0; first < values.Length; first += ChunkElements)
            {
                ReadOnlySpan<float> part = values.AsSpan(first, Math.Min(ChunkElements, values.Length - first));
                int bytes = part.Length * tensor.Type.Bits() / 8;
                Encode(tensor.Type, part, chunk.AsSpan(0, bytes));
                file.Write(chunk.AsSpan(0, bytes));
            }
        }
    }

    /// <summary>Writes the header of a file whose data are zeros that take no place on the disk: for tests of what is refused before any of it is read.</summary>
    public static void WriteHollow(string path, IReadOnlyList<CheckpointTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using FileStream file = WithHeader(path, tensors, metadata);
        file.SetLength(file.Position + tensors.Sum(tensor => tensor.Length));
    }

    private static FileStream WithHeader(string path, IReadOnlyList<CheckpointTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        JsonObject header = [];
        if (metadata is not null)
        {
            header["__metadata__"] = new JsonObject(metadata.Select(entry => KeyValuePair.Create<string, JsonNode?>(entry.Key, entry.Value)));
        }

        long begin = 0;
        foreach (CheckpointTensor tensor in tensors)
        {
            header.Add(tensor.Key, new JsonObject
            {
                ["dtype"] = tensor.Type.FileName(),
                ["shape"] = new JsonArray([.. tensor.Shape.Select(n => (JsonNode)n)]),
                ["data_offsets"] = new JsonArray(begin, begin + tensor.Length),
            });
            begin += tensor.Length;
        }

        byte[] json = System.Text.Encoding.UTF8.GetBytes(header.ToJsonString());
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        FileStream file = File.Create(path);
        file.Write(length);
        file.Write(json);
        return file;
    }

    private static void Encode(TensorType type, ReadOnlySpan<float> values, Span<byte> bytes)
    {
        switch (type)
        {
            case TensorType.F32:
                MemoryMarshal.AsBytes(values).CopyTo(bytes);
                break;
            case TensorType.F16:
                Span<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes);
                for (int i = 0; i < values.Length; i++)
                {
                    halves[i] = (Half)values[i];
                }

                break;
            case TensorType.BF16:
                Span<ushort> upper = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < values.Length; i++)
                {
                    upper[i] = (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16);
                }

                break;
            default:
                throw new ArgumentException($"{type.FileName()} is not written.", nameof(type));
        }
    }
}
