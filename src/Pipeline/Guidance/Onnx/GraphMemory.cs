using System;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>
/// What a graph may ask for, refused before anything is allocated: a file of a few bytes can name a constant of any size, by
/// ConstantOfShape, Range, Expand, Tile or a product of two vectors, or grow the image beyond all memory.
/// </summary>
internal sealed class GraphMemory
{
    // A fold of every weight makes a few copies of it: widened from half precision, transposed, reshaped.
    private const long CopiesOfWeights = 4;
    private const long ConstantBytes = 64L << 20;

    // Stable Diffusion's encoder: 43 times the image in its first level, 85 times in the attention of a 1024x1024 image.
    private const long MostGrowth = 1024;
    private const long LeastElements = 1L << 24;

    // Their results have at most as many elements (indices: times the rank) as the operand.
    private static readonly string[] _shrinking = ["NonZero", "Compress", "Unique"];
    private readonly string _name;
    private readonly long _constantLimit;
    private readonly long _elementLimit;
    private long _constants;

    /// <summary>Limits for a graph.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="weightBytes">Bytes of the file's weights.</param>
    /// <param name="inputElements">Elements of the input.</param>
    public GraphMemory(string name, long weightBytes, long inputElements)
    {
        _name = name;
        _constantLimit = ConstantBytes + (CopiesOfWeights * Math.Min(weightBytes, long.MaxValue / 8));
        _elementLimit = Math.Max(LeastElements, MostGrowth * inputElements);
    }

    /// <summary>Bytes of a file's weights.</summary>
    public static long WeightBytes(OnnxModel model) =>
        model.Tensors().Sum(t => Math.Min(Bytes(Tensors.TypeOf(t)), int.MaxValue * 8L));

    /// <summary>Refuses a constant that would not fit beside those computed before; call it with the inferred type, before computing.</summary>
    /// <param name="node">The node that computes it.</param>
    /// <param name="value">Its name.</param>
    /// <param name="type">Its type, with extent -1 where it is open.</param>
    /// <exception cref="InvalidModelException">It is too large, or its size cannot be told.</exception>
    public void RequireConstant(NodeProto node, string value, TensorType type)
    {
        if (type.Shape.Any(d => d < 0))
        {
            if (!_shrinking.Contains(node.OpType))
            {
                throw new InvalidModelException(
                    $"{_name}: the size of '{value}', a constant of node '{NodeProbe.NameOf(node)}' ({NodeProbe.OperatorOf(node)}), cannot be told before it is computed. Export the graph with static height and width.");
            }

            return;
        }

        long bytes = Bytes(type);
        if (bytes > _constantLimit - _constants)
        {
            throw TooLarge(node, value, type, $"constants of {Mebibytes(bytes)}, with {Mebibytes(_constants)} before it; the limit is {Mebibytes(_constantLimit)} ({Mebibytes(ConstantBytes)} and {CopiesOfWeights} times the weights)");
        }

        _constants += bytes;
    }

    /// <summary>Refuses a value that no encoder computes of such an image.</summary>
    /// <param name="node">The node that computes it.</param>
    /// <param name="value">Its name.</param>
    /// <param name="type">Its type.</param>
    /// <exception cref="InvalidModelException">It is too large.</exception>
    public void RequireValue(NodeProto node, string value, TensorType type)
    {
        if (type.Count > _elementLimit)
        {
            throw TooLarge(node, value, type, $"{type.Count} elements; the limit is {_elementLimit} ({MostGrowth} times the image)");
        }
    }

    private static long Bytes(TensorType type)
    {
        const int Reference = 64;
        UInt128 bits = (UInt128)type.Count * (uint)(StoredTensor.Bits(type.Element) ?? Reference);
        return (long)UInt128.Min((bits + 7) / 8, long.MaxValue);
    }

    private InvalidModelException TooLarge(NodeProto node, string value, TensorType type, string needs) => new(
        $"{_name}: '{value}' [{string.Join(", ", type.Shape)}] of node '{NodeProbe.NameOf(node)}' ({NodeProbe.OperatorOf(node)}) needs {needs}. The graph is damaged or not an image encoder; export it again.");

    private static string Mebibytes(long bytes) => $"{(bytes >> 20) + 1} MiB";
}
