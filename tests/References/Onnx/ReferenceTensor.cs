using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace DreamFusion.References.Onnx;

/// <summary>Constant tensors of an ONNX file: name (8), dimensions (1), type (2), data (raw 9, typed 4, 5, 7, 10, external 13).</summary>
internal static class ReferenceTensor
{
    public static (string Name, DoubleTensor Tensor) Read(ReadOnlyMemory<byte> message, string folder)
    {
        string name = "";
        List<int> shape = [];
        List<double> values = [];
        ReadOnlyMemory<byte> raw = default;
        Dictionary<string, string> external = [];
        long type = 0;
        foreach (ProtobufField field in ProtobufField.Read(message))
        {
            switch (field.Number)
            {
                case 1:
                    shape.AddRange(field.Integers().Select(d => (int)d));
                    break;
                case 2:
                    type = (long)field.Varint;
                    break;
                case 4:
                    values.AddRange(MemoryMarshal.Cast<byte, float>(field.Bytes.Span).ToArray().Select(v => (double)v));
                    break;
                case 5 or 7:
                    values.AddRange(field.Integers().Select(v => type == 10 ? (double)BitConverter.UInt16BitsToHalf((ushort)v) : v));
                    break;
                case 8:
                    name = field.Text;
                    break;
                case 9:
                    raw = field.Bytes;
                    break;
                case 10:
                    values.AddRange(MemoryMarshal.Cast<byte, double>(field.Bytes.Span).ToArray());
                    break;
                case 13:
                    Dictionary<int, string> entry = ProtobufField.Read(field.Bytes).ToDictionary(f => f.Number, f => f.Text);
                    external[entry[1]] = entry[2];
                    break;
                default:
                    break;
            }
        }

        if (external.Count > 0)
        {
            byte[] bytes = new byte[int.Parse(external["length"])];
            using FileStream file = File.OpenRead(Path.Combine(folder, external["location"]));
            file.Position = long.Parse(external.GetValueOrDefault("offset", "0"));
            file.ReadExactly(bytes);
            raw = bytes;
        }

        values.AddRange(Decode(type, raw.Span, name));
        return (name, new DoubleTensor([.. shape], [.. values], whole: type is not (1 or 10 or 11)));
    }

    private static double[] Decode(long type, ReadOnlySpan<byte> raw, string name) => type switch
    {
        _ when raw.IsEmpty => [],
        1 => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(raw).ToArray(), v => (double)v),
        6 => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(raw).ToArray(), v => (double)v),
        7 => Array.ConvertAll(MemoryMarshal.Cast<byte, long>(raw).ToArray(), v => (double)v),
        9 => Array.ConvertAll(raw.ToArray(), v => (double)v),
        10 => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(raw).ToArray(), v => (double)v),
        11 => MemoryMarshal.Cast<byte, double>(raw).ToArray(),
        _ => throw new InvalidOperationException($"Tensor '{name}' has element type {type}."),
    };
}
