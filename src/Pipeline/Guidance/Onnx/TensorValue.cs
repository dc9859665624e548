using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Models;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>Host arrays to ONNX Runtime values of the element type a graph asks for, and back.</summary>
internal static class TensorValue
{
    /// <summary>A tensor of floats; float32 shares the array's memory, other widths are converted.</summary>
    /// <param name="element">Element type the graph asks for.</param>
    /// <param name="values">Elements, row-major.</param>
    /// <param name="shape">Extents.</param>
    /// <returns>The value; the caller disposes it.</returns>
    public static OrtValue FromFloats(TensorElement element, float[] values, params long[] shape) => element switch
    {
        TensorElement.Float32 => OrtValue.CreateTensorValueFromMemory(values, shape),
        TensorElement.Float16 => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, v => (Float16)v), shape),
        TensorElement.Float64 => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, v => (double)v), shape),
        _ => throw new ArgumentOutOfRangeException(nameof(element), element, "No floating-point element type."),
    };

    /// <summary>A tensor of integers as the graph asks for them: int32, int64, or a floating-point width.</summary>
    /// <param name="element">Element type the graph asks for.</param>
    /// <param name="values">Elements, row-major.</param>
    /// <param name="shape">Extents; none for a scalar.</param>
    /// <returns>The value; the caller disposes it.</returns>
    public static OrtValue FromIntegers(TensorElement element, IReadOnlyList<int> values, params long[] shape) => element switch
    {
        TensorElement.Int32 => OrtValue.CreateTensorValueFromMemory(values.ToArray(), shape),
        TensorElement.Int64 => OrtValue.CreateTensorValueFromMemory(values.Select(v => (long)v).ToArray(), shape),
        _ => FromFloats(element, [.. values.Select(v => (float)v)], shape),
    };

    /// <summary>Elements of a floating-point tensor.</summary>
    /// <param name="value">The tensor.</param>
    /// <returns>A new array, row-major.</returns>
    public static float[] ToFloats(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float => value.GetTensorDataAsSpan<float>().ToArray(),
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float16 => Array.ConvertAll(value.GetTensorDataAsSpan<Float16>().ToArray(), v => (float)v),
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Double => Array.ConvertAll(value.GetTensorDataAsSpan<double>().ToArray(), v => (float)v),
        var other => throw new InvalidModelException($"A graph returned elements of type {other}, expected a floating-point type. Export the model again."),
    };
}
