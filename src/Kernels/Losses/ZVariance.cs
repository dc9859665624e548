using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Losses;

/// <summary>
/// Variance of the depth along each ray, which thins surfaces:
/// <code>
/// A = Σ w_i      z = Σ w_i t_i / A      V = Σ w_i (t_i - z)² / A      L = mean of V over the K rays with A &gt; ½
/// dL/dw_i = ((t_i - z)² - V) / (A K)
/// </code>
/// Which rays count is not differentiated, nor is t: the march is fixed within a step. Without such a ray L is 0. Source: HiFA
/// (Zhu et al. 2023), z-variance, with normalised weights.
/// </summary>
public static class ZVarianceKernels
{
    /// <summary>Rays of at most this opacity are left out: they hold no surface whose depth could vary.</summary>
    public const float OpacityThreshold = 0.5f;

    /// <summary>What a ray contributes.</summary>
    public struct Moments
    {
        /// <summary>Opacity A, in [0, 1]; 0 for a ray that is left out.</summary>
        public float Opacity;

        /// <summary>Mean depth z, world units.</summary>
        public float Mean;

        /// <summary>Variance V, square world units, ≥ 0.</summary>
        public float Variance;
    }

    /// <summary>Device arguments. M samples, R rays.</summary>
    public struct Args
    {
        /// <summary>Samples of each ray [R].</summary>
        public ArrayView<SampleRange> Ranges;

        /// <summary>Weights w [M], in [0, 1].</summary>
        public ArrayView<float> Weights;

        /// <summary>Distances t [M], world units.</summary>
        public ArrayView<float> Distances;

        /// <summary>Factor on the gradient.</summary>
        public float Weight;

        /// <summary>Moments of each ray [R]; overwritten by Forward.</summary>
        public ArrayView<Moments> Rays;

        /// <summary>Sums of V over fixed ranges of rays [⌈R/512⌉]; overwritten by Forward.</summary>
        public ArrayView<float> Sums;

        /// <summary>Rays that count, in fixed ranges of rays [⌈R/512⌉]; overwritten by Forward.</summary>
        public ArrayView<int> Counts;

        /// <summary>K [1]; overwritten by Total.</summary>
        public ArrayView<int> Count;

        /// <summary>The loss [1]; overwritten by Total.</summary>
        public ArrayView<float> Value;

        /// <summary>Weight · dL/dw [M]; accumulated into (<c>+=</c>) by Backward.</summary>
        public ArrayView<float> DLdWeights;
    }

    /// <summary>Moments of one fixed range of rays.</summary>
    /// <param name="range">Range of 512 rays.</param>
    /// <param name="a">Arguments.</param>
    public static void Forward(Index1D range, Args a)
    {
        int end = LossSumKernels.EndOfRange(range, a.Ranges.IntLength);
        float sum = 0f;
        int count = 0;
        for (int ray = range * LossSumKernels.TermsPerSum; ray < end; ray++)
        {
            Moments moments = MomentsOf(a.Ranges[ray], a.Weights, a.Distances);
            // Written so that a ray with a NaN weight counts: the loss must show it.
            if (!(moments.Opacity <= OpacityThreshold))
            {
                sum += moments.Variance;
                count++;
            }
            else
            {
                moments = default;
            }

            a.Rays[ray] = moments;
        }

        a.Sums[range] = sum;
        a.Counts[range] = count;
    }

    /// <summary>One work item: the mean over the rays that count.</summary>
    /// <param name="one">0.</param>
    /// <param name="a">Arguments.</param>
    public static void Total(Index1D one, Args a)
    {
        float sum = 0f;
        int count = 0;
        for (int range = 0; range < a.Sums.IntLength; range++)
        {
            sum += a.Sums[range];
            count += a.Counts[range];
        }

        a.Count[one] = count;
        a.Value[one] = count > 0 ? sum / count : 0f;
    }

    /// <summary>Gradient to the weights of one ray.</summary>
    /// <param name="ray">Ray, 0 to R - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Backward(Index1D ray, Args a)
    {
        Moments moments = a.Rays[ray];
        if (!(moments.Opacity <= OpacityThreshold))
        {
            SampleRange samples = a.Ranges[ray];
            float scale = a.Weight / (moments.Opacity * a.Count[0]);
            for (int i = samples.Offset; i < samples.Offset + samples.Count; i++)
            {
                float deviation = a.Distances[i] - moments.Mean;
                a.DLdWeights[i] += scale * (deviation * deviation - moments.Variance);
            }
        }
    }

    private static Moments MomentsOf(SampleRange samples, ArrayView<float> weights, ArrayView<float> distances)
    {
        Moments moments = default;
        int end = samples.Offset + samples.Count;
        for (int i = samples.Offset; i < end; i++)
        {
            moments.Opacity += weights[i];
            moments.Mean += weights[i] * distances[i];
        }

        if (!(moments.Opacity <= OpacityThreshold))
        {
            moments.Mean /= moments.Opacity;
            // A second pass over the samples: the difference of two moments would lose a thin surface's variance in rounding.
            for (int i = samples.Offset; i < end; i++)
            {
                float deviation = distances[i] - moments.Mean;
                moments.Variance += weights[i] * deviation * deviation;
            }

            moments.Variance /= moments.Opacity;
        }

        return moments;
    }
}

/// <summary>Device memory that a <see cref="ZVariance"/> evaluation works in; contents are overwritten.</summary>
/// <param name="Rays">One per ray [R].</param>
/// <param name="Sums"><see cref="LossSumKernels.ScratchLength"/> of R.</param>
/// <param name="Counts"><see cref="LossSumKernels.ScratchLength"/> of R.</param>
/// <param name="Count">One.</param>
public readonly record struct ZVarianceScratch(ArrayView<ZVarianceKernels.Moments> Rays, ArrayView<float> Sums, ArrayView<int> Counts, ArrayView<int> Count);

/// <summary>Launcher of <see cref="ZVarianceKernels"/>.</summary>
public sealed class ZVariance : IKernelFamily<ZVariance>
{
    private readonly Action<Index1D, ZVarianceKernels.Args> _forward;
    private readonly Action<Index1D, ZVarianceKernels.Args> _total;
    private readonly Action<Index1D, ZVarianceKernels.Args> _backward;

    private ZVariance(Accelerator accelerator)
    {
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, ZVarianceKernels.Args>(ZVarianceKernels.Forward);
        _total = accelerator.LoadAutoGroupedStreamKernel<Index1D, ZVarianceKernels.Args>(ZVarianceKernels.Total);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, ZVarianceKernels.Args>(ZVarianceKernels.Backward);
    }

    /// <inheritdoc/>
    public static ZVariance Load(Accelerator accelerator) => new(accelerator);

    /// <summary>The unweighted loss, and its weighted gradient.</summary>
    /// <param name="ranges">Samples of each ray [R].</param>
    /// <param name="weights">Weights w [M], in [0, 1].</param>
    /// <param name="distances">Distances t [M], world units.</param>
    /// <param name="weight">Factor on the gradient (not on the value).</param>
    /// <param name="dLdWeights">Gradient [M], accumulated into (<c>+=</c>); empty to skip it.</param>
    /// <param name="scratch">Scratch for R rays.</param>
    /// <param name="value">The loss [1]; overwritten. 0 if no ray is opaque enough.</param>
    public void Evaluate(
        ArrayView<SampleRange> ranges, ArrayView<float> weights, ArrayView<float> distances, float weight, ArrayView<float> dLdWeights,
        ZVarianceScratch scratch, ArrayView<float> value)
    {
        LossSumKernels.CheckBuffers("Z-variance", ranges.Length, scratch.Sums.Length, value.Length, 0);
        if (scratch.Counts.Length != scratch.Sums.Length || scratch.Rays.Length != ranges.Length || scratch.Count.Length != 1)
        {
            throw new ArgumentException($"Z-variance: {ranges.Length} rays need a scratch of {ranges.Length} moments, {scratch.Sums.Length} counts and 1 total, got {scratch.Rays.Length}, {scratch.Counts.Length} and {scratch.Count.Length}.");
        }

        if (distances.Length != weights.Length || (dLdWeights.Length != 0 && dLdWeights.Length != weights.Length))
        {
            throw new ArgumentException($"Z-variance: {weights.Length} weights need as many distances and gradients (or no gradients), got {distances.Length} and {dLdWeights.Length}.");
        }

        if (ranges.Length == 0)
        {
            value.MemSetToZero();
            return;
        }

        var args = new ZVarianceKernels.Args
        {
            Ranges = ranges,
            Weights = weights,
            Distances = distances,
            Weight = weight,
            Rays = scratch.Rays,
            Sums = scratch.Sums,
            Counts = scratch.Counts,
            Count = scratch.Count,
            Value = value,
            DLdWeights = dLdWeights,
        };
        _forward(scratch.Sums.IntLength, args);
        _total(1, args);
        if (dLdWeights.Length > 0)
        {
            _backward(ranges.IntLength, args);
        }
    }
}
