using System;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Cli;

/// <summary>Names of a model's properties as <c>dfk models</c> prints them.</summary>
internal static class ModelWords
{
    /// <summary>What noise is added to.</summary>
    public static string KindOf(ModelInspection inspection) => inspection.Kind switch
    {
        ModelKind.LatentSpace => "latent space",
        ModelKind.PixelSpace => "pixel space",
        _ => throw new ArgumentOutOfRangeException(nameof(inspection), inspection.Kind, "No kind of that name."),
    };

    /// <summary>beta_schedule as diffusers names it.</summary>
    public static string ScheduleOf(SchedulerConfig scheduler) => scheduler.Schedule switch
    {
        BetaSchedule.Linear => "linear",
        BetaSchedule.ScaledLinear => "scaled_linear",
        BetaSchedule.SquaredCosine => "squaredcos_cap_v2",
        _ => throw new ArgumentOutOfRangeException(nameof(scheduler), scheduler.Schedule, "No schedule of that name."),
    };

    /// <summary>prediction_type as diffusers names it.</summary>
    public static string PredictionOf(SchedulerConfig scheduler) => scheduler.Prediction switch
    {
        PredictionType.Epsilon => "epsilon",
        PredictionType.Velocity => "v_prediction",
        PredictionType.Sample => "sample",
        _ => throw new ArgumentOutOfRangeException(nameof(scheduler), scheduler.Prediction, "No prediction of that name."),
    };

    /// <summary>How prompts are cut.</summary>
    public static string TokenizerKind(PromptTokenizer tokenizer) => tokenizer is T5Tokenizer ? "T5 unigrams" : "CLIP byte pairs";
}
