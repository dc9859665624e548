using System;
using System.Collections.Generic;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// The table of view words: the first row that matches the camera, else the row nearest to it. Azimuth 0 is the front (+Z)
/// and grows towards +X, the object's left; elevation is 90 degrees minus the polar angle.
/// </summary>
public sealed class ViewPrompts
{
    /// <summary>Creates a table.</summary>
    /// <param name="rows">The rows, as the option <c>view_prompts</c> gives them.</param>
    /// <exception cref="ArgumentException">No row.</exception>
    public ViewPrompts(IEnumerable<ViewPrompt> rows)
    {
        Rows = [.. rows];
        if (Rows.Count == 0)
        {
            throw new ArgumentException("view_prompts: the table is empty, expected at least one row of azimuth range, elevation range and words.", nameof(rows));
        }
    }

    /// <summary>
    /// Words for Stable Diffusion: front within 45 degrees of azimuth 0, back within 45 of 180, overhead from 60 degrees
    /// of elevation on, else side (Poole et al. 2022, appendix A.2, with threestudio's angles).
    /// </summary>
    public static IReadOnlyList<ViewPrompt> StableDiffusion { get; } =
    [
        new() { Azimuth = new Interval(-180, 180), Elevation = new Interval(60, 90), Suffix = ", overhead view" },
        new() { Azimuth = new Interval(-45, 45), Elevation = new Interval(-90, 60), Suffix = ", front view" },
        new() { Azimuth = new Interval(135, 225), Elevation = new Interval(-90, 60), Suffix = ", back view" },
        new() { Azimuth = new Interval(-180, 180), Elevation = new Interval(-90, 60), Suffix = ", side view" },
    ];

    /// <summary>The rows in order.</summary>
    public IReadOnlyList<ViewPrompt> Rows { get; }

    /// <summary>Index of the row for a camera.</summary>
    /// <param name="azimuthDegrees">Azimuth, degrees, any multiple of a turn.</param>
    /// <param name="elevationDegrees">Elevation, degrees, -90 to 90.</param>
    /// <returns>Index into <see cref="Rows"/>.</returns>
    public int IndexFor(float azimuthDegrees, float elevationDegrees)
    {
        int best = 0;
        float bestDistance = float.PositiveInfinity;
        for (int i = 0; i < Rows.Count; i++)
        {
            float azimuth = AzimuthDistance(Rows[i].Azimuth, azimuthDegrees);
            Interval range = Rows[i].Elevation;
            float elevation = Math.Max(0, Math.Max(range.Min - elevationDegrees, elevationDegrees - range.Max));
            float distance = MathF.Sqrt((azimuth * azimuth) + (elevation * elevation));
            if (distance < bestDistance)
            {
                (best, bestDistance) = (i, distance);
            }
        }

        return best;
    }

    /// <summary>Words for a camera, with the comma that joins them to the prompt.</summary>
    /// <param name="azimuthDegrees">Azimuth, degrees, any multiple of a turn.</param>
    /// <param name="elevationDegrees">Elevation, degrees, -90 to 90.</param>
    /// <returns>The row's suffix.</returns>
    public string SuffixFor(float azimuthDegrees, float elevationDegrees) => Rows[IndexFor(azimuthDegrees, elevationDegrees)].Suffix;

    private static float AzimuthDistance(Interval range, float azimuth)
    {
        float offset = (azimuth - range.Min) % 360;
        offset = offset < 0 ? offset + 360 : offset;
        float width = range.Max - range.Min;
        return offset <= width ? 0 : Math.Min(offset - width, 360 - offset);
    }
}
