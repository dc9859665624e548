using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Losses;

/// <summary>
/// Binary entropy, which pushes opacities or sample weights towards 0 or 1:
/// <code>
/// p = clamp(x, ε, 1 - ε)      L = mean of -p log2 p - (1 - p) log2(1 - p)
/// dL/dx = [ε ≤ x ≤ 1 - ε] log2((1 - p) / p) / n
/// </code>
/// Source: stable-dreamfusion's entropy regulariser over sample weights (ε = 1e-5); the prior's recipe takes ray opacities
/// (ε = 1e-3). Outside the clamp the loss is constant and the gradient 0.
/// </summary>
public static class EntropyLossKernels
{
    /// <summary>ε for ray opacities, as in the prior's recipe.</summary>
    public const float OpacityEpsilon = 1e-3f;

    /// <summary>ε for sample weights, as in stable-dreamfusion.</summary>
    public const float WeightEpsilon = 1e-5f;

    private const float Log2OfE = 1.44269504f;

    /// <summary>Device arguments. n probabilities.</summary>
    public struct Args
    {
        /// <summary>Opacities or weights x [n], in [0, 1].</summary>
        public ArrayView<float> Probabilities;

        /// <summary>The clamp ε, in (0, ½).</summary>
        public float Epsilon;

        /// <summary>Factor on the gradient: weight / n.</summary>
        public float GradientScale;

        /// <summary>weight · dL/dx [n]; accumulated into (<c>+=</c>) unless empty.</summary>
        public ArrayView<float> DLdProbabilities;

        /// <summary>Sums of the entropy over fixed ranges [⌈n/512⌉]; overwritten.</summary>
        public ArrayView<float> Sums;
    }

    /// <summary>Value and gradient of one fixed range.</summary>
    public static void Forward(Index1D range, Args a)
    {
        int end = LossSumKernels.EndOfRange(range, a.Probabilities.IntLength);
        float sum = 0f;
        for (int i = range * LossSumKernels.TermsPerSum; i < end; i++)
        {
            float x = a.Probabilities[i];
            bool clamped = x < a.Epsilon || x > 1f - a.Epsilon;
            float p = x < a.Epsilon ? a.Epsilon : x > 1f - a.Epsilon ? 1f - a.Epsilon : x;
            float log = MathF.Log(p) * Log2OfE;
            float logOfRest = MathF.Log(1f - p) * Log2OfE;
            sum -= p * log + (1f - p) * logOfRest;
            if (a.DLdProbabilities.Length > 0 && !clamped)
            {
                a.DLdProbabilities[i] += a.GradientScale * (logOfRest - log);
            }
        }
        a.Sums[range] = sum;
    }
}

/// <summary>Launcher of <see cref="EntropyLossKernels"/>.</summary>
public sealed class EntropyLoss : IKernelFamily<EntropyLoss>
{
    private readonly Action<Index1D, EntropyLossKernels.Args> _forward;
    private readonly Action<Index1D, LossSumKernels.Args> _total;

    private EntropyLoss(Accelerator accelerator)
    {
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, EntropyLossKernels.Args>(EntropyLossKernels.Forward);
        _total = accelerator.LoadAutoGroupedStreamKernel<Index1D, LossSumKernels.Args>(LossSumKernels.Total);
    }

    /// <inheritdoc/>
    public static EntropyLoss Load(Accelerator accelerator) => new(accelerator);

    /// <summary>The unweighted loss, and its weighted gradient.</summary>
    /// <param name="probabilities">Opacities or weights x [n], in [0, 1].</param>
    /// <param name="epsilon">The clamp ε, in (0, ½): <see cref="EntropyLossKernels.OpacityEpsilon"/> or <see cref="EntropyLossKernels.WeightEpsilon"/>.</param>
    /// <param name="weight">Factor on the gradient (not on the value).</param>
    /// <param name="dLdProbabilities">Gradient [n], accumulated into (<c>+=</c>); empty to skip it.</param>
    /// <param name="scratch">Exactly <see cref="LossSumKernels.ScratchLength"/> values; overwritten.</param>
    /// <param name="value">The loss [1]; overwritten. 0 for n = 0.</param>
    public void Evaluate(ArrayView<float> probabilities, float epsilon, float weight, ArrayView<float> dLdProbabilities, ArrayView<float> scratch, ArrayView<float> value)
    {
        LossSumKernels.CheckBuffers("Entropy loss", probabilities.Length, scratch.Length, value.Length, dLdProbabilities.Length);
        if (!(epsilon > 0f && epsilon < 0.5f))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Entropy loss: the clamp must lie in (0, 0.5).");
        }
        if (probabilities.Length == 0)
        {
            value.MemSetToZero();
            return;
        }
        float mean = 1f / probabilities.Length;
        _forward(scratch.IntLength, new EntropyLossKernels.Args
        {
            Probabilities = probabilities,
            Epsilon = epsilon,
            GradientScale = weight * mean,
            DLdProbabilities = dLdProbabilities,
            Sums = scratch,
        });
        _total(1, new LossSumKernels.Args { Sums = scratch, Value = value, Scale = mean });
    }
}
