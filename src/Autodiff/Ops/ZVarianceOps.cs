using System;
using DreamFusion.Kernels.Losses;
using DreamFusion.Kernels.March;

namespace DreamFusion.Autodiff.Ops;

/// <summary>
/// Depth variance on the tape; formula in <see cref="ZVarianceKernels"/>. Like the other regularisers it accumulates its weighted
/// gradient into its input at once, and returns the unweighted value [1, 1] to be logged.
/// </summary>
public static class ZVarianceOps
{
    /// <summary>Mean variance of the depth over the rays of more than half opacity. Gradients flow to the weights.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="samples">M samples.</param>
    /// <param name="weights">Sample weights w [M, 1], in [0, 1].</param>
    /// <param name="weight">Factor on the gradient.</param>
    public static Variable ZVarianceLoss(this Tape tape, in PackedSamples samples, Variable weights, float weight)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(weights);
        Variable value = tape.Allocate(1, 1, requiresGradient: false);
        int rangeCount = LossSumKernels.ScratchLength(samples.RayCount);
        var scratch = new ZVarianceScratch(
            tape.Scratch<ZVarianceKernels.Moments>(samples.RayCount), tape.Scratch<float>(rangeCount), tape.Scratch<int>(rangeCount), tape.Scratch<int>(1));
        tape.Device.Kernels<ZVariance>().Evaluate(
            samples.Ranges, weights.Value, samples.Distances, weight,
            // A loss of weight 0 is only logged; it must not cost a gradient buffer.
            weights.RequiresGradient && weight != 0f ? weights.Gradient : default, scratch, value.Value);
        return value;
    }
}
