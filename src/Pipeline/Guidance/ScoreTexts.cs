using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>What the UNet is asked in one step.</summary>
/// <param name="Timestep">Timestep t.</param>
/// <param name="Texts">The positive text, the unconditional one, the negative of noise-free distillation if it takes part, Perp-Neg's negatives.</param>
/// <param name="HasNegative">Whether noise-free distillation's negative takes part.</param>
/// <param name="NegativeWeights">Weights of Perp-Neg's negatives.</param>
internal sealed record ScoreTexts(int Timestep, IReadOnlyList<TextEmbedding> Texts, bool HasNegative, IReadOnlyList<double> NegativeWeights)
{
    /// <summary>The questions of a step.</summary>
    /// <param name="options">Method and timesteps.</param>
    /// <param name="schedule">The model's noise process.</param>
    /// <param name="texts">The texts of the step.</param>
    /// <param name="step">What the timestep is drawn from.</param>
    public static ScoreTexts Of(GuidanceOptions options, NoiseSchedule schedule, GuidanceTexts texts, SdsStep step)
    {
        int timestep = options.Timesteps.Draw(step.Progress, schedule.TimestepCount, CounterRandom.Uniform(step.Key(RandomPurpose.Timestep), 0, 0));
        bool hasNegative = options.Method == DistillationMethod.NoiseFree && 5 * timestep >= schedule.TimestepCount;
        List<(TextEmbedding Text, double Weight)> negatives = [.. texts.ViewNegatives.Where(negative => Math.Abs(negative.Weight) > PerpNeg.SmallestWeight)];
        List<TextEmbedding> evaluated = [texts.Positive, texts.Unconditional];
        if (hasNegative)
        {
            evaluated.Add(texts.NoiseFreeNegative
                ?? throw new ArgumentException("Noise-free distillation needs the negative prompt's text states; encode guidance.nfsd_negative.", nameof(texts)));
        }

        evaluated.AddRange(negatives.Select(negative => negative.Text));
        return new ScoreTexts(timestep, evaluated, hasNegative, [.. negatives.Select(negative => negative.Weight)]);
    }
}
