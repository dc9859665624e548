using System;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;

namespace DreamFusion.RandomCheckpoints;

/// <summary>A tensor that is made when it is written.</summary>
/// <param name="Key">Name in the file.</param>
/// <param name="Shape">Extents.</param>
/// <param name="Type">F32, F16, BF16, or any other type in a file without content.</param>
/// <param name="Values">Makes its elements.</param>
public sealed record CheckpointTensor(string Key, long[] Shape, TensorType Type, Func<float[]> Values)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, n) => product * n);

    /// <summary>Bytes in the file.</summary>
    public long Length => Count * Type.Bits() / 8;
}
