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

    /// <summary>One step of four parameters, for GPUs: 16 bytes an access, the bits of <see cref="Update"/>. One work item per four parameters, the last one takes the rest.</summary>
    /// <param name="quad">Four parameters within the group, whose views start at multiples of 16 bytes.</param>
    /// <param name="a">Arguments.</param>
    public static void UpdateFour(Index1D quad, UpdateArgs a)
    {
        int first = 4 * quad.X;
        if (first + 4 > a.Parameters.IntLength)
        {
            for (int i = first; i < a.Parameters.IntLength; i++)
            {
                Update(i, a);
            }

            return;
        }

        Float4 p = DeviceAccess.Load4(a.Parameters, first);
        Float4 g = DeviceAccess.Load4(a.Gradients, first);
        Float4 m = DeviceAccess.Load4(a.FirstMoments, first);
        Float4 v = DeviceAccess.Load4(a.SecondMoments, first);
        Step(a, ref p.X, g.X, ref m.X, ref v.X);
        Step(a, ref p.Y, g.Y, ref m.Y, ref v.Y);
        Step(a, ref p.Z, g.Z, ref m.Z, ref v.Z);
        Step(a, ref p.W, g.W, ref m.W, ref v.W);
        DeviceAccess.Store4(a.FirstMoments, first, m);
        DeviceAccess.Store4(a.SecondMoments, first, v);
        DeviceAccess.Store4(a.Gradients, first, default);
        DeviceAccess.Store4(a.Parameters, first, p);
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

    private static void Step(UpdateArgs a, ref float parameter, float gradient, ref float firstMoment, ref float secondMoment)
    {
        float p = parameter;
        float g = a.ClipFactor * gradient + a.GradientDecay * p;
        float m = a.Beta1 * firstMoment + (1f - a.Beta1) * g;
        float v = a.Beta2 * secondMoment + (1f - a.Beta2) * g * g;
        float denominator = MathF.Sqrt(v) * a.SecondMomentCorrection + a.Epsilon;
        firstMoment = m;
        secondMoment = v;
        parameter = p * a.ParameterFactor - a.StepSize * m / denominator;
    }
}

/// <summary>Launcher of the Adam kernels; the caller owns parameters, gradients and moments.</summary>
public sealed class Adam : IKernelFamily<Adam>, IDisposable
{
    private readonly GroupedUpdate<AdamKernels.UpdateArgs> _update;

    private Adam(Accelerator accelerator, HostThreads? host, GpuTuning? gpu) => _update = new GroupedUpdate<AdamKernels.UpdateArgs>(
        nameof(Adam), accelerator, host, accelerator.LoadAutoGroupedStreamKernel<Index1D, AdamKernels.UpdateArgs>(AdamKernels.Update), AdamSweep.Update,
        gpu, () => accelerator.LoadAutoGroupedStreamKernel<Index1D, AdamKernels.UpdateArgs>(AdamKernels.UpdateFour));

    /// <inheritdoc/>
    public static Adam Load(Accelerator accelerator) => Load(accelerator, null);

    /// <inheritdoc/>
    public static Adam Load(Accelerator accelerator, HostThreads? host) => Load(accelerator, host, null);

    /// <inheritdoc/>
    public static Adam Load(Accelerator accelerator, HostThreads? host, GpuTuning? gpu)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return new(accelerator, host, gpu);
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
        RequireLengths(parameters.Length, gradients.Length, firstMoments.Length, secondMoments.Length);
        return _update.Step(options, groups, step, parameters, gradients, new Call(options, step, parameters, gradients, firstMoments, secondMoments));
    }

    /// <summary>
    /// The same step after an inspection of the gradient that was done elsewhere, where another optimiser has the other part of the
    /// arena: its verdict and clip factor are taken as they are.
    /// </summary>
    /// <param name="report">What the inspection of the whole gradient said.</param>
    /// <param name="options">Settings common to all groups; the norm is not clipped again.</param>
    /// <param name="groups">Ranges of the arena that do not overlap; parameters outside all of them stay as they are.</param>
    /// <param name="step">t, from 1.</param>
    /// <param name="parameters">Parameter arena.</param>
    /// <param name="gradients">Gradient arena of the same length; zeroed.</param>
    /// <param name="firstMoments">m, zero before step 1.</param>
    /// <param name="secondMoments">v, zero before step 1.</param>
    public void Apply(
        OptimizerReport report, AdamOptions options, ReadOnlySpan<OptimizerGroup> groups, int step, ArrayView<float> parameters,
        ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments)
    {
        RequireLengths(parameters.Length, gradients.Length, firstMoments.Length, secondMoments.Length);
        _update.Require(options, groups, step, parameters.Length);
        _update.Apply(report, groups, gradients, new Call(options, step, parameters, gradients, firstMoments, secondMoments));
    }

    /// <summary>Frees the scratch buffers.</summary>
    public void Dispose() => _update.Dispose();

    private static void RequireLengths(long parameters, long gradients, long firstMoments, long secondMoments)
    {
        if (gradients != parameters || firstMoments != parameters || secondMoments != parameters)
        {
            throw new ArgumentException($"Adam: expected {parameters} gradients and moments, got {gradients}, {firstMoments} and {secondMoments}; allocate them like the parameters.");
        }
    }

    private readonly struct Call(
        AdamOptions options, int step, ArrayView<float> parameters, ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments)
        : IGroupArguments<AdamKernels.UpdateArgs>
    {
        public AdamKernels.UpdateArgs For(in OptimizerGroup range, double clip) => new()
        {
            Parameters = parameters.SubView(range.Start, range.Length),
            Gradients = gradients.SubView(range.Start, range.Length),
            FirstMoments = firstMoments.SubView(range.Start, range.Length),
            SecondMoments = secondMoments.SubView(range.Start, range.Length),
            Beta1 = (float)options.Beta1,
            Beta2 = (float)options.Beta2,
            Epsilon = (float)options.Epsilon,
            StepSize = (float)(range.LearningRate / (1d - Math.Pow(options.Beta1, step))),
            SecondMomentCorrection = (float)(1d / Math.Sqrt(1d - Math.Pow(options.Beta2, step))),
            ClipFactor = (float)clip,
            GradientDecay = options.DecoupledWeightDecay ? 0f : (float)range.WeightDecay,
            ParameterFactor = options.DecoupledWeightDecay ? (float)(1d - range.LearningRate * range.WeightDecay) : 1f,
        };
    }
}
