using System;
using System.Collections.Generic;
using System.Numerics;

namespace DreamFusion.Pipeline.Meshes.Atlas;

/// <summary>The flattened faces of one chart, and whether another one would overlap any of them: an exact test behind a grid of buckets.</summary>
/// <param name="bucketSize">Side of a bucket, world units; about the length of an edge.</param>
internal sealed class FlatOverlap(float bucketSize)
{
    // Faces that share an edge touch along it; rounding makes them overlap by a hair, measured against the faces' own size.
    private const float Touch = 1e-5f;

    private readonly Dictionary<(int X, int Y), List<int>> _buckets = [];
    private readonly List<(Vector2 A, Vector2 B, Vector2 C)> _faces = [];

    /// <summary>Pairs of faces tested so far, over all charts.</summary>
    public long TestCount { get; private set; }

    /// <summary>Forgets all faces.</summary>
    public void Clear()
    {
        _buckets.Clear();
        _faces.Clear();
    }

    /// <summary>Takes a face if it overlaps none of those taken before.</summary>
    public bool TryAdd(Vector2 a, Vector2 b, Vector2 c)
    {
        var least = Vector2.Min(a, Vector2.Min(b, c));
        var greatest = Vector2.Max(a, Vector2.Max(b, c));
        (int left, int bottom) = Bucket(least);
        (int right, int top) = Bucket(greatest);
        for (int y = bottom; y <= top; y++)
        {
            for (int x = left; x <= right; x++)
            {
                foreach (int other in _buckets.GetValueOrDefault((x, y)) ?? [])
                {
                    TestCount++;
                    if (Overlap((a, b, c), _faces[other]))
                    {
                        return false;
                    }
                }
            }
        }

        _faces.Add((a, b, c));
        for (int y = bottom; y <= top; y++)
        {
            for (int x = left; x <= right; x++)
            {
                if (!_buckets.TryGetValue((x, y), out List<int>? bucket))
                {
                    _buckets[(x, y)] = bucket = [];
                }

                bucket.Add(_faces.Count - 1);
            }
        }

        return true;
    }

    private (int X, int Y) Bucket(Vector2 point) => ((int)MathF.Floor(point.X / bucketSize), (int)MathF.Floor(point.Y / bucketSize));

    // Two convex shapes are apart exactly if the direction across one of their sides keeps them apart.
    internal static bool Overlap((Vector2 A, Vector2 B, Vector2 C) first, (Vector2 A, Vector2 B, Vector2 C) second) =>
        !(Separates(first, second) || Separates(second, first));

    private static bool Separates((Vector2 A, Vector2 B, Vector2 C) own, (Vector2 A, Vector2 B, Vector2 C) other)
    {
        ReadOnlySpan<Vector2> ring = [own.A, own.B, own.C];
        for (int i = 0; i < 3; i++)
        {
            Vector2 from = ring[i], side = ring[(i + 1) % 3] - from;
            var across = new Vector2(-side.Y, side.X);
            float inside = Vector2.Dot(ring[(i + 2) % 3] - from, across);
            float slack = Touch * side.LengthSquared();
            float a = Vector2.Dot(other.A - from, across), b = Vector2.Dot(other.B - from, across), c = Vector2.Dot(other.C - from, across);
            bool apart = inside >= 0f
                ? MathF.Max(a, MathF.Max(b, c)) <= slack
                : MathF.Min(a, MathF.Min(b, c)) >= -slack;
            if (apart)
            {
                return true;
            }
        }

        return false;
    }
}
