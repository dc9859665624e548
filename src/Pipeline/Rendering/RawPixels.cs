using System;
using System.Collections.Generic;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>What a source knows about some pixels of a view before they become samples of a picture: a tile, reused from tile to tile.</summary>
public sealed class RawPixels
{
    private readonly float[]?[] _colours;
    private readonly float[] _opacity;
    private readonly float[] _depth;

    /// <summary>Room for a tile.</summary>
    /// <param name="kinds">Kinds of picture; those in colour have three floats a pixel.</param>
    /// <param name="capacity">Most pixels of a tile, at least 1.</param>
    public RawPixels(IReadOnlyList<PictureKind> kinds, int capacity)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        _colours = new float[]?[kinds.Count];
        for (int i = 0; i < kinds.Count; i++)
        {
            _colours[i] = PictureLook.IsColour(kinds[i]) ? new float[3 * capacity] : null;
        }

        _opacity = new float[capacity];
        _depth = new float[capacity];
    }

    /// <summary>Most pixels of a tile.</summary>
    public int Capacity { get; }

    /// <summary>Pixels of the tile at hand, set before it is rendered; 1 to <see cref="Capacity"/>.</summary>
    public int Count { get; set; }

    /// <summary>Opacity A of each ray [Count], 0..1.</summary>
    public Span<float> Opacity => _opacity.AsSpan(0, Count);

    /// <summary>Σ w t of each ray [Count], world units: the mean distance times the opacity.</summary>
    public Span<float> Depth => _depth.AsSpan(0, Count);

    /// <summary>RGB of each pixel [Count · 3] in a kind of picture: on the background, or on black without one, that is times alpha.</summary>
    /// <param name="kind">Index of a kind in colour.</param>
    public Span<float> Colour(int kind) =>
        (_colours[kind] ?? throw new ArgumentException($"Picture {kind} is not in colour.", nameof(kind))).AsSpan(0, 3 * Count);
}
