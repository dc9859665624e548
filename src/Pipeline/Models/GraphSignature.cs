using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace DreamFusion.Pipeline.Models;

/// <summary>Element type of a tensor; the values are those of ONNX's <c>TensorProto.DataType</c>.</summary>
public enum TensorElement
{
    /// <summary>Not stated by the graph.</summary>
    Undefined = 0,

    /// <summary>IEEE 754 single precision.</summary>
    Float32 = 1,

    /// <summary>8-bit unsigned integer.</summary>
    UInt8 = 2,

    /// <summary>8-bit signed integer.</summary>
    Int8 = 3,

    /// <summary>32-bit signed integer.</summary>
    Int32 = 6,

    /// <summary>64-bit signed integer.</summary>
    Int64 = 7,

    /// <summary>True or false.</summary>
    Bool = 9,

    /// <summary>IEEE 754 half precision.</summary>
    Float16 = 10,

    /// <summary>IEEE 754 double precision.</summary>
    Float64 = 11,

    /// <summary>Single precision cut to 16 bits.</summary>
    BFloat16 = 16,
}

/// <summary>Name, element type and shape of one graph input or output.</summary>
/// <param name="Name">Name in the graph.</param>
/// <param name="Element">Element type.</param>
/// <param name="Dimensions">Extents; null where the graph leaves one open.</param>
public sealed record TensorSignature(string Name, TensorElement Element, IReadOnlyList<long?> Dimensions)
{
    /// <summary>Number of dimensions.</summary>
    public int Rank => Dimensions.Count;

    /// <summary>Whether the elements are float32, float16 or float64.</summary>
    public bool IsFloat => Element is TensorElement.Float32 or TensorElement.Float16 or TensorElement.Float64;

    /// <summary>Whether the elements are int32 or int64.</summary>
    public bool IsInteger => Element is TensorElement.Int32 or TensorElement.Int64;

    /// <summary>Readable form, such as <c>sample float32 [?, 4, 16, 16]</c>.</summary>
    /// <returns>Name, element type and extents.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name} {Element.ToString().ToLowerInvariant()} [{string.Join(", ", Dimensions.Select(d => d?.ToString(CultureInfo.InvariantCulture) ?? "?"))}]");
}

/// <summary>What a graph takes and gives, read from its file.</summary>
/// <param name="Inputs">Inputs that are not weights, in the graph's order.</param>
/// <param name="Outputs">Outputs in the graph's order.</param>
public sealed record GraphSignature(IReadOnlyList<TensorSignature> Inputs, IReadOnlyList<TensorSignature> Outputs);

/// <summary>Number of weights of one element type.</summary>
/// <param name="Element">Element type.</param>
/// <param name="Count">Elements.</param>
public sealed record WeightCount(TensorElement Element, long Count);

/// <summary>What a graph's file holds besides its inputs and outputs.</summary>
/// <param name="Opset">Version of the default operator set.</param>
/// <param name="Producer">Program that wrote the file; null if the file does not say.</param>
/// <param name="Weights">Weights by element type.</param>
/// <param name="Operators">Names of the operators, each once, with the domain where it is not the default one.</param>
/// <param name="ExternalFiles">Full paths of the files with weights beside the graph.</param>
public sealed record GraphFacts(
    long Opset, string? Producer, IReadOnlyList<WeightCount> Weights, IReadOnlyList<string> Operators, IReadOnlyList<string> ExternalFiles);
