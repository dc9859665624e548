using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;

namespace DreamFusion.References.Onnx;

/// <summary>One node of an ONNX graph with its attributes.</summary>
public sealed class ReferenceNode
{
    private readonly Dictionary<string, long> _integers = [];
    private readonly Dictionary<string, long[]> _lists = [];
    private readonly Dictionary<string, double> _numbers = [];
    private readonly Dictionary<string, string> _texts = [];

    public ReferenceNode(ReadOnlyMemory<byte> message)
    {
        foreach (ProtobufField field in ProtobufField.Read(message))
        {
            switch (field.Number)
            {
                case 1:
                    Inputs.Add(field.Text);
                    break;
                case 2:
                    Outputs.Add(field.Text);
                    break;
                case 4:
                    Operator = field.Text;
                    break;
                case 5:
                    ReadAttribute(field.Bytes);
                    break;
                default:
                    break;
            }
        }
    }

    public string Operator { get; } = "";

    public List<string> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];

    public DoubleTensor? Value { get; private set; }

    public long Whole(string name, long absent) => _integers.GetValueOrDefault(name, absent);

    public double Number(string name, double absent) => _numbers.GetValueOrDefault(name, absent);

    public string Text(string name, string absent) => _texts.GetValueOrDefault(name, absent);

    public long[] List(string name, params long[] absent) => _lists.GetValueOrDefault(name, absent);

    /// <summary>A constant tensor: name (8), dimensions (1), type (2) and data (raw 9, float 4, int64 7).</summary>
    public static (string Name, DoubleTensor Tensor) ReadTensor(ReadOnlyMemory<byte> message)
    {
        string name = "";
        List<int> shape = [];
        List<double> values = [];
        ReadOnlyMemory<byte> raw = default;
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
                case 7:
                    values.AddRange(field.Integers().Select(v => (double)v));
                    break;
                case 8:
                    name = field.Text;
                    break;
                case 9:
                    raw = field.Bytes;
                    break;
                default:
                    break;
            }
        }

        if (!raw.IsEmpty)
        {
            values.AddRange(type switch
            {
                1 => MemoryMarshal.Cast<byte, float>(raw.Span).ToArray().Select(v => (double)v),
                7 => MemoryMarshal.Cast<byte, long>(raw.Span).ToArray().Select(v => (double)v),
                11 => MemoryMarshal.Cast<byte, double>(raw.Span).ToArray(),
                _ => throw new InvalidOperationException($"Tensor '{name}' has element type {type}."),
            });
        }

        return (name, new DoubleTensor([.. shape], [.. values]));
    }

    private void ReadAttribute(ReadOnlyMemory<byte> message)
    {
        string name = "";
        List<long> list = [];
        foreach (ProtobufField field in ProtobufField.Read(message))
        {
            switch (field.Number)
            {
                case 1:
                    name = field.Text;
                    break;
                case 2:
                    _numbers[name] = field.Real;
                    break;
                case 3:
                    _integers[name] = (long)field.Varint;
                    break;
                case 4:
                    _texts[name] = field.Text;
                    break;
                case 5:
                    Value = ReadTensor(field.Bytes).Tensor;
                    break;
                case 8:
                    list.AddRange(field.Integers());
                    break;
                default:
                    break;
            }
        }

        if (list.Count > 0)
        {
            _lists[name] = [.. list];
        }
    }
}
