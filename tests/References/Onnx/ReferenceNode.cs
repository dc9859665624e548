using System;
using System.Collections.Generic;

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

    /// <summary>The tensor of a constant.</summary>
    public DoubleTensor? Value { get; private set; }

    /// <summary>Whether the node draws normal numbers.</summary>
    public bool IsNoise => Operator is "RandomNormal" or "RandomNormalLike";

    public long Whole(string name, long absent) => _integers.GetValueOrDefault(name, absent);

    public double Number(string name, double absent) => _numbers.GetValueOrDefault(name, absent);

    public string Text(string name, string absent) => _texts.GetValueOrDefault(name, absent);

    public long[] List(string name, params long[] absent) => _lists.GetValueOrDefault(name, absent);

    private void ReadAttribute(ReadOnlyMemory<byte> message)
    {
        string name = "";
        List<long> list = [];
        long type = 0;
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
                    Value = ReferenceTensor.Read(field.Bytes, "").Tensor;
                    break;
                case 8:
                    list.AddRange(field.Integers());
                    break;
                case 20:
                    type = (long)field.Varint;
                    break;
                default:
                    break;
            }
        }

        // Writers may leave out a value of 0.
        if (type == 1)
        {
            _numbers.TryAdd(name, 0);
        }
        else if (type == 2)
        {
            _integers.TryAdd(name, 0);
        }

        // Constants can be given as a number in place of a tensor.
        Value = name switch
        {
            "value_float" => new DoubleTensor([], [_numbers[name]]),
            "value_int" => new DoubleTensor([], [_integers[name]], whole: true),
            "value_ints" => DoubleTensor.Integers([.. list]),
            _ => Value,
        };
        if (list.Count > 0)
        {
            _lists[name] = [.. list];
        }
    }
}
