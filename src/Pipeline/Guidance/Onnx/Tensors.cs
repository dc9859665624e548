using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using Google.Protobuf;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>Constant tensors of a graph and the arrays they hold.</summary>
internal static class Tensors
{
    /// <summary>A float32 constant.</summary>
    public static TensorProto Floats(string name, ReadOnlySpan<float> values, params IEnumerable<long> dimensions) =>
        Raw(name, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(values), dimensions);

    /// <summary>An int64 list, as shapes and axes are given.</summary>
    public static TensorProto Integers(string name, params long[] values) =>
        Raw(name, TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes<long>(values), [values.Length]);

    /// <summary>Elements of a float32 constant held in raw or typed form.</summary>
    /// <returns>The elements, or null if the tensor is of another type.</returns>
    public static float[]? AsFloats(TensorProto tensor)
    {
        if (tensor.DataType != (int)TensorProto.Types.DataType.Float)
        {
            return null;
        }

        return tensor.FloatData.Count > 0 ? [.. tensor.FloatData] : MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
    }

    /// <summary>A graph input or output of fixed shape.</summary>
    public static ValueInfoProto Value(string name, IEnumerable<int> dimensions)
    {
        TensorShapeProto shape = new();
        shape.Dim.AddRange(dimensions.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape } },
        };
    }

    private static TensorProto Raw(string name, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, IEnumerable<long> dimensions)
    {
        TensorProto tensor = new() { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(dimensions);
        return tensor;
    }
}
