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
    /// <summary>Arguments of <see cref="Update"/>.</summary>
    public struct UpdateArgs
    {
        /// <summary>p of the group; updated.</summary>
        public ArrayView<float> Parameters;

        /// <summary>g of the group; zeroed, for the next step.</summary>
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
        a.Gradients[index] = 0f;
        a.Parameters[index] = p * a.ParameterFactor - a.StepSize * m / denominator;
    }
}

/// <summary>Launcher of the Adam kernels; the caller owns parameters, gradients and moments.</summary>
public sealed class Adam : IKernelFamily<Adam>, IDisposable
{
    private readonly HostThreads? _host;
    private readonly GradientInspection _inspection;
    private readonly Action<Index1D, AdamKernels.UpdateArgs> _update;
    private AdamOptions? _checked;

    private Adam(Accelerator accelerator, HostThreads? host)
    {
        _host = host;
        _inspection = GradientInspection.Load(accelerator, host);
        _update = accelerator.LoadAutoGroupedStreamKernel<Index1D, AdamKernels.UpdateArgs>(AdamKernels.Update);
    }

    /// <inheritdoc/>
    public static Adam Load(Accelerator accelerator) => Load(accelerator, null);

    /// <inheritdoc/>
    public static Adam Load(Accelerator accelerator, HostThreads? host)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return new(accelerator, host);
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
        AdamOptions options, ReadOnlySpan<OptimizerGroup> groups, int step, ArrayView<float> parameters,
        ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments)
    {
        CheckOptions(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        if (gradients.Length != parameters.Length || firstMoments.Length != parameters.Length || secondMoments.Length != parameters.Length)
        {
            throw new ArgumentException($"Adam: expected {parameters.Length} gradients and moments, got {gradients.Length}, {firstMoments.Length} and {secondMoments.Length}; allocate them like the parameters.");
        }

        OptimizerGroup.RequireValid("Adam", groups, parameters.Length);
        OptimizerReport report = _inspection.Inspect(gradients, options.MaxGradientNorm);
        if (report.Applied)
        {
            foreach (OptimizerGroup group in groups)
            {
                Launch(options, group, step, report.ClipFactor, parameters, gradients, firstMoments, secondMoments);
            }

            OptimizerGroup.ZeroOutside(groups, gradients);
        }
        else
        {
            gradients.MemSetToZero();
        }

        return report;
    }

    /// <summary>Frees the scratch buffers.</summary>
    public void Dispose() => _inspection.Dispose();

    private void CheckOptions(AdamOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Options are immutable: once checked, always good, and a step allocates nothing.
        if (!ReferenceEquals(options, _checked))
        {
            if (options.Validate() is { Count: > 0 } problems)
            {
                throw new ArgumentException(string.Join(' ', problems), nameof(options));
            }

            _checked = options;
        }
    }

    private void Launch(
        AdamOptions options, OptimizerGroup group, int step, double clip, ArrayView<float> parameters,
        ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments)
    {
        // One launch takes an int extent; an arena may be longer.
        for (long done = 0; done < group.Length; done += int.MaxValue)
        {
            long start = group.Start + done;
            int count = (int)Math.Min(int.MaxValue, group.Length - done);
            var args = new AdamKernels.UpdateArgs
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
            };
            if (_host is not null)
            {
                AdamHost.Update(_host, args);
            }
            else
            {
                _update(count, args);
            }
        }
    }
}
