using System;
using System.Collections.Generic;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;

namespace DreamFusion.Bench.WholeStep;

/// <summary>Cache lines of the feature table that samples touch, counted from the samples themselves.</summary>
/// <param name="Distinct">Different lines over the whole pass: every line comes from memory once.</param>
/// <param name="BySample">Different lines of each sample on each level, added up: as if nothing stayed in a cache from one sample to the next.</param>
public readonly record struct TouchedLines(long Distinct, long BySample)
{
    private const int LineBytes = 64;

    public static TouchedLines Count(HashGridLayout layout, ReadOnlySpan<Float3> positions)
    {
        HashGridOptions options = layout.Options;
        int entriesPerLine = LineBytes / (options.FeaturesPerLevel * sizeof(float));
        var seen = new HashSet<int>();
        Span<int> lines = stackalloc int[8];
        long bySample = 0;
        foreach (HashGridLevel level in layout.Levels)
        {
            foreach (Float3 position in positions)
            {
                Corners(level, Unit(options, position.X), Unit(options, position.Y), Unit(options, position.Z), lines);
                for (int corner = 0; corner < lines.Length; corner++)
                {
                    lines[corner] /= entriesPerLine;
                    bySample += lines[..corner].Contains(lines[corner]) ? 0 : 1;
                    seen.Add(lines[corner]);
                }
            }
        }
        return new TouchedLines(seen.Count, bySample);
    }

    private static float Unit(HashGridOptions options, float x) => Math.Clamp((options.PositionScale * x) + options.PositionOffset, 0f, 1f);

    private static void Corners(HashGridLevel level, float x, float y, float z, Span<int> entries)
    {
        var x0 = (uint)((level.Scale * x) + 0.5f);
        var y0 = (uint)((level.Scale * y) + 0.5f);
        var z0 = (uint)((level.Scale * z) + 0.5f);
        for (int corner = 0; corner < entries.Length; corner++)
        {
            uint cx = x0 + (uint)(corner & 1);
            uint cy = y0 + (uint)((corner >> 1) & 1);
            uint cz = z0 + (uint)(corner >> 2);
            var side = (uint)level.Resolution;
            uint index = level.IsDense != 0 ? cx + (side * (cy + (side * cz))) : HashGridLayout.Hash(cx, cy, cz);
            entries[corner] = level.Offset + (int)(index % (uint)level.EntryCount);
        }
    }
}
