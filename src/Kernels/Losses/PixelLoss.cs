using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Losses;

/// <summary>A penalty on the difference d between a rendered value and its target.</summary>
public interface IPixelPenalty
{
    /// <summary>f(d).</summary>
    float Value(float difference);

    /// <summary>df/dd.</summary>
    float Derivative(float difference);
}

/// <summary>f = d², f' = 2d.</summary>
public struct SquaredError : IPixelPenalty
{
    /// <inheritdoc/>
    public readonly float Value(float difference) => difference * difference;

    /// <inheritdoc/>
    public readonly float Derivative(float difference) => 2f * difference;
}

/// <summary>
/// f = d²/2 and f' = d for |d| ≤ δ; beyond, f = δ (|d| - δ/2) and f' = ±δ, so that an outlier pulls no harder than one at δ.
/// Source: Huber 1964, "Robust estimation of a location parameter", section 4.
/// </summary>
public struct HuberError : IPixelPenalty
{
    /// <summary>Difference from which on the penalty grows linearly δ, &gt; 0.</summary>
    public float Threshold;

    /// <summary>A penalty with threshold δ.</summary>
    public HuberError(float threshold) => Threshold = threshold;

    /// <inheritdoc/>
    public readonly float Value(float difference)
    {
        float magnitude = MathF.Abs(difference);
        return magnitude <= Threshold ? 0.5f * difference * difference : Threshold * (magnitude - 0.5f * Threshold);
    }

    /// <inheritdoc/>
    public readonly float Derivative(float difference) =>
        MathF.Abs(difference) <= Threshold ? difference : difference > 0f ? Threshold : -Threshold;
}

/// <summary>
/// Distance of rendered values x from given ones y: L = mean of f(x_i - y_i), dL/dx_i = f'(x_i - y_i) / n, with f one of
/// <see cref="SquaredError"/> and <see cref="HuberError"/>. The targets are data and get no gradient.
/// </summary>
public static class PixelLossKernels
{
    /// <summary>Device arguments. n values.</summary>
    public struct Args<TPenalty>
        where TPenalty : unmanaged, IPixelPenalty
    {
        /// <summary>The penalty f.</summary>
        public TPenalty Penalty;

        /// <summary>Rendered values x [n].</summary>
        public ArrayView<float> Values;

        /// <summary>Targets y [n].</summary>
        public ArrayView<float> Targets;

        /// <summary>Factor on the gradient: weight / n.</summary>
        public float GradientScale;

        /// <summary>weight · dL/dx [n]; accumulated into (<c>+=</c>) unless empty.</summary>
        public ArrayView<float> DLdValues;

        /// <summary>Sums of f over fixed ranges [⌈n/512⌉]; overwritten.</summary>
        public ArrayView<float> Sums;
    }

    /// <summary>Value and gradient of one fixed range.</summary>
    public static void Forward<TPenalty>(Index1D range, Args<TPenalty> a)
        where TPenalty : unmanaged, IPixelPenalty
    {
        int end = LossSumKernels.EndOfRange(range, a.Values.IntLength);
        float sum = 0f;
        for (int i = range * LossSumKernels.TermsPerSum; i < end; i++)
        {
            float difference = a.Values[i] - a.Targets[i];
            sum += a.Penalty.Value(difference);
            if (a.DLdValues.Length > 0)
            {
                a.DLdValues[i] += a.GradientScale * a.Penalty.Derivative(difference);
            }
        }
        a.Sums[range] = sum;
    }
}

/// <summary>Launcher of <see cref="PixelLossKernels"/> for one penalty.</summary>
/// <typeparam name="TPenalty">The penalty f.</typeparam>
public sealed class PixelLoss<TPenalty> : IKernelFamily<PixelLoss<TPenalty>>
    where TPenalty : unmanaged, IPixelPenalty
{
    private readonly Action<Index1D, PixelLossKernels.Args<TPenalty>> _forward;
    private readonly Action<Index1D, LossSumKernels.Args> _total;

    private PixelLoss(Accelerator accelerator)
    {
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, PixelLossKernels.Args<TPenalty>>(PixelLossKernels.Forward);
        _total = accelerator.LoadAutoGroupedStreamKernel<Index1D, LossSumKernels.Args>(LossSumKernels.Total);
    }

    /// <inheritdoc/>
    public static PixelLoss<TPenalty> Load(Accelerator accelerator) => new(accelerator);

    /// <summary>The unweighted loss, and its weighted gradient.</summary>
    /// <param name="penalty">The penalty f.</param>
    /// <param name="values">Rendered values x [n].</param>
    /// <param name="targets">Targets y [n].</param>
    /// <param name="weight">Factor on the gradient (not on the value).</param>
    /// <param name="dLdValues">Gradient [n], accumulated into (<c>+=</c>); empty to skip it.</param>
    /// <param name="scratch">Exactly <see cref="LossSumKernels.ScratchLength"/> values; overwritten.</param>
    /// <param name="value">The loss [1]; overwritten. 0 for n = 0.</param>
    /// <exception cref="ArgumentException">The buffers do not fit together.</exception>
    public void Evaluate(
        TPenalty penalty, ArrayView<float> values, ArrayView<float> targets, float weight,
        ArrayView<float> dLdValues, ArrayView<float> scratch, ArrayView<float> value)
    {
        LossSumKernels.CheckBuffers("Pixel loss", values.Length, scratch.Length, value.Length, dLdValues.Length);
        if (targets.Length != values.Length)
        {
            throw new ArgumentException($"Pixel loss: {values.Length} values and {targets.Length} targets; pass one target for each value.", nameof(targets));
        }
        if (values.Length == 0)
        {
            value.MemSetToZero();
            return;
        }
        float mean = 1f / values.Length;
        _forward(scratch.IntLength, new PixelLossKernels.Args<TPenalty>
        {
            Penalty = penalty,
            Values = values,
            Targets = targets,
            GradientScale = weight * mean,
            DLdValues = dLdValues,
            Sums = scratch,
        });
        _total(1, new LossSumKernels.Args { Sums = scratch, Value = value, Scale = mean });
    }
}
