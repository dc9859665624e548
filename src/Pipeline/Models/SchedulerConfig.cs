using System.Globalization;

namespace DreamFusion.Pipeline.Models;

/// <summary>What the network predicts; each form is converted to the predicted noise ε̂ before guidance.</summary>
public enum PredictionType
{
    /// <summary>The noise: ε̂ = o.</summary>
    Epsilon,

    /// <summary>Velocity: ε̂ = √ᾱ·o + √(1-ᾱ)·z_t.</summary>
    Velocity,

    /// <summary>The clean latent: ε̂ = (z_t - √ᾱ·o) / √(1-ᾱ).</summary>
    Sample,
}

/// <summary>How β runs from its start to its end over the training steps.</summary>
public enum BetaSchedule
{
    /// <summary>β_t linear in t.</summary>
    Linear,

    /// <summary>√β_t linear in t (Stable Diffusion).</summary>
    ScaledLinear,

    /// <summary>ᾱ a squared cosine of t, β at most 0.999 (Nichol and Dhariwal 2021, eq. 17; DeepFloyd IF); the ends of β do not matter.</summary>
    SquaredCosine,
}

/// <summary>The noise process of a model folder, from <c>scheduler/scheduler_config.json</c>.</summary>
/// <param name="Schedule">Form of β.</param>
/// <param name="BetaStart">β at t = 0, in (0, 1).</param>
/// <param name="BetaEnd">β at the last step, in [BetaStart, 1).</param>
/// <param name="TrainTimesteps">Number of steps, typically 1000.</param>
/// <param name="Prediction">What the network predicts.</param>
public sealed record SchedulerConfig(BetaSchedule Schedule, double BetaStart, double BetaEnd, int TrainTimesteps, PredictionType Prediction)
{
    private const int MostTimesteps = 1_000_000;

    /// <summary>Name of the sampler the file is for, such as PNDMScheduler; null if it names none. The noise process does not depend on it.</summary>
    public string? ClassName { get; init; }

    /// <summary>Whether the file says what the network predicts; if not, it predicts the noise, as in diffusers.</summary>
    public bool NamesPrediction { get; init; } = true;

    /// <summary>Reads and checks a scheduler's configuration.</summary>
    /// <param name="path">The scheduler_config.json.</param>
    /// <returns>The noise process.</returns>
    /// <exception cref="InvalidModelException">Missing, damaged, out of range, or a schedule that is not supported.</exception>
    public static SchedulerConfig Load(string path)
    {
        JsonConfig json = JsonConfig.Load(path);
        if (json.Has("trained_betas"))
        {
            throw new InvalidModelException($"{path}: 'trained_betas' is set; supported are beta_schedule linear, scaled_linear and squaredcos_cap_v2 without it. Use a model with one of these.");
        }

        if (json.Flag("rescale_betas_zero_snr"))
        {
            throw new InvalidModelException($"{path}: 'rescale_betas_zero_snr' is true; supported are schedules without it. Use a model trained without it.");
        }

        BetaSchedule schedule = json.Text("beta_schedule", "linear") switch
        {
            "linear" => BetaSchedule.Linear,
            "scaled_linear" => BetaSchedule.ScaledLinear,
            "squaredcos_cap_v2" => BetaSchedule.SquaredCosine,
            string other => throw new InvalidModelException($"{path}: beta_schedule is '{other}', supported are linear, scaled_linear and squaredcos_cap_v2. Use a model trained with one of these."),
        };
        PredictionType prediction = json.Text("prediction_type", "epsilon") switch
        {
            "epsilon" => PredictionType.Epsilon,
            "v_prediction" => PredictionType.Velocity,
            "sample" => PredictionType.Sample,
            string other => throw new InvalidModelException($"{path}: prediction_type is '{other}', expected epsilon, v_prediction or sample. Correct it there."),
        };
        SchedulerConfig config = new(
            schedule, json.Number("beta_start", 0.0001), json.Number("beta_end", 0.02), json.Integer("num_train_timesteps", 1000), prediction)
        {
            ClassName = json.Has("_class_name") ? json.Text("_class_name") : null,
            NamesPrediction = json.Has("prediction_type"),
        };
        if (!(config.BetaStart > 0 && config.BetaEnd >= config.BetaStart && config.BetaEnd < 1) || config.TrainTimesteps is < 2 or > MostTimesteps)
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: beta {config.BetaStart} to {config.BetaEnd} in {config.TrainTimesteps} steps; expected 0 < beta_start <= beta_end < 1 and 2 to {MostTimesteps} steps. Correct it there."));
        }

        return config;
    }
}
