using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using Google.Protobuf;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>Element type and extents of a value of a graph.</summary>
/// <param name="Element">Element type, as ONNX numbers them.</param>
/// <param name="Shape">Extents.</param>
internal sealed record TensorType(TensorProto.Types.DataType Element, int[] Shape)
{
    /// <summary>Whether the elements are float32, float16 or float64, so that a gradient can exist.</summary>
    public bool IsFloat => Element is TensorProto.Types.DataType.Float or TensorProto.Types.DataType.Float16 or TensorProto.Types.DataType.Double;

    /// <summary>Number of elements, at most <see cref="long.MaxValue"/>.</summary>
    public long Count => (long)Shape.Aggregate(UInt128.One, (a, b) => UInt128.Min(a * (UInt128)Math.Max(b, 0), long.MaxValue));
}

/// <summary>Constant tensors of a graph and the arrays they hold.</summary>
internal static class Tensors
{
    /// <summary>A float32 constant.</summary>
    public static TensorProto Floats(string name, ReadOnlySpan<float> values, params IEnumerable<long> dimensions) =>
        Raw(name, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(values), dimensions);

    /// <summary>A floating-point constant of a given width.</summary>
    public static TensorProto Floats(string name, TensorProto.Types.DataType element, float[] values, params IEnumerable<long> dimensions) => element switch
    {
        TensorProto.Types.DataType.Float16 => Raw(name, element, MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, v => (Half)v)), dimensions),
        TensorProto.Types.DataType.Double => Raw(name, element, MemoryMarshal.AsBytes<double>(Array.ConvertAll(values, v => (double)v)), dimensions),
        _ => Floats(name, values, dimensions),
    };

    /// <summary>An int64 list, as shapes and axes are given.</summary>
    public static TensorProto Integers(string name, params long[] values) =>
        Raw(name, TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes<long>(values), [values.Length]);

    /// <summary>A constant of any type from its little-endian bytes.</summary>
    public static TensorProto Raw(string name, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, IEnumerable<long> dimensions)
    {
        TensorProto tensor = new() { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(dimensions);
        return tensor;
    }

    /// <summary>Element type and extents of a constant.</summary>
    public static TensorType TypeOf(TensorProto tensor) => new((TensorProto.Types.DataType)tensor.DataType, [.. tensor.Dims.Select(d => (int)d)]);

    /// <summary>Elements of a floating-point constant held in raw or typed form.</summary>
    /// <returns>The elements, or null if the tensor is of another type.</returns>
    public static float[]? AsFloats(TensorProto tensor) => (TensorProto.Types.DataType)tensor.DataType switch
    {
        TensorProto.Types.DataType.Float => tensor.FloatData.Count > 0 ? [.. tensor.FloatData] : MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray(),
        TensorProto.Types.DataType.Double => Array.ConvertAll(
            tensor.DoubleData.Count > 0 ? [.. tensor.DoubleData] : MemoryMarshal.Cast<byte, double>(tensor.RawData.Span).ToArray(), v => (float)v),
        TensorProto.Types.DataType.Float16 => tensor.Int32Data.Count > 0
            ? [.. tensor.Int32Data.Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))]
            : Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(tensor.RawData.Span).ToArray(), v => (float)v),
        _ => null,
    };

    /// <summary>Elements of an int32 or int64 constant held in raw or typed form.</summary>
    /// <returns>The elements, or null if the tensor is of another type.</returns>
    public static long[]? AsIntegers(TensorProto tensor) => (TensorProto.Types.DataType)tensor.DataType switch
    {
        TensorProto.Types.DataType.Int64 => tensor.Int64Data.Count > 0 ? [.. tensor.Int64Data] : MemoryMarshal.Cast<byte, long>(tensor.RawData.Span).ToArray(),
        TensorProto.Types.DataType.Int32 => Array.ConvertAll(
            tensor.Int32Data.Count > 0 ? [.. tensor.Int32Data] : MemoryMarshal.Cast<byte, int>(tensor.RawData.Span).ToArray(), v => (long)v),
        _ => null,
    };

    /// <summary>A graph input or output of fixed type and shape.</summary>
    public static ValueInfoProto Value(string name, TensorType type)
    {
        TensorShapeProto shape = new();
        shape.Dim.AddRange(type.Shape.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type.Element, Shape = shape } },
        };
    }

    /// <summary>A float32 graph input or output of fixed shape.</summary>
    public static ValueInfoProto Value(string name, IEnumerable<int> dimensions) =>
        Value(name, new TensorType(TensorProto.Types.DataType.Float, [.. dimensions]));
}
