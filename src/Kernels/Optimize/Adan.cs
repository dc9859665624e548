using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Optimize;

/// <summary>
/// Adan, Nesterov momentum with adaptive step sizes, over a flat parameter arena. p parameter, g gradient, t step from 1, c clip
/// factor, λ weight decay.
/// <code>
/// g ← c g       d = g - g' (0 at t = 1), g' the gradient of the step before
/// m ← β₁ m + (1 - β₁) g     v ← β₂ v + (1 - β₂) d     n ← β₃ n + (1 - β₃) (g + β₂ d)²
/// p ← p - lr (m / (1 - β₁ᵗ) + β₂ v / (1 - β₂ᵗ)) / (√n / √(1 - β₃ᵗ) + ε)      p ← p / (1 + lr λ)      g' ← g, g ← 0
/// </code>
/// Source: Xie et al. 2022, "Adan: Adaptive Nesterov momentum algorithm", algorithm 1, with its β read as decay rates
/// (1 - β of the paper) like the published code. It has no backward: it ends the step.
/// </summary>
public static class AdanKernels
{
    /// <summary>Arguments of <see cref="Update"/>.</summary>
    public struct Args
    {
        /// <summary>p of the group; updated.</summary>
        public ArrayView<float> Parameters;

        /// <summary>g of the group; zeroed.</summary>
        public ArrayView<float> Gradients;

        /// <summary>m of the group; updated.</summary>
        public ArrayView<float> FirstMoments;

        /// <summary>v of the group; updated.</summary>
        public ArrayView<float> DifferenceMoments;

        /// <summary>n of the group; updated.</summary>
        public ArrayView<float> SecondMoments;

        /// <summary>g' of the group; overwritten with c g.</summary>
        public ArrayView<float> PreviousGradients;

        /// <summary>β₁.</summary>
        public float Beta1;

        /// <summary>1 - β₁.</summary>
        public float OneMinusBeta1;

        /// <summary>β₂.</summary>
        public float Beta2;

        /// <summary>1 - β₂.</summary>
        public float OneMinusBeta2;

        /// <summary>β₃.</summary>
        public float Beta3;

        /// <summary>1 - β₃.</summary>
        public float OneMinusBeta3;

        /// <summary>ε.</summary>
        public float Epsilon;

        /// <summary>c.</summary>
        public float ClipFactor;

        /// <summary>lr / (1 - β₁ᵗ).</summary>
        public float StepSize;

        /// <summary>lr β₂ / (1 - β₂ᵗ).</summary>
        public float DifferenceStepSize;

        /// <summary>1 / √(1 - β₃ᵗ).</summary>
        public float SecondMomentCorrection;

        /// <summary>Factor on p before the update: 1 - lr λ without the proximal form, else 1.</summary>
        public float FactorBefore;

        /// <summary>Factor on p after the update: 1 / (1 + lr λ) in the proximal form, else 1.</summary>
        public float FactorAfter;

        /// <summary>1 at t = 1, when there is no previous gradient; else 0.</summary>
        public int IsFirstStep;
    }

    /// <summary>One step of four parameters, for GPUs: 16 bytes an access, the bits of <see cref="Update"/>. One work item per four parameters, the last one takes the rest.</summary>
    /// <param name="quad">Four parameters within the group, whose views start at multiples of 16 bytes.</param>
    /// <param name="a">Arguments.</param>
    public static void UpdateFour(Index1D quad, Args a)
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
        Float4 v = DeviceAccess.Load4(a.DifferenceMoments, first);
        Float4 n = DeviceAccess.Load4(a.SecondMoments, first);
        Float4 before = a.IsFirstStep != 0 ? default : DeviceAccess.Load4(a.PreviousGradients, first);
        Step(a, ref p.X, ref g.X, ref m.X, ref v.X, ref n.X, before.X);
        Step(a, ref p.Y, ref g.Y, ref m.Y, ref v.Y, ref n.Y, before.Y);
        Step(a, ref p.Z, ref g.Z, ref m.Z, ref v.Z, ref n.Z, before.Z);
        Step(a, ref p.W, ref g.W, ref m.W, ref v.W, ref n.W, before.W);
        DeviceAccess.Store4(a.FirstMoments, first, m);
        DeviceAccess.Store4(a.DifferenceMoments, first, v);
        DeviceAccess.Store4(a.SecondMoments, first, n);
        DeviceAccess.Store4(a.PreviousGradients, first, g);
        DeviceAccess.Store4(a.Gradients, first, default);
        DeviceAccess.Store4(a.Parameters, first, p);
    }

    /// <summary>One step of one parameter. One work item per parameter of the group.</summary>
    /// <param name="index">Parameter within the group.</param>
    /// <param name="a">Arguments.</param>
    public static void Update(Index1D index, Args a)
    {
        float g = a.ClipFactor * a.Gradients[index];
        float difference = a.IsFirstStep != 0 ? 0f : g - a.PreviousGradients[index];
        float lookAhead = g + a.Beta2 * difference;
        float m = a.Beta1 * a.FirstMoments[index] + a.OneMinusBeta1 * g;
        float v = a.Beta2 * a.DifferenceMoments[index] + a.OneMinusBeta2 * difference;
        float n = a.Beta3 * a.SecondMoments[index] + a.OneMinusBeta3 * lookAhead * lookAhead;
        float denominator = MathF.Sqrt(n) * a.SecondMomentCorrection + a.Epsilon;
        a.FirstMoments[index] = m;
        a.DifferenceMoments[index] = v;
        a.SecondMoments[index] = n;
        a.PreviousGradients[index] = g;
        a.Gradients[index] = 0f;
        float p = a.Parameters[index] * a.FactorBefore;
        a.Parameters[index] = (p - (a.StepSize * m + a.DifferenceStepSize * v) / denominator) * a.FactorAfter;
    }

    // The gradient becomes c g, the next step's previous one.
    private static void Step(
        Args a, ref float parameter, ref float gradient, ref float firstMoment, ref float differenceMoment, ref float secondMoment, float previous)
    {
        float g = a.ClipFactor * gradient;
        float difference = a.IsFirstStep != 0 ? 0f : g - previous;
        float lookAhead = g + a.Beta2 * difference;
        float m = a.Beta1 * firstMoment + a.OneMinusBeta1 * g;
        float v = a.Beta2 * differenceMoment + a.OneMinusBeta2 * difference;
        float n = a.Beta3 * secondMoment + a.OneMinusBeta3 * lookAhead * lookAhead;
        float denominator = MathF.Sqrt(n) * a.SecondMomentCorrection + a.Epsilon;
        firstMoment = m;
        differenceMoment = v;
        secondMoment = n;
        gradient = g;
        float p = parameter * a.FactorBefore;
        parameter = (p - (a.StepSize * m + a.DifferenceStepSize * v) / denominator) * a.FactorAfter;
    }
}

/// <summary>Launcher of the Adan kernel; the caller owns parameters, gradients and state.</summary>
public sealed class Adan : IKernelFamily<Adan>, IDisposable
{
    private readonly GroupedUpdate<AdanKernels.Args> _update;

    private Adan(Accelerator accelerator, HostThreads? host, GpuTuning? gpu) => _update = new GroupedUpdate<AdanKernels.Args>(
        nameof(Adan), accelerator, host, accelerator.LoadAutoGroupedStreamKernel<Index1D, AdanKernels.Args>(AdanKernels.Update), AdanSweep.Update,
        gpu, () => accelerator.LoadAutoGroupedStreamKernel<Index1D, AdanKernels.Args>(AdanKernels.UpdateFour));

    /// <inheritdoc/>
    public static Adan Load(Accelerator accelerator) => Load(accelerator, null);

    /// <inheritdoc/>
    public static Adan Load(Accelerator accelerator, HostThreads? host) => Load(accelerator, host, null);

    /// <inheritdoc/>
    public static Adan Load(Accelerator accelerator, HostThreads? host, GpuTuning? gpu)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return new(accelerator, host, gpu);
    }

    /// <summary>
    /// One step over all groups. If any gradient is not finite, nothing is updated and the report says so; the caller repeats the
    /// step number then. The gradient is zero afterwards in every case.
    /// </summary>
    /// <param name="options">Settings common to all groups.</param>
    /// <param name="groups">Ranges of the arena that do not overlap; parameters outside all of them stay as they are.</param>
    /// <param name="step">t, from 1: the number of steps applied, this one included.</param>
    /// <param name="parameters">Parameter arena.</param>
    /// <param name="gradients">Gradient arena of the same length; zeroed.</param>
    /// <param name="state">State arenas of the same length.</param>
    public OptimizerReport Step(
        AdanOptions options, ReadOnlySpan<OptimizerGroup> groups, int step, ArrayView<float> parameters, ArrayView<float> gradients, AdanState state)
    {
        long length = parameters.Length;
        if (gradients.Length != length || state.FirstMoments.Length != length || state.DifferenceMoments.Length != length
            || state.SecondMoments.Length != length || state.PreviousGradients.Length != length)
        {
            throw new ArgumentException($"Adan: expected {length} gradients and state values, got {gradients.Length}, {state.FirstMoments.Length}, {state.DifferenceMoments.Length}, {state.SecondMoments.Length} and {state.PreviousGradients.Length}; allocate them like the parameters.");
        }

        return _update.Step(options, groups, step, parameters, gradients, new Call(options, step, parameters, gradients, state));
    }

    /// <summary>Frees the scratch buffers.</summary>
    public void Dispose() => _update.Dispose();

    private readonly struct Call(AdanOptions options, int step, ArrayView<float> parameters, ArrayView<float> gradients, AdanState state)
        : IGroupArguments<AdanKernels.Args>
    {
        public AdanKernels.Args For(in OptimizerGroup range, double clip)
        {
            double decay = range.LearningRate * range.WeightDecay;
            return new AdanKernels.Args
            {
                Parameters = parameters.SubView(range.Start, range.Length),
                Gradients = gradients.SubView(range.Start, range.Length),
                FirstMoments = state.FirstMoments.SubView(range.Start, range.Length),
                DifferenceMoments = state.DifferenceMoments.SubView(range.Start, range.Length),
                SecondMoments = state.SecondMoments.SubView(range.Start, range.Length),
                PreviousGradients = state.PreviousGradients.SubView(range.Start, range.Length),
                Beta1 = (float)options.Beta1,
                OneMinusBeta1 = (float)(1d - options.Beta1),
                Beta2 = (float)options.Beta2,
                OneMinusBeta2 = (float)(1d - options.Beta2),
                Beta3 = (float)options.Beta3,
                OneMinusBeta3 = (float)(1d - options.Beta3),
                Epsilon = (float)options.Epsilon,
                ClipFactor = (float)clip,
                StepSize = (float)(range.LearningRate / (1d - Math.Pow(options.Beta1, step))),
                DifferenceStepSize = (float)(range.LearningRate * options.Beta2 / (1d - Math.Pow(options.Beta2, step))),
                SecondMomentCorrection = (float)(1d / Math.Sqrt(1d - Math.Pow(options.Beta3, step))),
                FactorBefore = options.ProximalWeightDecay ? 1f : (float)(1d - decay),
                FactorAfter = options.ProximalWeightDecay ? (float)(1d / (1d + decay)) : 1f,
                IsFirstStep = step == 1 ? 1 : 0,
            };
        }
    }
}
