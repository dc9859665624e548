using System;
using System.Globalization;

namespace DreamFusion.Pipeline.Training.Watchdog;

/// <summary>What the user is told when a run cannot be saved.</summary>
public static class DivergenceAdvice
{
    /// <summary>The error that ends a run with <see cref="ExitCode.Diverged"/>.</summary>
    /// <param name="alarm">What is wrong.</param>
    /// <param name="recoveries">Rollbacks that did not help.</param>
    /// <param name="because">Why there is no further one.</param>
    public static DfkException Error(Alarm alarm, int recoveries, string because)
    {
        ArgumentNullException.ThrowIfNull(alarm);
        return new DfkException(ExitCode.Diverged, string.Create(
            CultureInfo.InvariantCulture,
            $"Training diverged ({alarm.Symptom.Name()}): after {alarm.Step} steps {alarm.Symptom.Sentence()}: {alarm.Evidence.TrimEnd('.')}. {Count(recoveries)}; {because}. {For(alarm.Symptom)} {(recoveries == 0 ? "Checkpoints from before are intact." : "What was tried stands in run.json under recoveries; the last checkpoint is intact.")}"));
    }

    /// <summary>What to try against a symptom.</summary>
    public static string For(Symptom symptom) => symptom switch
    {
        Symptom.NotFinite => "Lower optim.lr, optim.encoder_lr or guidance_scale, set optim.max_grad_norm=1, and check the model folder with 'dfk models inspect'; fp16 graphs overflow where fp32 ones do not.",
        Symptom.Empty => "Raise nerf.blob_density or nerf.density_bias, lower loss.lambda_opacity and loss.lambda_entropy, or lower optim.lr; another --seed may do.",
        Symptom.OverFull => "Lower nerf.density_bias or nerf.density_scale, raise loss.lambda_opacity, and lower optim.lr; another --seed may do. An object that is meant to fill the region needs a higher renderer.sample_budget.",
        Symptom.Fog => "Raise loss.lambda_opacity and loss.lambda_entropy, lower nerf.density_bias, or raise guidance_scale; more --iters give the fog time to clear.",
        Symptom.Frozen => "Raise optim.lr and optim.encoder_lr (and check optim.schedule), or guidance_scale and loss.lambda_sds; a guidance that says nothing comes from a model folder that does not fit the prompt.",
        _ => throw new ArgumentOutOfRangeException(nameof(symptom), symptom, "Unknown symptom."),
    };

    private static string Count(int recoveries) => recoveries switch
    {
        0 => "It was not rolled back",
        1 => "One rollback did not help",
        _ => string.Create(CultureInfo.InvariantCulture, $"{recoveries} rollbacks did not help"),
    };
}
