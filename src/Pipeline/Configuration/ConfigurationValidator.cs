using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using DreamFusion.Pipeline.Configuration.Presets;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>Ranges of all options and contradictions between them; the limits are those of the options' summaries.</summary>
internal sealed partial class ConfigurationValidator
{
    /// <summary>Most problems that one message lists; a file with more is no configuration.</summary>
    internal const int MostListed = 200;

    private const int LongestPrompt = 4096;

    private static readonly string[] _pickled = [".ckpt", ".pth", ".pt", ".nemo"];

    private readonly List<(string Name, string Message)> _problems = [];
    private readonly IReadOnlyDictionary<string, ConfigurationOrigin>? _origins;

    private ConfigurationValidator(IReadOnlyDictionary<string, ConfigurationOrigin>? origins)
    {
        _origins = origins;
    }

    /// <summary>All problems, each with the full name of the option that it is about.</summary>
    /// <param name="c">The options.</param>
    /// <param name="origins">Where each option was written, if known.</param>
    /// <param name="allowsIncomplete">Whether the prompt may still be missing.</param>
    public static IReadOnlyList<(string Name, string Message)> Check(
        RunConfiguration c, IReadOnlyDictionary<string, ConfigurationOrigin>? origins = null, bool allowsIncomplete = false)
    {
        ConfigurationValidator validator = new(origins);
        validator.CheckPrompt(c, allowsIncomplete);
        validator.CheckTopLevel(c);
        validator.CheckViewPrompts(c);
        validator.CheckNerf(c.Nerf);
        validator.CheckBackground(c.Background);
        validator.CheckMaterial(c.Material);
        validator.CheckRenderer(c.Renderer, c.Nerf.Bound);
        validator.CheckGuidance(c.Guidance);
        validator.CheckOptim(c.Optim);
        validator.CheckLoss(c.Loss);
        validator.CheckWatchdog(c.Watchdog);
        validator.CheckData(c.Data);
        return validator._problems;
    }

    /// <summary>Throws one message that lists the problems, if there are any.</summary>
    public static void ThrowIfAny(IReadOnlyList<string> problems)
    {
        if (problems.Count > 0)
        {
            string count = problems.Count == 1 ? "1 problem" : string.Create(CultureInfo.InvariantCulture, $"{problems.Count} problems");
            string rest = problems.Count > MostListed ? string.Create(CultureInfo.InvariantCulture, $"\n  and {problems.Count - MostListed} more") : "";
            throw new DfkException(ExitCode.BadInput, $"configuration: {count}\n  {string.Join("\n  ", problems.Take(MostListed))}{rest}");
        }
    }

    private void CheckPrompt(RunConfiguration c, bool allowsIncomplete)
    {
        CheckText("prompt", c.Prompt);
        if (!HasVisibleCharacter(c.Prompt) && !allowsIncomplete)
        {
            Add("prompt", "expected a sentence that says what to make, got nothing that can be seen; write it after the command: dfk train \"a hamburger\"");
        }

        CheckText("negative_prompt", c.NegativePrompt);
    }

    private void CheckTopLevel(RunConfiguration c)
    {
        Within("iters", c.Iters, 1, 1_000_000);
        Require("model", c.Model.Length > 0, "'toybox' or a folder", "nothing");
        Require("preset", PresetCatalogue.Names.Contains(c.Preset), "one of " + string.Join(", ", PresetCatalogue.Names), c.Preset);
        Within("guidance_scale", c.GuidanceScale, 0, 1000);
        CheckStart(c.ResumeFromCheckpoint);
        Within("update_extra_interval", c.UpdateExtraInterval, 1, 1_000_000);
        Share("latent_iter_ratio", c.LatentIterRatio);
        CheckLevels(c);
        Share("albedo_iter_ratio", c.AlbedoIterRatio);
        Within("albedo_iter_steps", c.AlbedoIterSteps, 0, 1_000_000);
        Share("min_ambient_ratio", c.MinAmbientRatio);
        Within("max_ambient_ratio", c.MaxAmbientRatio, c.MinAmbientRatio, 1);
        Share("shaded_ratio", c.ShadedRatio);
        Share("textureless_ratio", c.TexturelessRatio);
        Share("phong_ratio", c.PhongRatio);
        Within("checkpoint_interval", c.CheckpointInterval, 1, 1_000_000);
        Within("checkpoint_keep", c.CheckpointKeep, 1, 1_000_000);
        Within("checkpoint_milestones", c.CheckpointMilestones, 0, 1_000_000);
        Require(
            "checkpoint_milestones",
            c.CheckpointInterval < 1 || c.CheckpointMilestones % c.CheckpointInterval == 0,
            string.Create(CultureInfo.InvariantCulture, $"0 or a multiple of checkpoint_interval, {c.CheckpointInterval}"),
            c.CheckpointMilestones);
        Within("preview_interval", c.PreviewInterval, 0, 1_000_000);
        Require("ema_decay", c.EmaDecay is >= 0f and < 1f, "0 to below 1", c.EmaDecay);
        Within("ema_interval", c.EmaInterval, 1, 1_000_000);
        Require("device", DevicePattern().IsMatch(c.Device), "auto, cpu, cuda or cuda:N", c.Device);
        Within("threads", c.Threads, 0, 1024);
    }

    private void CheckLevels(RunConfiguration c)
    {
        bool scheduled = c.Nerf.Encoder.ProgressiveLevels.IsEverPositive;
        bool isGrid = c.Nerf.Encoder.EncoderType == EncoderType.Hashgrid;
        Require("progressive_level", !(c.ProgressiveLevel && scheduled), "false beside nerf.encoder_cfg.progressive_levels", c.ProgressiveLevel);
        Require("progressive_level", isGrid || !(c.ProgressiveLevel || scheduled), "an encoder with levels, nerf.encoder_cfg.encoder_type=hashgrid", c.Nerf.Encoder.EncoderType);
        Require("nerf.encoder_cfg.encoder_max_level", c.Nerf.Encoder.EncoderMaxLevel is null || !(c.ProgressiveLevel || scheduled),
            "null where the levels change during the run", c.Nerf.Encoder.EncoderMaxLevel ?? 1f);
    }

    private void CheckStart(string checkpoint)
    {
        CheckText("resume_from_checkpoint", checkpoint);
        if (_pickled.Contains(Path.GetExtension(checkpoint)))
        {
            Add("resume_from_checkpoint", $"expected a checkpoint or a run folder of this program, got '{checkpoint}': PyTorch's files are pickled, and reading those can run any code, so none is opened");
        }
    }

    /// <summary>Whether a text is more than spaces, marks of direction, joiners and characters that Unicode has not given yet.</summary>
    private static bool HasVisibleCharacter(string text)
    {
        return text.EnumerateRunes().Any(rune => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned));
    }

    private void CheckText(string name, string text)
    {
        Require(name, text.Length <= LongestPrompt, $"at most {LongestPrompt} characters", text.Length);
        if (text.Any(char.IsControl))
        {
            Add(name, "expected text without control characters (line breaks, tabs, escapes); take them out");
        }

        if (HasHalfCharacter(text))
        {
            Add(name, "expected whole characters, got half of one (a surrogate without its other half); take it out");
        }
    }

    private static bool HasHalfCharacter(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }

        return false;
    }

    private void CheckViewPrompts(RunConfiguration c)
    {
        for (int i = 0; i < c.ViewPrompts.Length; i++)
        {
            ViewPrompt row = c.ViewPrompts[i];
            string name = string.Create(CultureInfo.InvariantCulture, $"view_prompts[{i}]");
            Require(name + ".azimuth", row.Azimuth.Max > row.Azimuth.Min && row.Azimuth.Max - row.Azimuth.Min <= 360f,
                "two angles, the second larger by at most 360", Show(row.Azimuth));
            Range(name + ".elevation", row.Elevation, -90, 90);
            CheckText(name + ".suffix", row.Suffix);
        }

        // A camera without view words would train on the bare prompt, unnoticed.
        for (float elevation = -90f; elevation <= 90f; elevation += 5f)
        {
            for (float azimuth = -180f; azimuth < 180f; azimuth += 5f)
            {
                if (!c.ViewPrompts.Any(row => row.Matches(azimuth, elevation)))
                {
                    Add("view_prompts", string.Create(
                        CultureInfo.InvariantCulture,
                        $"no row for azimuth {azimuth}, elevation {elevation}; add one, with an empty suffix if no words are wanted"));
                    return;
                }
            }
        }
    }

    private void CheckGuidance(GuidanceConfiguration guidance)
    {
        Range("guidance.t_range", guidance.TimestepRange, 0, 1);
        Within("guidance.t_max_end", guidance.TimestepMaxEnd, guidance.TimestepRange.Min, guidance.TimestepRange.Max);
        Within("guidance.rescale", guidance.Rescale, 0, 1);
        Within("guidance.grad_clip", guidance.GradientClip, 0, float.MaxValue);
        Within("guidance.threads", guidance.Threads, 1, 64);
    }

    private void CheckOptim(OptimConfiguration optim)
    {
        Positive("optim.lr", optim.LearningRate, 1);
        Positive("optim.encoder_lr", optim.EncoderLearningRate, 1);
        Positive("optim.background_lr", optim.BackgroundLearningRate, 1);
        bool adan = optim.Name == OptimizerKind.Adan;
        bool usable = optim.Betas is { First: >= 0f and < 1f, Second: >= 0f and < 1f, Third: null or (>= 0f and < 1f) };
        Require("optim.betas", usable && adan == optim.Betas.Third.HasValue,
            adan ? "three numbers from 0 to below 1 for adan, as [0.98, 0.92, 0.99]" : $"numbers from 0 to below 1, two for {optim.Name.ToString().ToLowerInvariant()}",
            optim.Betas);
        Positive("optim.eps", optim.Eps, 1);
        Share("optim.weight_decay", optim.WeightDecay);
        Within("optim.max_grad_norm", optim.MaxGradientNorm, 0, float.MaxValue);
        Within("optim.grad_clip", optim.GradientClip, 0, float.MaxValue);
        Within("optim.warmup_steps", optim.WarmupSteps, 0, 1_000_000);
        Share("optim.warmup_factor", optim.WarmupFactor);
        Share("optim.decay_start", optim.DecayStart);
        Share("optim.final_factor", optim.FinalFactor);
        Require("optim.final_factor", optim.Schedule != RateSchedule.Exponential || optim.FinalFactor > 0f, "above 0 with schedule exponential", optim.FinalFactor);
        Within("optim.shampoo.exponent_override", optim.Shampoo.ExponentOverride, 0, 16);
        Within("optim.shampoo.block_size", optim.Shampoo.BlockSize, 1, 1024);
        Within("optim.shampoo.root_interval", optim.Shampoo.RootInterval, 1, 1_000_000);
        Within("optim.shampoo.plain_steps", optim.Shampoo.PlainSteps, 0, 1_000_000);
    }

    private void CheckWatchdog(WatchdogConfiguration watchdog)
    {
        Within("watchdog.max_recoveries", watchdog.MaxRecoveries, 0, 20);
        Within("watchdog.patience", watchdog.Patience, 4, 10_000);
        Within("watchdog.warmup_steps", watchdog.WarmupSteps, 0, 1_000_000);
        Share("watchdog.warmup_ratio", watchdog.WarmupRatio);
        Within("watchdog.snapshot_interval", watchdog.SnapshotInterval, 1, 1_000_000);
    }

    private void Share(string name, float value)
    {
        Within(name, value, 0, 1);
    }

    private void Positive(string name, float value, double max)
    {
        Require(name, value > 0f && value <= max, string.Create(CultureInfo.InvariantCulture, $"above 0, at most {max}"), value);
    }

    private void Within(string name, double value, double min, double max)
    {
        // Limits that are themselves options come as float; print them as the user wrote them.
        Require(name, value >= min && value <= max, string.Create(CultureInfo.InvariantCulture, $"{(float)min} to {(float)max}"), (float)value);
    }

    private void Scheduled(string name, ScheduledValue value, double min, double max)
    {
        Require(name, value.Values.All(x => x >= min && x <= max), string.Create(CultureInfo.InvariantCulture, $"{(float)min} to {(float)max} at every step"), value);
    }

    private void Range(string name, Interval interval, double min, double max)
    {
        bool ordered = interval.Min <= interval.Max && interval.Min >= min && interval.Max <= max;
        Require(name, ordered, string.Create(CultureInfo.InvariantCulture, $"two numbers from {min} to {max}, the smaller first"), Show(interval));
    }

    private void Colour(string name, Rgb colour)
    {
        bool inside = colour is { R: >= 0f and <= 1f, G: >= 0f and <= 1f, B: >= 0f and <= 1f };
        Require(name, inside, "three numbers from 0 to 1", string.Create(CultureInfo.InvariantCulture, $"[{colour.R}, {colour.G}, {colour.B}]"));
    }

    private void Require(string name, bool holds, string expected, object got)
    {
        if (!holds)
        {
            Add(name, string.Create(CultureInfo.InvariantCulture, $"expected {expected}, got {got}"));
        }
    }

    private void Add(string name, string problem)
    {
        string where = _origins is not null && _origins.TryGetValue(name, out ConfigurationOrigin origin) ? $"{origin}: " : "";
        _problems.Add((name, $"{where}{name}: {problem}"));
    }

    private static string Show(Interval interval)
    {
        return string.Create(CultureInfo.InvariantCulture, $"[{interval.Min}, {interval.Max}]");
    }

    [GeneratedRegex(@"^(auto|cpu|cuda(:\d{1,3})?)\z")]
    private static partial Regex DevicePattern();
}
