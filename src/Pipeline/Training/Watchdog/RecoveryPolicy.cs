using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Training.Watchdog;

/// <summary>
/// What is done about a symptom. The first rollback goes to the newest snapshot from before it showed; the next one to the start, unless a
/// newer snapshot has been taken since. From there on the run has what the table says, once for every rollback for that symptom; none of it
/// changes what a trained field means, so that its configuration still describes it.
/// <code>
/// nan        learning rates × 0.1, another seed
/// empty      λ_opacity and λ_entropy × 0.25, learning rates × 0.5, another seed
/// over-full  λ_opacity × 8 (at least 0.01), learning rates × 0.5, another seed
/// fog        λ_opacity × 4 (at least 0.005), λ_entropy × 2, another seed
/// frozen     learning rates × 10 (at least 0.001), another seed
/// </code>
/// </summary>
public static class RecoveryPolicy
{
    private const float MostRate = 1f;
    private const float MostWeight = 1000f;

    /// <summary>The snapshot that a run goes back to.</summary>
    /// <param name="alarm">What is wrong.</param>
    /// <param name="recoveries">The rollbacks so far.</param>
    /// <param name="snapshotInterval">Steps between two snapshots.</param>
    /// <returns>Steps done by it; 0 for the start.</returns>
    public static int BackTo(Alarm alarm, ImmutableArray<Recovery> recoveries, int snapshotInterval)
    {
        ArgumentNullException.ThrowIfNull(alarm);
        int newest = Math.Max(0, alarm.LastGoodStep) / snapshotInterval * snapshotInterval;
        return recoveries.IsEmpty || newest > recoveries[^1].BackTo ? newest : 0;
    }

    /// <summary>The seed after a number of rollbacks.</summary>
    /// <param name="seed">Seed of the configuration.</param>
    /// <param name="recoveries">Rollbacks, 0 for none.</param>
    public static uint Seed(uint seed, int recoveries) => unchecked(seed + (0x9E3779B9u * (uint)recoveries));

    /// <summary>The configuration with which a run goes on.</summary>
    /// <param name="configuration">The run's own.</param>
    /// <param name="symptoms">Why it was rolled back, the first time first.</param>
    public static RunConfiguration Apply(RunConfiguration configuration, IEnumerable<Symptom> symptoms)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(symptoms);
        RunConfiguration changed = configuration;
        int count = 0;
        foreach (Symptom symptom in symptoms)
        {
            changed = Apply(changed, symptom) with { Seed = Seed(configuration.Seed, ++count) };
        }
        return changed;
    }

    /// <summary>In words what two configurations differ in, as far as a rollback changes it.</summary>
    public static string Describe(RunConfiguration before, RunConfiguration after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        List<string> changes = [string.Create(CultureInfo.InvariantCulture, $"seed {after.Seed}")];
        void Add(string name, string from, string to)
        {
            if (from != to)
            {
                changes.Add($"{name} {from} -> {to}");
            }
        }
        void Rate(string name, Func<OptimConfiguration, float> rate) => Add(name, Show(rate(before.Optim)), Show(rate(after.Optim)));
        Rate("optim.lr", optim => optim.LearningRate);
        Rate("optim.encoder_lr", optim => optim.EncoderLearningRate);
        Rate("optim.background_lr", optim => optim.BackgroundLearningRate);
        Add("loss.lambda_opacity", before.Loss.Opacity.ToString(), after.Loss.Opacity.ToString());
        Add("loss.lambda_entropy", before.Loss.Entropy.ToString(), after.Loss.Entropy.ToString());
        return string.Join(", ", changes);
    }

    private static RunConfiguration Apply(RunConfiguration c, Symptom symptom) => symptom switch
    {
        Symptom.NotFinite => Rates(c, 0.1f),
        Symptom.Empty => Rates(c with { Loss = c.Loss with { Opacity = Scale(c.Loss.Opacity, 0.25f), Entropy = Scale(c.Loss.Entropy, 0.25f) } }, 0.5f),
        Symptom.OverFull => Rates(c with { Loss = c.Loss with { Opacity = Scale(c.Loss.Opacity, 8f, 0.01f) } }, 0.5f),
        Symptom.Fog => c with { Loss = c.Loss with { Opacity = Scale(c.Loss.Opacity, 4f, 0.005f), Entropy = Scale(c.Loss.Entropy, 2f) } },
        Symptom.Frozen => Rates(c, 10f, 1e-3f),
        _ => throw new ArgumentOutOfRangeException(nameof(symptom), symptom, "Unknown symptom."),
    };

    private static RunConfiguration Rates(RunConfiguration c, float factor, float least = 0f)
    {
        float Changed(float rate) => Math.Min(MostRate, Math.Max(least, rate * factor));
        return c with
        {
            Optim = c.Optim with
            {
                LearningRate = Changed(c.Optim.LearningRate),
                EncoderLearningRate = Changed(c.Optim.EncoderLearningRate),
                BackgroundLearningRate = Changed(c.Optim.BackgroundLearningRate),
            },
        };
    }

    private static ScheduledValue Scale(ScheduledValue value, float factor, float least = 0f)
    {
        float Changed(float weight) => Math.Min(MostWeight, Math.Max(least, weight * factor));
        return value.IsConstant
            ? new ScheduledValue(Changed(value.At(0)))
            : new ScheduledValue([.. value.Points.Select(point => point with { Value = Changed(point.Value) })]);
    }

    private static string Show(float value) => value.ToString(CultureInfo.InvariantCulture);
}
