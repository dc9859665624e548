using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Reading;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import;

/// <summary>
/// The rules that need no evaluation of the network, in order; what the UNet predicts cannot be seen in its weights. Sources: kohya's
/// sai_model_spec.py (metadata), Stability-AI/stablediffusion (YAML), diffusers' convert_from_ckpt.py (global_step), AUTOMATIC1111's
/// sd_models_config.py (probe), ComfyUI's supported_models.py (deviation of a bias).
/// </summary>
internal static partial class PredictionRules
{
    /// <summary>Deviation above which that bias belongs to a model of the velocity.</summary>
    public const double LeastDeviationOfVelocity = 0.09;

    private const long StepsOfTwoBase = 875_000;
    private const long StepsOfTwoOne = 110_000;

    /// <summary>The weight that the last rule looks at: <c>up_blocks.3.attentions.2.transformer_blocks.0.norm1.bias</c>.</summary>
    public static string DecidingBias(UNetArchitecture unet) =>
        FormattableString.Invariant($"up_blocks.{unet.Levels - 1}.attentions.{unet.ResnetsPerLevel}.transformer_blocks.0.norm1.bias");

    /// <summary>The scheduler's configuration of a diffusers folder; null if there is none.</summary>
    /// <exception cref="InvalidModelException">It cannot be used, or holds another schedule than Stable Diffusion's.</exception>
    public static SchedulerConfig? SchedulerOf(CheckpointFiles checkpoint)
    {
        string path = Path.Combine(checkpoint.FilePath, "scheduler", "scheduler_config.json");
        if (!checkpoint.IsFolder || !File.Exists(path))
        {
            return null;
        }

        var scheduler = SchedulerConfig.Load(path);
        PipelineFiles.RequireSchedule(path, scheduler);
        return scheduler.Prediction != PredictionType.Sample ? scheduler : throw new InvalidModelException(
            $"{path}: prediction_type is sample, expected epsilon or v_prediction of Stable Diffusion. Correct it there.");
    }

    /// <summary>Applies the rules on options and files.</summary>
    /// <param name="option">What the user said; null for nothing.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="hasOpenClip">Whether it is of Stable Diffusion 2, whose models differ; a model of 1.x predicts the noise unless a file says otherwise.</param>
    /// <returns>Null if the network must be asked.</returns>
    /// <exception cref="InvalidModelException">A file beside the checkpoint asks for what is not supported.</exception>
    public static PredictionDecision? FromFiles(PredictionType? option, CheckpointFiles checkpoint, bool hasOpenClip) =>
        (option is { } asked ? new PredictionDecision(asked, "rule 1, the option --prediction") : null)
        ?? FromScheduler(checkpoint)
        ?? FromMetadata(checkpoint.UNet.Metadata)
        ?? FromYaml(checkpoint)
        ?? (hasOpenClip ? FromGlobalStep(checkpoint) : new PredictionDecision(PredictionType.Epsilon, "the default of Stable Diffusion 1, as rules 1 to 4 found nothing; --prediction v is for the few 1.x models of the velocity"));

    /// <summary>The last rule: population deviation of a bias.</summary>
    /// <param name="bias">Elements of <see cref="DecidingBias"/>.</param>
    /// <param name="skipped">Why the probe before it did not decide.</param>
    public static PredictionDecision FromBias(ReadOnlySpan<float> bias, string skipped)
    {
        double mean = 0, squares = 0;
        foreach (float value in bias)
        {
            mean += value / (double)bias.Length;
        }

        foreach (float value in bias)
        {
            squares += (value - mean) * (value - mean) / bias.Length;
        }

        double deviation = Math.Sqrt(squares);
        bool velocity = deviation > LeastDeviationOfVelocity;
        return new PredictionDecision(
            velocity ? PredictionType.Velocity : PredictionType.Epsilon,
            string.Create(CultureInfo.InvariantCulture, $"rule 7, the deviation {deviation:0.000} of a bias ({(velocity ? "above" : "not above")} {LeastDeviationOfVelocity}); {skipped}"));
    }

    private static PredictionDecision? FromScheduler(CheckpointFiles checkpoint) => SchedulerOf(checkpoint) is not { } scheduler ? null : new PredictionDecision(
        scheduler.Prediction,
        scheduler.NamesPrediction ? "rule 2, prediction_type of scheduler_config.json" : "rule 2, scheduler_config.json, which names none and so means the noise, as in diffusers");

    private static PredictionDecision? FromMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        const string Type = "modelspec.prediction_type", Architecture = "modelspec.architecture";
        string architecture = metadata.GetValueOrDefault(Architecture, "");
        return metadata.GetValueOrDefault(Type) switch
        {
            "epsilon" => new(PredictionType.Epsilon, $"rule 3, {Type} of the file's metadata"),
            "v" or "v_prediction" => new(PredictionType.Velocity, $"rule 3, {Type} of the file's metadata"),
            _ when architecture.StartsWith("stable-diffusion-v2-768-v", StringComparison.Ordinal) => new(PredictionType.Velocity, $"rule 3, {Architecture} of the file's metadata"),
            _ when architecture.StartsWith("stable-diffusion-v2-512", StringComparison.Ordinal) || architecture.StartsWith("stable-diffusion-v1", StringComparison.Ordinal) =>
                new(PredictionType.Epsilon, $"rule 3, {Architecture} of the file's metadata"),
            _ => null,
        };
    }

    // Beside model.safetensors lies model.yaml, the configuration of the original code.
    private static PredictionDecision? FromYaml(CheckpointFiles checkpoint)
    {
        string? path = checkpoint.IsFolder ? null : YamlBeside(checkpoint.FilePath);
        if (path is null)
        {
            return null;
        }

        string[] lines;
        try
        {
            lines = BoundedFile.ReadLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"{path} cannot be read: {e.Message} Make it readable, or move it away.", e);
        }

        string? value = lines.Select(line => ParameterizationPattern().Match(line)).FirstOrDefault(match => match.Success)?.Groups["value"].Value;
        string rule = $"rule 4, parameterization of {Path.GetFileName(path)}";
        return value switch
        {
            null => null,
            "v" => new(PredictionType.Velocity, rule),
            "eps" => new(PredictionType.Epsilon, rule),
            _ => throw new InvalidModelException($"{path}: parameterization is '{value}', expected eps or v. Correct it there, or pass --prediction."),
        };
    }

    /// <summary>The YAML file beside a checkpoint; null if there is none.</summary>
    public static string? YamlBeside(string checkpoint) =>
        ((string[])[".yaml", ".yml"]).Select(extension => Path.ChangeExtension(checkpoint, extension)).FirstOrDefault(File.Exists);

    private static PredictionDecision? FromGlobalStep(CheckpointFiles checkpoint) => checkpoint.UNet.ReadWholeNumber("global_step") switch
    {
        StepsOfTwoBase => new(PredictionType.Epsilon, "rule 5, global_step 875000 of Stable Diffusion 2.0's base"),
        StepsOfTwoOne => new(PredictionType.Velocity, "rule 5, global_step 110000 of Stable Diffusion 2.1"),
        _ => null,
    };

    [GeneratedRegex("""^\s*parameterization\s*:\s*["']?(?<value>[^"'\s#]*)["']?\s*(#.*)?$""")]
    private static partial Regex ParameterizationPattern();
}
