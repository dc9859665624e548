using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using Google.Protobuf;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>Attributes of ONNX nodes, with the operator's default where one is absent.</summary>
internal static class NodeAttributes
{
    public static long Integer(this NodeProto node, string name, long absent) => Find(node, name)?.I ?? absent;

    public static float Number(this NodeProto node, string name, float absent) => Find(node, name)?.F ?? absent;

    public static string Text(this NodeProto node, string name, string absent) => Find(node, name)?.S.ToStringUtf8() ?? absent;

    public static long[]? Integers(this NodeProto node, string name) => Find(node, name)?.Ints.ToArray();

    public static AttributeProto Of(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    public static AttributeProto Of(string name, float value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    public static AttributeProto Of(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    public static AttributeProto Of(string name, long[] values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }

    private static AttributeProto? Find(NodeProto node, string name) => node.Attribute.FirstOrDefault(a => a.Name == name);
}
