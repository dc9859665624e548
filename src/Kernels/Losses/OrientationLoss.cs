using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Losses;

/// <summary>
/// Orientation regulariser: a visible normal must not face away from the camera.
/// <code>
/// L = (1 / n) Σ_i sg(w_i) max(0, n_i·d_i)²      dL/dn_i = (2 / n) w_i max(0, n_i·d_i) d_i
/// </code>
/// with d_i the ray's direction from the camera to the point and n the number of rays (the paper) or of samples
/// (stable-dreamfusion), as the caller says. Source: Ref-NeRF (Verbin et al. 2022), eq. 11; DreamFusion (Poole et al. 2022),
/// appendix A.2. The weights are constants (sg): otherwise the loss would be lowered by hiding the surface.
/// </summary>
public static class OrientationLossKernels
{
    /// <summary>Device arguments. M samples, R rays.</summary>
    public struct Args
    {
        /// <summary>Weights w [M], in [0, 1].</summary>
        public ArrayView<float> Weights;

        /// <summary>Outward unit normals n [M].</summary>
        public ArrayView<Float3> Normals;

        /// <summary>Ray of each sample [M].</summary>
        public ArrayView<int> RayIndices;

        /// <summary>Unit ray directions d [R], from the camera into the scene.</summary>
        public ArrayView<Float3> Directions;

        /// <summary>Factor on the gradient: weight / n.</summary>
        public float GradientScale;

        /// <summary>weight · dL/dn [M]; accumulated into (<c>+=</c>) unless empty.</summary>
        public ArrayView<Float3> DLdNormals;

        /// <summary>Sums of the terms over fixed ranges [⌈M/512⌉]; overwritten.</summary>
        public ArrayView<float> Sums;
    }

    /// <summary>Value and gradient of one fixed range of samples.</summary>
    public static void Forward(Index1D range, Args a)
    {
        int end = LossSumKernels.EndOfRange(range, a.Weights.IntLength);
        float sum = 0f;
        for (int i = range * LossSumKernels.TermsPerSum; i < end; i++)
        {
            Float3 direction = a.Directions[a.RayIndices[i]];
            float cosine = Float3.Dot(a.Normals[i], direction);
            float away = cosine <= 0f ? 0f : cosine;
            float weighted = a.Weights[i] * away;
            sum += weighted * away;
            if (a.DLdNormals.Length > 0)
            {
                a.DLdNormals[i] += direction * (2f * a.GradientScale * weighted);
            }
        }
        a.Sums[range] = sum;
    }
}

/// <summary>Launcher of <see cref="OrientationLossKernels"/>.</summary>
public sealed class OrientationLoss : IKernelFamily<OrientationLoss>
{
    private readonly Action<Index1D, OrientationLossKernels.Args> _forward;
    private readonly Action<Index1D, LossSumKernels.Args> _total;

    private OrientationLoss(Accelerator accelerator)
    {
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, OrientationLossKernels.Args>(OrientationLossKernels.Forward);
        _total = accelerator.LoadAutoGroupedStreamKernel<Index1D, LossSumKernels.Args>(LossSumKernels.Total);
    }

    /// <inheritdoc/>
    public static OrientationLoss Load(Accelerator accelerator) => new(accelerator);

    /// <summary>The unweighted loss, and its weighted gradient.</summary>
    /// <param name="args">Weights, normals, ray indices, directions, gradients and scratch; the gradient's factor is set here.</param>
    /// <param name="count">n, the number of rays or samples to average over, &gt; 0.</param>
    /// <param name="weight">Factor on the gradient (not on the value).</param>
    /// <param name="value">The loss [1]; overwritten. 0 for no samples.</param>
    public void Evaluate(OrientationLossKernels.Args args, int count, float weight, ArrayView<float> value)
    {
        LossSumKernels.CheckBuffers("Orientation loss", args.Weights.Length, args.Sums.Length, value.Length, args.DLdNormals.Length);
        if (args.Normals.Length != args.Weights.Length || args.RayIndices.Length != args.Weights.Length)
        {
            throw new ArgumentException($"Orientation loss: {args.Weights.Length} weights need as many normals and ray indices, got {args.Normals.Length} and {args.RayIndices.Length}.");
        }
        if (args.Weights.Length == 0)
        {
            value.MemSetToZero();
            return;
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        args.GradientScale = weight / count;
        _forward(args.Sums.IntLength, args);
        _total(1, new LossSumKernels.Args { Sums = args.Sums, Value = value, Scale = 1f / count });
    }
}
