using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Losses;

/// <summary>A penalty on the opacity of a ray.</summary>
public interface IOpacityPenalty
{
    /// <summary>f(A).</summary>
    float Value(float opacity);

    /// <summary>df/dA.</summary>
    float Derivative(float opacity);
}

/// <summary>f = √(A² + 0.01), f' = A / f: nearly |A|, smooth at 0. Source: DreamFusion (Poole et al. 2022), appendix A.2.</summary>
public struct RootOpacity : IOpacityPenalty
{
    /// <inheritdoc/>
    public readonly float Value(float opacity) => MathF.Sqrt(opacity * opacity + 0.01f);

    /// <inheritdoc/>
    public readonly float Derivative(float opacity) => opacity / Value(opacity);
}

/// <summary>f = A², f' = 2A. Source: stable-dreamfusion's opacity regulariser.</summary>
public struct SquareOpacity : IOpacityPenalty
{
    /// <inheritdoc/>
    public readonly float Value(float opacity) => opacity * opacity;

    /// <inheritdoc/>
    public readonly float Derivative(float opacity) => 2f * opacity;
}

/// <summary>
/// Opacity regulariser against fog and floaters: L = mean over rays of f(A_r), dL/dA_r = f'(A_r) / R, with f one of
/// <see cref="RootOpacity"/> and <see cref="SquareOpacity"/>.
/// </summary>
public static class OpacityLossKernels
{
    /// <summary>Device arguments. R rays.</summary>
    public struct Args<TPenalty>
        where TPenalty : unmanaged, IOpacityPenalty
    {
        /// <summary>The penalty f.</summary>
        public TPenalty Penalty;

        /// <summary>Opacity A [R], in [0, 1].</summary>
        public ArrayView<float> Opacity;

        /// <summary>Factor on the gradient: weight / R.</summary>
        public float GradientScale;

        /// <summary>weight · dL/dA [R]; accumulated into (<c>+=</c>) unless empty.</summary>
        public ArrayView<float> DLdOpacity;

        /// <summary>Sums of f over fixed ranges [⌈R/512⌉]; overwritten.</summary>
        public ArrayView<float> Sums;
    }

    /// <summary>Value and gradient of one fixed range of rays.</summary>
    public static void Forward<TPenalty>(Index1D range, Args<TPenalty> a)
        where TPenalty : unmanaged, IOpacityPenalty
    {
        int end = LossSumKernels.EndOfRange(range, a.Opacity.IntLength);
        float sum = 0f;
        for (int i = range * LossSumKernels.TermsPerSum; i < end; i++)
        {
            float opacity = a.Opacity[i];
            sum += a.Penalty.Value(opacity);
            if (a.DLdOpacity.Length > 0)
            {
                a.DLdOpacity[i] += a.GradientScale * a.Penalty.Derivative(opacity);
            }
        }
        a.Sums[range] = sum;
    }
}

/// <summary>Launcher of <see cref="OpacityLossKernels"/> for one penalty.</summary>
/// <typeparam name="TPenalty">The penalty f.</typeparam>
public sealed class OpacityLoss<TPenalty> : IKernelFamily<OpacityLoss<TPenalty>>
    where TPenalty : unmanaged, IOpacityPenalty
{
    private readonly Action<Index1D, OpacityLossKernels.Args<TPenalty>> _forward;
    private readonly Action<Index1D, LossSumKernels.Args> _total;

    private OpacityLoss(Accelerator accelerator)
    {
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, OpacityLossKernels.Args<TPenalty>>(OpacityLossKernels.Forward);
        _total = accelerator.LoadAutoGroupedStreamKernel<Index1D, LossSumKernels.Args>(LossSumKernels.Total);
    }

    /// <inheritdoc/>
    public static OpacityLoss<TPenalty> Load(Accelerator accelerator) => new(accelerator);

    /// <summary>The unweighted loss, and its weighted gradient.</summary>
    /// <param name="opacity">Opacity A [R], in [0, 1].</param>
    /// <param name="weight">Factor on the gradient (not on the value).</param>
    /// <param name="dLdOpacity">Gradient [R], accumulated into (<c>+=</c>); empty to skip it.</param>
    /// <param name="scratch">Exactly <see cref="LossSumKernels.ScratchLength"/> values; overwritten.</param>
    /// <param name="value">The loss [1]; overwritten. 0 for no rays.</param>
    public void Evaluate(ArrayView<float> opacity, float weight, ArrayView<float> dLdOpacity, ArrayView<float> scratch, ArrayView<float> value)
    {
        LossSumKernels.CheckBuffers("Opacity loss", opacity.Length, scratch.Length, value.Length, dLdOpacity.Length);
        if (opacity.Length == 0)
        {
            value.MemSetToZero();
            return;
        }
        float mean = 1f / opacity.Length;
        _forward(scratch.IntLength, new OpacityLossKernels.Args<TPenalty>
        {
            Opacity = opacity,
            GradientScale = weight * mean,
            DLdOpacity = dLdOpacity,
            Sums = scratch,
        });
        _total(1, new LossSumKernels.Args { Sums = scratch, Value = value, Scale = mean });
    }
}
