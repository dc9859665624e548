using System;
using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.March;

/// <summary>The samples of one ray: [Offset, Offset + Count) of the packed arrays, ordered by t.</summary>
public struct SampleRange
{
    /// <summary>First sample.</summary>
    public int Offset;

    /// <summary>Number of samples, ≥ 0.</summary>
    public int Count;
}

/// <summary>M samples of R rays, packed in the order (ray, t).</summary>
/// <param name="Ranges">Samples of each ray [R].</param>
/// <param name="Positions">Sample positions [M], world units.</param>
/// <param name="RayIndices">Ray of each sample [M].</param>
/// <param name="Distances">Distance t from the ray's origin [M], world units.</param>
/// <param name="Lengths">Length δ of the segment that the sample stands for [M], world units, &gt; 0.</param>
public readonly record struct PackedSamples(
    ArrayView<SampleRange> Ranges,
    ArrayView<Float3> Positions,
    ArrayView<int> RayIndices,
    ArrayView<float> Distances,
    ArrayView<float> Lengths)
{
    /// <summary>Number of rays R.</summary>
    public int RayCount => Ranges.IntLength;

    /// <summary>Number of samples M; 0 is legal.</summary>
    public int Count => Positions.IntLength;

    /// <summary>Requires one length for all arrays over samples.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void CheckLengths()
    {
        if (RayIndices.Length != Positions.Length || Distances.Length != Positions.Length || Lengths.Length != Positions.Length)
        {
            throw new ArgumentException($"Samples: positions, ray indices, distances and lengths must have one length, got {Positions.Length}, {RayIndices.Length}, {Distances.Length} and {Lengths.Length}.");
        }
    }
}
