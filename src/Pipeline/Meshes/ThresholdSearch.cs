using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Meshes.Raster;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>A threshold that was tried.</summary>
/// <param name="Threshold">Density, 1/world unit.</param>
/// <param name="SilhouetteIoU">Intersection over union of the mesh's silhouettes and the field's, summed over the views, 0..1.</param>
public readonly record struct ThresholdTrial(float Threshold, double SilhouetteIoU);

/// <summary>The threshold that was chosen.</summary>
/// <param name="Threshold">Density, 1/world unit.</param>
/// <param name="Trials">All that were tried, ascending by threshold.</param>
/// <param name="Note">What the user should know about the choice, or null.</param>
public sealed record ThresholdChoice(float Threshold, IReadOnlyList<ThresholdTrial> Trials, string? Note);

/// <summary>
/// Finds the density at which the surface has the outline that the renders have (opacity above one half). Candidates are the mean and
/// quantiles of the field's densities; four rounds then halve the steps around the best one. Each surface has its vertices where the field
/// crosses the threshold, as the one that is exported: interpolated ones lie too far outside where the density jumps, and would choose too high a threshold.
/// </summary>
/// <param name="field">The field.</param>
/// <param name="densities">Densities of the lattice, as <see cref="IsoSurface.SampleAll"/> gives them.</param>
/// <param name="lattice">The lattice.</param>
/// <param name="views">Renders of the field.</param>
/// <param name="parallel">Threads to use.</param>
public sealed class ThresholdSearch(ISolidField field, float[] densities, SamplingLattice lattice, IReadOnlyList<FieldView> views, ParallelOptions parallel)
{
    /// <summary>Densities below this share of the largest are haze: they say nothing about where the surface is.</summary>
    public const float HazeShare = 1e-3f;

    private const int RefinementRounds = 4;

    private static readonly double[] _quantiles = [0.05, 0.15, 0.3, 0.5, 0.7, 0.9];

    private readonly SortedDictionary<float, double> _trials = [];

    /// <summary>Tries the candidates.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if the field is empty.</exception>
    public ThresholdChoice Run()
    {
        float largest = densities.Max();
        if (!(largest > 0f))
        {
            throw new DfkException(ExitCode.BadInput, "mesh: the field is empty, its density is zero everywhere. Train it further, or export another run.");
        }

        float[] solid = [.. densities.Where(density => density > HazeShare * largest).Order()];
        foreach (double quantile in _quantiles)
        {
            Try(solid[(int)(quantile * (solid.Length - 1))]);
        }

        Try(solid.Average());
        for (int round = 0; round < RefinementRounds; round++)
        {
            float[] tried = [.. _trials.Keys];
            int best = Array.IndexOf(tried, Best());
            // Densities span decades, so the middle is the geometric mean; below the lowest candidate there is a halving.
            Try(MathF.Sqrt(tried[best] * (best > 0 ? tried[best - 1] : 0.5f * tried[best])));
            if (best + 1 < tried.Length)
            {
                Try(MathF.Sqrt(tried[best] * tried[best + 1]));
            }
        }

        float choice = Best();
        string? note = views.All(view => view.Opacity.Data.All(opacity => opacity <= 0.5f))
            ? "the field is nowhere more than half opaque, so no outline can choose the threshold; train it further, or give --threshold."
            : null;
        return new ThresholdChoice(choice, [.. _trials.Select(trial => new ThresholdTrial(trial.Key, trial.Value))], note);
    }

    /// <summary>Intersection over union of a mesh's silhouettes and the field's, summed over the views; 0 where both are empty.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="views">Renders of the field.</param>
    /// <param name="parallel">Threads to use.</param>
    public static double SilhouetteIoU(TriangleMesh mesh, IReadOnlyList<FieldView> views, ParallelOptions parallel)
    {
        ArgumentNullException.ThrowIfNull(views);
        long both = 0, either = 0;
        foreach (FieldView view in views)
        {
            var seen = VisibilityBuffer.Draw(mesh, view.Camera, view.Opacity.Width, view.Opacity.Height, parallel);
            for (int pixel = 0; pixel < view.Opacity.Data.Length; pixel++)
            {
                bool ofMesh = seen.Faces[pixel] >= 0, ofField = view.Opacity.Data[pixel] > 0.5f;
                both += ofMesh && ofField ? 1 : 0;
                either += ofMesh || ofField ? 1 : 0;
            }
        }

        return either == 0 ? 0 : (double)both / either;
    }

    // The first of equals, so the surface that holds most of the object.
    private float Best() => _trials.MaxBy(trial => trial.Value).Key;

    private void Try(float threshold)
    {
        if (threshold > 0f && !_trials.ContainsKey(threshold))
        {
            _trials.Add(threshold, SilhouetteIoU(IsoSurface.Extract(field, densities, lattice, threshold), views, parallel));
        }
    }
}
