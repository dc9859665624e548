using System.Text;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;

namespace DreamFusion.Pipeline.Import.Graphs;

/// <summary>Operators of ONNX's operator set 17 as methods, so that blocks read like their equations.</summary>
internal static class Operators
{
    /// <summary>a + b.</summary>
    public static Value Sum(this GraphWriter g, Value a, Value b, string? output = null) => g.Add("Add", [a, b], new NodeOptions(output));

    /// <summary>a·b, elementwise.</summary>
    public static Value Product(this GraphWriter g, Value a, Value b) => g.Add("Mul", [a, b]);

    /// <summary>a·factor.</summary>
    public static Value Scale(this GraphWriter g, Value a, float factor) => g.Product(a, g.Like(a, [factor]));

    /// <summary>a b over the last two axes.</summary>
    public static Value MatMul(this GraphWriter g, Value a, Value b) => g.Add("MatMul", [a, b]);

    /// <summary>Softmax over the last axis.</summary>
    public static Value Softmax(this GraphWriter g, Value a) => g.Add("Softmax", [a], Integer("axis", -1));

    /// <summary>1/(1 + e^-a).</summary>
    public static Value Sigmoid(this GraphWriter g, Value a) => g.Add("Sigmoid", [a]);

    /// <summary>a in another floating-point type; a itself if it has it.</summary>
    public static Value Cast(this GraphWriter g, Value a, TensorElement element, string? output = null) => a.Element == element && output is null
        ? a
        : g.Add("Cast", [a], new NodeOptions(output, element), Integer("to", (int)element));

    /// <summary>a with other extents: 0 keeps one, -1 takes the rest.</summary>
    public static Value Reshape(this GraphWriter g, Value a, params long[] extents) => g.Add("Reshape", [a, g.Integers(extents)]);

    /// <summary>a with the extents of another value.</summary>
    public static Value ReshapeLike(this GraphWriter g, Value a, Value like) => g.Add("Reshape", [a, g.ShapeOf(like)]);

    /// <summary>Extents of a, or of its axes from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    public static Value ShapeOf(this GraphWriter g, Value a, int? start = null, int? end = null) => g.Add(
        "Shape", [a], new NodeOptions(Element: TensorElement.Int64),
        [.. start is int s ? [Integer("start", s)] : (AttributeProto[])[], .. end is int e ? [Integer("end", e)] : (AttributeProto[])[]]);

    /// <summary>a with its axes in another order.</summary>
    public static Value Transpose(this GraphWriter g, Value a, params long[] order) => g.Add("Transpose", [a], Integers("perm", order));

    /// <summary>a and b one after the other along an axis.</summary>
    public static Value Concat(this GraphWriter g, Value a, Value b, int axis) => g.Add("Concat", [a, b], Integer("axis", axis));

    /// <summary>Rows of a table.</summary>
    public static Value Gather(this GraphWriter g, Value table, Value ids) => g.Add("Gather", [table, ids], Integer("axis", 0));

    /// <summary>Elements from <paramref name="start"/> to before <paramref name="end"/> of the last axis.</summary>
    public static Value SliceLast(this GraphWriter g, Value a, long start, long end) =>
        g.Add("Slice", [a, g.Integers(start), g.Integers(end), g.Integers(-1)]);

    /// <summary>An integer attribute.</summary>
    public static AttributeProto Integer(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>A list attribute.</summary>
    public static AttributeProto Integers(string name, params long[] values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }

    /// <summary>A number attribute.</summary>
    public static AttributeProto Number(string name, float value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    /// <summary>A text attribute.</summary>
    public static AttributeProto Text(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFrom(value, Encoding.ASCII) };
}
