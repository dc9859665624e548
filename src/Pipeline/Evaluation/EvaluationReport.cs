using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>What a judge says about an object's back.</summary>
/// <param name="Share">The Janus score, 0 to 1; null where it is undetermined.</param>
/// <param name="Accuracy">How well the judge tells this object's front from its back; null where it was not measured.</param>
/// <param name="Reason">Why it is undetermined; null where it is not.</param>
public sealed record JanusVerdict(double? Share, double? Accuracy, string? Reason);

/// <summary>A judge's scores of one object.</summary>
/// <param name="Name">The run folder, or the folder of pictures.</param>
/// <param name="Prompt">The prompt, without view words.</param>
/// <param name="Seed">The run's seed; null for pictures.</param>
/// <param name="ClipScore">Mean cosine similarity of the colour views to the prompt, -1 to 1.</param>
/// <param name="Colour">Whether each view in colour is recognised; null if no caption can be right.</param>
/// <param name="Geometry">Whether each view without texture is recognised; null if no caption can be right, or there are no such views.</param>
/// <param name="Janus">The verdict on its back.</param>
public sealed record ObjectScore(
    string Name, string Prompt, uint? Seed, double ClipScore, IReadOnlyList<bool>? Colour, IReadOnlyList<bool>? Geometry, JanusVerdict Janus);

/// <summary>Objects of one prompt: the seeds of a run, or the pictures of a caption.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Objects">Its objects, at least one.</param>
public sealed record PromptScores(string Prompt, IReadOnlyList<ObjectScore> Objects)
{
    /// <summary>Mean similarity.</summary>
    public double ClipScore => Objects.Average(o => o.ClipScore);

    /// <summary>R-Precision in colour: the share of views that are recognised, averaged over views, then seeds; null if unknown.</summary>
    public double? Colour => Mean(o => Share(o.Colour));

    /// <summary>R-Precision without texture, averaged in the same way.</summary>
    public double? Geometry => Mean(o => Share(o.Geometry));

    /// <summary>Mean Janus score of the seeds that have one; null if none has.</summary>
    public double? Janus => Mean(o => o.Janus.Share);

    private double? Mean(Func<ObjectScore, double?> value) => Objects.Select(value).Where(v => v is not null).Average();

    private static double? Share(IReadOnlyList<bool>? right) => right is { Count: > 0 } ? right.Average(r => r ? 1d : 0d) : null;
}

/// <summary>Objects that belong into one average: all runs, or one folder of pictures.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Prompts">By prompt, in the order they were given.</param>
public sealed record ScoreGroup(string Name, IReadOnlyList<PromptScores> Prompts)
{
    /// <summary>Mean similarity over prompts.</summary>
    public double ClipScore => Prompts.Average(p => p.ClipScore);

    /// <summary>Mean R-Precision in colour over prompts; null if none has one.</summary>
    public WilsonInterval? Colour => Interval(p => p.Colour);

    /// <summary>Mean R-Precision without texture over prompts; null if none has one.</summary>
    public WilsonInterval? Geometry => Interval(p => p.Geometry);

    /// <summary>Mean Janus score over the prompts that have one; null if none has.</summary>
    public WilsonInterval? Janus => Interval(p => p.Janus);

    private WilsonInterval? Interval(Func<PromptScores, double?> value)
    {
        double[] values = [.. Prompts.Select(value).OfType<double>()];
        return values.Length > 0 ? new WilsonInterval(values.Average(), values.Length) : null;
    }
}

/// <summary>What one judge says.</summary>
/// <param name="Folder">The judge's folder.</param>
/// <param name="Hash">SHA-256 of the judge.</param>
/// <param name="InputSize">Side of its image, pixels.</param>
/// <param name="IsOfPrior">Whether it belongs to the embedded prior: its verdicts flatter that prior and stand in no table with published ones.</param>
/// <param name="ColourCaptions">Captions that compete for a view in colour.</param>
/// <param name="GeometryCaptions">Captions that compete for a view without texture.</param>
/// <param name="Runs">The runs; null if only pictures were judged.</param>
/// <param name="Pictures">The folders of pictures.</param>
/// <param name="FrontBack">Which objects' sides the judge can tell apart.</param>
public sealed record JudgeReport(
    string Folder, string Hash, int InputSize, bool IsOfPrior, int ColourCaptions, int GeometryCaptions,
    ScoreGroup? Runs, IReadOnlyList<ScoreGroup> Pictures, FrontBackTable FrontBack);
