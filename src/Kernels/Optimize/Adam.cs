using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Optimize;

/// <summary>
/// Adam over a flat parameter arena. p parameter, g gradient, t step from 1, c clip factor, λ weight decay.
/// <code>
/// g ← c g (+ λ p without decoupling)   m ← β₁ m + (1 - β₁) g   v ← β₂ v + (1 - β₂) g²
/// p ← p (1 - lr λ) with decoupling     p ← p - lr / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε)       g ← 0
/// </code>
/// Source: Kingma and Ba 2015, algorithm 1; decoupled decay Loshchilov and Hutter 2019. It has no backward: it ends the step.
/// </summary>
public static class AdamKernels
{
    /// <summary>Ranges over which the gradient norm is summed; fixed, so that its bits do not depend on the number of threads.</summary>
    public const int ChunkCount = 256;

    /// <summary>Arguments of <see cref="Inspect"/>.</summary>
    public struct InspectArgs
    {
        /// <summary>g [parameters].</summary>
        public ArrayView<float> Gradients;

        /// <summary>Σ g² over the finite values of each range [ChunkCount]; overwritten.</summary>
        public ArrayView<double> SquaredNorms;

        /// <summary>Values that are not finite in each range [ChunkCount]; overwritten.</summary>
        public ArrayView<long> NonFiniteCounts;
    }

    /// <summary>Arguments of <see cref="Update"/>.</summary>
    public struct UpdateArgs
    {
        /// <summary>p of the group; updated.</summary>
        public ArrayView<float> Parameters;

        /// <summary>g of the group; the launcher zeroes it afterwards.</summary>
        public ArrayView<float> Gradients;

        /// <summary>m of the group; updated.</summary>
        public ArrayView<float> FirstMoments;

        /// <summary>v of the group; updated.</summary>
        public ArrayView<float> SecondMoments;

        /// <summary>β₁.</summary>
        public float Beta1;

        /// <summary>β₂.</summary>
        public float Beta2;

        /// <summary>ε.</summary>
        public float Epsilon;

        /// <summary>lr / (1 - β₁ᵗ).</summary>
        public float StepSize;

        /// <summary>1 / √(1 - β₂ᵗ).</summary>
        public float SecondMomentCorrection;

        /// <summary>c.</summary>
        public float ClipFactor;

        /// <summary>λ added to the gradient; 0 with decoupling.</summary>
        public float GradientDecay;

        /// <summary>1 - lr λ with decoupling, else 1.</summary>
        public float ParameterFactor;
    }

    /// <summary>Norm and finiteness of one range. One work item per range.</summary>
    /// <param name="chunk">Range, 0 to ChunkCount - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Inspect(Index1D chunk, InspectArgs a)
    {
        long first = a.Gradients.Length * chunk.X / ChunkCount;
        long last = a.Gradients.Length * (chunk.X + 1) / ChunkCount;
        // In double: a float sum of millions of squares loses the small ones and overflows on a gradient of 1e19.
        double sum = 0d;
        long nonFinite = 0;
        for (long i = first; i < last; i++)
        {
            float g = a.Gradients[i];
            // The difference of an infinity or a NaN with itself is NaN, so this is false exactly for those.
            if (g - g == 0f)
            {
                sum += (double)g * g;
            }
            else
            {
                nonFinite++;
            }
        }

        a.SquaredNorms[chunk] = sum;
        a.NonFiniteCounts[chunk] = nonFinite;
    }

    /// <summary>One step of one parameter. One work item per parameter of the group.</summary>
    /// <param name="index">Parameter within the group.</param>
    /// <param name="a">Arguments.</param>
    public static void Update(Index1D index, UpdateArgs a)
    {
        float p = a.Parameters[index];
        float g = a.ClipFactor * a.Gradients[index] + a.GradientDecay * p;
        float m = a.Beta1 * a.FirstMoments[index] + (1f - a.Beta1) * g;
        float v = a.Beta2 * a.SecondMoments[index] + (1f - a.Beta2) * g * g;
        float denominator = MathF.Sqrt(v) * a.SecondMomentCorrection + a.Epsilon;
        a.FirstMoments[index] = m;
        a.SecondMoments[index] = v;
        a.Parameters[index] = p * a.ParameterFactor - a.StepSize * m / denominator;
    }
}

/// <summary>Launcher of the Adam kernels; the caller owns parameters, gradients and moments.</summary>
public sealed class Adam : IKernelFamily<Adam>, IDisposable
{
    private readonly Action<Index1D, AdamKernels.InspectArgs> _inspect;
    private readonly Action<Index1D, AdamKernels.UpdateArgs> _update;
    private readonly MemoryBuffer1D<double, Stride1D.Dense> _squaredNorms;
    private readonly MemoryBuffer1D<long, Stride1D.Dense> _nonFiniteCounts;
    private readonly double[] _hostSquaredNorms = new double[AdamKernels.ChunkCount];
    private readonly long[] _hostNonFiniteCounts = new long[AdamKernels.ChunkCount];

    private Adam(Accelerator accelerator)
    {
        _inspect = accelerator.LoadAutoGroupedStreamKernel<Index1D, AdamKernels.InspectArgs>(AdamKernels.Inspect);
        _update = accelerator.LoadAutoGroupedStreamKernel<Index1D, AdamKernels.UpdateArgs>(AdamKernels.Update);
        _squaredNorms = accelerator.Allocate1D<double>(AdamKernels.ChunkCount);
        _nonFiniteCounts = accelerator.Allocate1D<long>(AdamKernels.ChunkCount);
    }

    /// <inheritdoc/>
    public static Adam Load(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return new(accelerator);
    }

    /// <summary>
    /// One step over all groups. If any gradient is not finite, nothing is updated and the report says so. The gradient is zero
    /// afterwards in every case.
    /// </summary>
    /// <param name="options">Settings common to all groups.</param>
    /// <param name="groups">Ranges of the arena that do not overlap; parameters outside all of them stay as they are.</param>
    /// <param name="step">t, from 1.</param>
    /// <param name="parameters">Parameter arena.</param>
    /// <param name="gradients">Gradient arena of the same length; zeroed.</param>
    /// <param name="firstMoments">m, zero before step 1.</param>
    /// <param name="secondMoments">v, zero before step 1.</param>
    public OptimizerReport Step(
        AdamOptions options, ReadOnlySpan<AdamGroup> groups, int step, ArrayView<float> parameters,
        ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        if (gradients.Length != parameters.Length || firstMoments.Length != parameters.Length || secondMoments.Length != parameters.Length)
        {
            throw new ArgumentException($"Adam: expected {parameters.Length} gradients and moments, got {gradients.Length}, {firstMoments.Length} and {secondMoments.Length}; allocate them like the parameters.");
        }

        foreach (AdamGroup group in groups)
        {
            if (group.Start < 0 || group.Length < 0 || group.Start + group.Length > parameters.Length || !(group.LearningRate >= 0d) || !(group.WeightDecay >= 0d))
            {
                throw new ArgumentException($"Adam: {group} is no range of {parameters.Length} parameters with a learning rate and weight decay of at least 0; check the parameter groups.", nameof(groups));
            }
        }

        (long nonFinite, double norm) = InspectGradients(gradients);
        if (nonFinite != 0)
        {
            gradients.MemSetToZero();
            return new OptimizerReport(Applied: false, nonFinite, norm, ClipFactor: 1d);
        }

        double clip = norm > options.MaxGradientNorm ? options.MaxGradientNorm / norm : 1d;
        foreach (AdamGroup group in groups)
        {
            Launch(options, group, step, clip, parameters, gradients, firstMoments, secondMoments);
        }

        gradients.MemSetToZero();
        return new OptimizerReport(Applied: true, NonFiniteCount: 0, norm, clip);
    }

    /// <summary>Frees the scratch buffers.</summary>
    public void Dispose()
    {
        _squaredNorms.Dispose();
        _nonFiniteCounts.Dispose();
    }

    private (long NonFinite, double Norm) InspectGradients(ArrayView<float> gradients)
    {
        _inspect(AdamKernels.ChunkCount, new AdamKernels.InspectArgs
        {
            Gradients = gradients,
            SquaredNorms = _squaredNorms.View,
            NonFiniteCounts = _nonFiniteCounts.View,
        });
        _squaredNorms.CopyToCPU(_hostSquaredNorms);
        _nonFiniteCounts.CopyToCPU(_hostNonFiniteCounts);
        long nonFinite = 0;
        double sum = 0d;
        for (int chunk = 0; chunk < AdamKernels.ChunkCount; chunk++)
        {
            nonFinite += _hostNonFiniteCounts[chunk];
            sum += _hostSquaredNorms[chunk];
        }

        return (nonFinite, Math.Sqrt(sum));
    }

    private void Launch(
        AdamOptions options, AdamGroup group, int step, double clip, ArrayView<float> parameters,
        ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments)
    {
        // One launch takes an int extent; an arena may be longer.
        for (long done = 0; done < group.Length; done += int.MaxValue)
        {
            long start = group.Start + done;
            int count = (int)Math.Min(int.MaxValue, group.Length - done);
            _update(count, new AdamKernels.UpdateArgs
            {
                Parameters = parameters.SubView(start, count),
                Gradients = gradients.SubView(start, count),
                FirstMoments = firstMoments.SubView(start, count),
                SecondMoments = secondMoments.SubView(start, count),
                Beta1 = (float)options.Beta1,
                Beta2 = (float)options.Beta2,
                Epsilon = (float)options.Epsilon,
                StepSize = (float)(group.LearningRate / (1d - Math.Pow(options.Beta1, step))),
                SecondMomentCorrection = (float)(1d / Math.Sqrt(1d - Math.Pow(options.Beta2, step))),
                ClipFactor = (float)clip,
                GradientDecay = options.DecoupledWeightDecay ? 0f : (float)group.WeightDecay,
                ParameterFactor = options.DecoupledWeightDecay ? (float)(1d - group.LearningRate * group.WeightDecay) : 1f,
            });
        }
    }
}
