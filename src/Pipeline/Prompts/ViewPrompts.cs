using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>Words that go with a range of camera directions.</summary>
/// <param name="AzimuthFrom">First azimuth, degrees; the range runs towards increasing azimuth and may pass ±180.</param>
/// <param name="AzimuthTo">Last azimuth, degrees, at least <paramref name="AzimuthFrom"/>, at most 360 more.</param>
/// <param name="ElevationFrom">Lowest elevation, degrees, -90 to 90.</param>
/// <param name="ElevationTo">Highest elevation, degrees, -90 to 90.</param>
/// <param name="Suffix">Words appended to the prompt after a comma, such as "front view"; empty for none.</param>
public sealed record ViewPrompt(float AzimuthFrom, float AzimuthTo, float ElevationFrom, float ElevationTo, string Suffix);

/// <summary>
/// The table of view words: the row whose ranges hold the camera, else the row nearest to it. Azimuth 0 is the front (+Z)
/// and grows towards +X, the object's left; elevation is 90 degrees minus the polar angle.
/// </summary>
public sealed class ViewPrompts
{
    /// <summary>Creates a table.</summary>
    /// <param name="rows">The rows; the first of several that fit a camera wins.</param>
    /// <exception cref="ArgumentException">No row, or a range that is empty or out of bounds.</exception>
    public ViewPrompts(IEnumerable<ViewPrompt> rows)
    {
        Rows = [.. rows];
        if (Rows.Count == 0)
        {
            throw new ArgumentException("view_prompts: the table is empty, expected at least one row of azimuth range, elevation range and words.", nameof(rows));
        }

        foreach (ViewPrompt row in Rows)
        {
            if (!(row.AzimuthTo >= row.AzimuthFrom && row.AzimuthTo - row.AzimuthFrom <= 360 && row.ElevationFrom >= -90 && row.ElevationTo <= 90 && row.ElevationTo >= row.ElevationFrom))
            {
                throw new ArgumentException(
                    $"view_prompts: '{row.Suffix}' has azimuth {row.AzimuthFrom} to {row.AzimuthTo} and elevation {row.ElevationFrom} to {row.ElevationTo}; expected rising ranges of at most 360 degrees and within -90 to 90 degrees.",
                    nameof(rows));
            }
        }
    }

    /// <summary>
    /// The view words the embedded prior was trained with: eight sectors of 45 degrees, and four of 90 degrees for polar
    /// angles below 30 degrees.
    /// </summary>
    public static ViewPrompts Toybox { get; } = new(
    [
        .. Sectors(8, -90, 60, "front view", "front left view", "left side view", "back left view", "back view", "back right view", "right side view", "front right view"),
        .. Sectors(4, 60, 90, "overhead front view", "overhead left view", "overhead back view", "overhead right view"),
    ]);

    /// <summary>
    /// Words for Stable Diffusion: front within 45 degrees of azimuth 0, back within 45 of 180, overhead above 60 degrees
    /// of elevation, else side (Poole et al. 2022, appendix A.2; threestudio's angles).
    /// </summary>
    public static ViewPrompts StableDiffusion { get; } = new(
    [
        .. Sectors(4, -90, 60, "front view", "side view", "back view", "side view"),
        new ViewPrompt(-180, 180, 60, 90, "overhead view"),
    ]);

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
            float azimuth = AzimuthDistance(Rows[i], azimuthDegrees);
            float elevation = Math.Max(0, Math.Max(Rows[i].ElevationFrom - elevationDegrees, elevationDegrees - Rows[i].ElevationTo));
            float distance = MathF.Sqrt((azimuth * azimuth) + (elevation * elevation));
            if (distance < bestDistance)
            {
                (best, bestDistance) = (i, distance);
            }
        }

        return best;
    }

    /// <summary>Words for a camera.</summary>
    /// <param name="azimuthDegrees">Azimuth, degrees, any multiple of a turn.</param>
    /// <param name="elevationDegrees">Elevation, degrees, -90 to 90.</param>
    /// <returns>The row's words, without the comma.</returns>
    public string SuffixFor(float azimuthDegrees, float elevationDegrees) => Rows[IndexFor(azimuthDegrees, elevationDegrees)].Suffix;

    /// <summary>A row's words with the comma that joins them to a prompt; empty if it has none.</summary>
    /// <param name="row">A row.</param>
    /// <returns>Text to append to the prompt.</returns>
    public static string Joined(ViewPrompt row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Suffix.Length == 0 ? "" : ", " + row.Suffix;
    }

    private static float AzimuthDistance(ViewPrompt row, float azimuth)
    {
        float offset = (azimuth - row.AzimuthFrom) % 360;
        offset = offset < 0 ? offset + 360 : offset;
        float width = row.AzimuthTo - row.AzimuthFrom;
        return offset <= width ? 0 : Math.Min(offset - width, 360 - offset);
    }

    private static IEnumerable<ViewPrompt> Sectors(int count, float elevationFrom, float elevationTo, params string[] suffixes)
    {
        float width = 360f / count;
        return suffixes.Select((suffix, i) => new ViewPrompt((i - 0.5f) * width, (i + 0.5f) * width, elevationFrom, elevationTo, suffix));
    }
}
