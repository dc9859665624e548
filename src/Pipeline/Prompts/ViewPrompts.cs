using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>Two rows of the view table and how much each counts; both weights are in 0..1 and sum to 1.</summary>
/// <param name="First">Index of one row.</param>
/// <param name="FirstWeight">Its weight.</param>
/// <param name="Second">Index of the other row; the same as <paramref name="First"/> where one row counts alone.</param>
/// <param name="SecondWeight">Its weight.</param>
public readonly record struct ViewWeights(int First, float FirstWeight, int Second, float SecondWeight);

/// <summary>
/// The table of view words: the first row that matches the camera, else the row nearest to it. Azimuth 0 is the front (+Z)
/// and grows towards +X, the object's left; elevation is 90 degrees minus the polar angle.
/// </summary>
public sealed class ViewPrompts
{
    /// <summary>Creates a table.</summary>
    /// <param name="rows">The rows, as the option <c>view_prompts</c> gives them.</param>
    /// <param name="choice">Nearest row, or two rows mixed.</param>
    /// <exception cref="ArgumentException">No row.</exception>
    public ViewPrompts(IEnumerable<ViewPrompt> rows, ViewChoice choice = ViewChoice.Nearest)
    {
        Rows = [.. rows];
        Choice = choice;
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

    /// <summary>Whether a camera takes one row or a mix of two.</summary>
    public ViewChoice Choice { get; }

    /// <summary>
    /// The rows that count for a camera. Interpolated, the rows share the circle of azimuths at the camera's elevation as
    /// <see cref="IndexFor"/> says; in the middle of its arc a row counts alone, between two middles linearly:
    /// <code>
    /// w_k = (φ_k+1 - φ) / (φ_k+1 - φ_k)     w_k+1 = 1 - w_k
    /// </code>
    /// With front, side and back this is NeMo's and stable-dreamfusion's r = 1 - |φ|/90 of the front and 1 - r of the side for
    /// |φ| &lt; 90 degrees, r = 2 - |φ|/90 of the side and 1 - r of the back beyond.
    /// </summary>
    /// <param name="azimuthDegrees">Azimuth, degrees, any multiple of a turn.</param>
    /// <param name="elevationDegrees">Elevation, degrees, -90 to 90.</param>
    /// <returns>Two rows with their weights.</returns>
    public ViewWeights WeightsFor(float azimuthDegrees, float elevationDegrees)
    {
        int nearest = IndexFor(azimuthDegrees, elevationDegrees);
        List<(float Middle, int Row)> arcs = Choice == ViewChoice.Interpolated ? Arcs(elevationDegrees) : [];
        if (arcs.Count < 2)
        {
            return new ViewWeights(nearest, 1, nearest, 0);
        }

        float azimuth = Turn(azimuthDegrees);
        int next = arcs.FindIndex(a => a.Middle > azimuth);
        next = next < 0 ? 0 : next;
        (float middle, int row) = arcs[(next + arcs.Count - 1) % arcs.Count];
        float weight = Turn(azimuth - middle) / Turn(arcs[next].Middle - middle);
        return new ViewWeights(row, 1 - weight, arcs[next].Row, weight);
    }

    // Arcs of one row each at an elevation, by their middles in 0..360, in ascending order.
    private List<(float Middle, int Row)> Arcs(float elevation)
    {
        float[] ends = [.. Rows.SelectMany(r => (float[])[Turn(r.Azimuth.Min), Turn(r.Azimuth.Max)]).Distinct().Order()];
        List<(float Start, int Row)> starts = [];
        for (int i = 0; i < ends.Length; i++)
        {
            float width = Width(ends[i], ends[(i + 1) % ends.Length]);
            int row = IndexFor(ends[i] + (width / 2), elevation);
            if (starts.Count == 0 || starts[^1].Row != row)
            {
                starts.Add((ends[i], row));
            }
        }

        if (starts.Count > 1 && starts[0].Row == starts[^1].Row)
        {
            starts.RemoveAt(0);
        }

        return
        [
            .. starts.Select((s, i) => (Middle: Turn(s.Start + (Width(s.Start, starts[(i + 1) % starts.Count].Start) / 2)), s.Row))
                .OrderBy(a => a.Middle),
        ];
    }

    private static float Turn(float degrees)
    {
        float turned = degrees % 360;
        turned = turned < 0 ? turned + 360 : turned;
        return turned < 360 ? turned : 0;
    }

    // A row that ends where it starts goes all around.
    private static float Width(float start, float end) => end == start ? 360 : Turn(end - start);

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
