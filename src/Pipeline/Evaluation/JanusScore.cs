using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Imaging;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>How much a judge prefers <c>front view</c> to <c>back view</c> for one view of an object.</summary>
/// <param name="AzimuthDegrees">The view's azimuth.</param>
/// <param name="Margin">Similarity to the caption with <c>, front view</c> less that to the caption with <c>, back view</c>; above 0 for front.</param>
public readonly record struct ViewPreference(float AzimuthDegrees, double Margin);

/// <summary>
/// How much of an object's back looks like its front (the Janus problem): among the views within 30 degrees of the opposite of the best
/// front view, the share at which the judge still prefers <c>front view</c> to <c>back view</c>. The best front view is the one with the
/// largest margin, so an object that came out turned around is not punished for it. 0 is right, 1 is a face on both sides. It means something
/// only for objects whose front and back the judge can tell apart (<see cref="FrontBackTable"/>), and where one view at least looks like a
/// front: an object that shows its back all around has no face that could be doubled, and would score a 0 that praises it.
/// </summary>
public static class JanusScore
{
    /// <summary>Azimuths at which an object is looked at.</summary>
    public const int ViewCount = 24;

    /// <summary>Views this near to the opposite of the best front view count, degrees.</summary>
    public const float ReachDegrees = 30f;

    /// <summary>View words of the front.</summary>
    public const string Front = "front view";

    /// <summary>View words of the back.</summary>
    public const string Back = "back view";

    // Azimuths are multiples of 15 degrees in floating point.
    private const float Slack = 1e-3f;

    /// <summary>What a judge prefers at each view.</summary>
    /// <param name="judge">The judge.</param>
    /// <param name="caption">The prompt, without view words.</param>
    /// <param name="views">Azimuth in degrees and RGB picture of <see cref="ClipScorer.ImageSize"/>.</param>
    public static IReadOnlyList<ViewPreference> Preferences(ClipScorer judge, string caption, IEnumerable<(float AzimuthDegrees, FloatImage Picture)> views)
    {
        ArgumentNullException.ThrowIfNull(judge);
        ArgumentNullException.ThrowIfNull(views);
        float[] front = judge.EmbedText($"{caption}, {Front}"), back = judge.EmbedText($"{caption}, {Back}");
        return [.. views.Select(view => new ViewPreference(view.AzimuthDegrees, Margin(judge.EmbedImage(view.Picture.Data), front, back)))];
    }

    /// <summary>The score.</summary>
    /// <param name="views">At least one view near the opposite of every other.</param>
    /// <returns>0 to 1; null where no view has a margin above 0, so that there is no front.</returns>
    /// <exception cref="ArgumentException">No views, or none opposite of the best front view.</exception>
    public static double? Share(IReadOnlyList<ViewPreference> views)
    {
        ArgumentNullException.ThrowIfNull(views);
        ViewPreference best = views.Count > 0 ? views.MaxBy(view => view.Margin) : throw new ArgumentException("A Janus score needs views, got none.", nameof(views));
        if (!(best.Margin > 0))
        {
            return null;
        }

        ViewPreference[] behind = [.. views.Where(view => MathF.Abs(MathF.IEEERemainder(view.AzimuthDegrees - best.AzimuthDegrees - 180f, 360f)) <= ReachDegrees + Slack)];
        return behind.Length > 0
            ? behind.Count(view => view.Margin > 0) / (double)behind.Length
            : throw new ArgumentException($"A Janus score needs views all around, got none within {ReachDegrees} degrees of azimuth {best.AzimuthDegrees + 180f}.", nameof(views));
    }

    internal static double Margin(ReadOnlySpan<float> picture, float[] front, float[] back)
    {
        IReadOnlyList<float> similarities = ClipScorer.Retrieve(picture, [front, back]).Similarities;
        return (double)similarities[0] - similarities[1];
    }
}
