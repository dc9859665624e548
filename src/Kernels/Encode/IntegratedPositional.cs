using System;
using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Encode;

/// <summary>
/// Integrated positional encoding: the mean of the frequency encoding over a Gaussian with mean μ and covariance vI, so that
/// frequencies finer than the Gaussian fade instead of aliasing.
/// <code>
/// a_k = exp(-4ᵏ v / 2)      s_k,d = a_k sin(2ᵏ μ_d)      c_k,d = a_k cos(2ᵏ μ_d)      y = [s_0, ..., s_K-1, c_0, ..., c_K-1]
/// dL/dμ_d = Σ_k 2ᵏ (g_s c_k,d - g_c s_k,d)            dL/dv = -½ Σ_k 4ᵏ Σ_d (g_s s_k,d + g_c c_k,d)
/// second order, ν = J_μᵀu with g_ν = dL/dν:
/// dL/du = J_μ g_ν      dL/dμ_d = -g_ν,d Σ_k 4ᵏ (u_s s + u_c c)      dL/dv = -½ Σ_k 8ᵏ Σ_d g_ν,d (u_s c - u_c s)
/// </code>
/// Source: mip-NeRF (Barron et al. 2021), eq. 13 and 14, E[sin N(m, v)] = sin(m) exp(-v/2), and E[cos] as E[sin(· + π/2)]; the
/// order of the features is multinerf's. DreamFusion (Poole et al. 2023) takes an isotropic covariance with an annealed scale:
/// <see cref="CovarianceScale"/>. With v = 0 this is the frequency encoding without factor π and without x.
/// </summary>
public static class IntegratedPositionalKernels
{
    /// <summary>Arguments of <see cref="Forward"/>.</summary>
    public struct ForwardArgs
    {
        /// <summary>Dimensions D.</summary>
        public int DimensionCount;

        /// <summary>Bands K.</summary>
        public int FrequencyCount;

        /// <summary>Means μ [M, D].</summary>
        public ArrayView<float> Means;

        /// <summary>Variances v per axis [M], ≥ 0; or [1], one for all rows.</summary>
        public ArrayView<float> Variances;

        /// <summary>Features y [M, 2DK]; overwritten.</summary>
        public ArrayView<float> Features;
    }

    /// <summary>Arguments of <see cref="Backward"/> and <see cref="MeanGradient"/>.</summary>
    public struct BackwardArgs
    {
        /// <summary>Dimensions D.</summary>
        public int DimensionCount;

        /// <summary>Bands K.</summary>
        public int FrequencyCount;

        /// <summary>Features y [M, 2DK] of the forward pass.</summary>
        public ArrayView<float> Features;

        /// <summary>dL/dy, or the cotangent u [M, 2DK].</summary>
        public ArrayView<float> Cotangent;

        /// <summary>Jᵀu by the means [M, D]; accumulated (<c>+=</c>) by Backward unless empty, overwritten by MeanGradient.</summary>
        public ArrayView<float> Means;

        /// <summary>dL/dv [M], accumulated (<c>+=</c>) by Backward unless empty; MeanGradient ignores it.</summary>
        public ArrayView<float> Variances;
    }

    /// <summary>Arguments of <see cref="MeanGradientBackward"/>.</summary>
    public struct SecondOrderArgs
    {
        /// <summary>Dimensions D.</summary>
        public int DimensionCount;

        /// <summary>Bands K.</summary>
        public int FrequencyCount;

        /// <summary>Features y [M, 2DK] of the forward pass.</summary>
        public ArrayView<float> Features;

        /// <summary>The cotangent u [M, 2DK] of <see cref="MeanGradient"/>.</summary>
        public ArrayView<float> Cotangent;

        /// <summary>g_ν = dL/dν [M, D].</summary>
        public ArrayView<float> DLdGradient;

        /// <summary>dL/du [M, 2DK]; accumulated (<c>+=</c>) unless empty.</summary>
        public ArrayView<float> DLdCotangent;

        /// <summary>dL/dμ [M, D]; accumulated (<c>+=</c>) unless empty.</summary>
        public ArrayView<float> DLdMeans;

        /// <summary>dL/dv [M]; accumulated (<c>+=</c>) unless empty.</summary>
        public ArrayView<float> DLdVariances;
    }

    /// <summary>Features of one number. One work item per row and dimension.</summary>
    /// <param name="i">Row times D plus dimension.</param>
    /// <param name="a">Arguments.</param>
    public static void Forward(Index1D i, ForwardArgs a)
    {
        int half = a.DimensionCount * a.FrequencyCount;
        int row = i.X / a.DimensionCount;
        int feature = row * 2 * half + (i.X - row * a.DimensionCount);
        float halfVariance = 0.5f * a.Variances[a.Variances.Length == 1 ? 0 : row];
        float angle = a.Means[i];
        for (int k = 0; k < a.FrequencyCount; k++)
        {
            SineCosine value = Sinusoid.OfRadians(angle);
            float amplitude = MathF.Exp(-halfVariance);
            a.Features[feature] = amplitude * value.Sine;
            a.Features[feature + half] = amplitude * value.Cosine;
            feature += a.DimensionCount;
            angle *= 2f;
            halfVariance *= 4f;
        }
    }

    /// <summary>Gradients to mean and variance. One work item per row: the variance gathers all dimensions.</summary>
    /// <param name="row">Row, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Backward(Index1D row, BackwardArgs a)
    {
        int half = a.DimensionCount * a.FrequencyCount;
        float byVariance = 0f;
        for (int dimension = 0; dimension < a.DimensionCount; dimension++)
        {
            if (a.Means.Length > 0)
            {
                a.Means[row.X * a.DimensionCount + dimension] += TransposedJacobianProduct(row, dimension, a);
            }

            int sine = row.X * 2 * half + dimension;
            float squaredFrequency = 1f;
            for (int k = 0; k < a.FrequencyCount; k++)
            {
                byVariance += squaredFrequency * (a.Cotangent[sine] * a.Features[sine] + a.Cotangent[sine + half] * a.Features[sine + half]);
                sine += a.DimensionCount;
                squaredFrequency *= 4f;
            }
        }

        if (a.Variances.Length > 0)
        {
            a.Variances[row] -= 0.5f * byVariance;
        }
    }

    /// <summary>ν = J_μᵀu. One work item per row.</summary>
    /// <param name="row">Row, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void MeanGradient(Index1D row, BackwardArgs a)
    {
        for (int dimension = 0; dimension < a.DimensionCount; dimension++)
        {
            a.Means[row.X * a.DimensionCount + dimension] = TransposedJacobianProduct(row, dimension, a);
        }
    }

    /// <summary>The second-order pass to u, μ and v. One work item per row.</summary>
    /// <param name="row">Row, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void MeanGradientBackward(Index1D row, SecondOrderArgs a)
    {
        int half = a.DimensionCount * a.FrequencyCount;
        float byVariance = 0f;
        for (int dimension = 0; dimension < a.DimensionCount; dimension++)
        {
            float direction = a.DLdGradient[row.X * a.DimensionCount + dimension];
            int sine = row.X * 2 * half + dimension;
            float frequency = 1f;
            float curvature = 0f;
            for (int k = 0; k < a.FrequencyCount; k++)
            {
                int cosine = sine + half;
                if (a.DLdCotangent.Length > 0)
                {
                    a.DLdCotangent[sine] += direction * frequency * a.Features[cosine];
                    a.DLdCotangent[cosine] -= direction * frequency * a.Features[sine];
                }

                float squared = frequency * frequency;
                curvature -= squared * (a.Cotangent[sine] * a.Features[sine] + a.Cotangent[cosine] * a.Features[cosine]);
                byVariance += squared * frequency * direction * (a.Cotangent[sine] * a.Features[cosine] - a.Cotangent[cosine] * a.Features[sine]);
                sine += a.DimensionCount;
                frequency *= 2f;
            }

            if (a.DLdMeans.Length > 0)
            {
                a.DLdMeans[row.X * a.DimensionCount + dimension] += direction * curvature;
            }
        }

        if (a.DLdVariances.Length > 0)
        {
            a.DLdVariances[row] -= 0.5f * byVariance;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float TransposedJacobianProduct(Index1D row, int dimension, BackwardArgs a)
    {
        int half = a.DimensionCount * a.FrequencyCount;
        int sine = row.X * 2 * half + dimension;
        float frequency = 1f;
        float sum = 0f;
        for (int k = 0; k < a.FrequencyCount; k++)
        {
            int cosine = sine + half;
            sum += frequency * (a.Cotangent[sine] * a.Features[cosine] - a.Cotangent[cosine] * a.Features[sine]);
            sine += a.DimensionCount;
            frequency *= 2f;
        }

        return sum;
    }
}

/// <summary>Launcher of <see cref="IntegratedPositionalKernels"/>.</summary>
public sealed class IntegratedPositional : IKernelFamily<IntegratedPositional>
{
    private readonly Action<Index1D, IntegratedPositionalKernels.ForwardArgs> _forward;
    private readonly Action<Index1D, IntegratedPositionalKernels.BackwardArgs> _backward;
    private readonly Action<Index1D, IntegratedPositionalKernels.BackwardArgs> _meanGradient;
    private readonly Action<Index1D, IntegratedPositionalKernels.SecondOrderArgs> _meanGradientBackward;
    private IntegratedPositionalOptions? _checked;

    private IntegratedPositional(Accelerator accelerator)
    {
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, IntegratedPositionalKernels.ForwardArgs>(IntegratedPositionalKernels.Forward);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, IntegratedPositionalKernels.BackwardArgs>(IntegratedPositionalKernels.Backward);
        _meanGradient =
            accelerator.LoadAutoGroupedStreamKernel<Index1D, IntegratedPositionalKernels.BackwardArgs>(IntegratedPositionalKernels.MeanGradient);
        _meanGradientBackward =
            accelerator.LoadAutoGroupedStreamKernel<Index1D, IntegratedPositionalKernels.SecondOrderArgs>(IntegratedPositionalKernels.MeanGradientBackward);
    }

    /// <inheritdoc/>
    public static IntegratedPositional Load(Accelerator accelerator) => new(accelerator);

    /// <summary>Features of M Gaussians.</summary>
    /// <param name="options">Shape of the encoding.</param>
    /// <param name="means">Means μ [M, D].</param>
    /// <param name="variances">Variances v per axis [M], or one for all [1]; ≥ 0.</param>
    /// <param name="features">Features [M, 2DK]; overwritten.</param>
    public void Encode(IntegratedPositionalOptions options, ArrayView<float> means, ArrayView<float> variances, ArrayView<float> features)
    {
        long rows = CheckRows(options, features.Length);
        Require("means", rows * options.DimensionCount, means.Length, optional: false);
        if (variances.Length != 1)
        {
            Require("variances", rows, variances.Length, optional: false);
        }

        if (rows > 0)
        {
            _forward(means.IntLength, new IntegratedPositionalKernels.ForwardArgs
            {
                DimensionCount = options.DimensionCount,
                FrequencyCount = options.FrequencyCount,
                Means = means,
                Variances = variances,
                Features = features,
            });
        }
    }

    /// <summary>dL/dμ += J_μᵀ dL/dy and dL/dv += J_vᵀ dL/dy.</summary>
    /// <param name="options">Shape of the encoding.</param>
    /// <param name="features">Features [M, 2DK] of the forward pass.</param>
    /// <param name="dLdFeatures">dL/dy [M, 2DK].</param>
    /// <param name="dLdMeans">dL/dμ [M, D]; accumulated; empty to skip it.</param>
    /// <param name="dLdVariances">dL/dv [M]; accumulated; empty to skip it.</param>
    public void Backward(
        IntegratedPositionalOptions options, ArrayView<float> features, ArrayView<float> dLdFeatures, ArrayView<float> dLdMeans, ArrayView<float> dLdVariances)
    {
        long rows = CheckRows(options, features.Length);
        Require("feature gradients", features.Length, dLdFeatures.Length, optional: false);
        Require("mean gradients", rows * options.DimensionCount, dLdMeans.Length, optional: true);
        Require("variance gradients", rows, dLdVariances.Length, optional: true);
        if (rows > 0)
        {
            _backward((int)rows, Gradient(options, features, dLdFeatures, dLdMeans, dLdVariances));
        }
    }

    /// <summary>ν = J_μᵀu, the gradient by position of a scalar behind the features.</summary>
    /// <param name="options">Shape of the encoding.</param>
    /// <param name="features">Features [M, 2DK] of the forward pass.</param>
    /// <param name="cotangent">u [M, 2DK].</param>
    /// <param name="gradient">ν [M, D]; overwritten.</param>
    public void MeanGradient(IntegratedPositionalOptions options, ArrayView<float> features, ArrayView<float> cotangent, ArrayView<float> gradient)
    {
        long rows = CheckRows(options, features.Length);
        Require("cotangents", features.Length, cotangent.Length, optional: false);
        Require("gradients", rows * options.DimensionCount, gradient.Length, optional: false);
        if (rows > 0)
        {
            _meanGradient((int)rows, Gradient(options, features, cotangent, gradient, default));
        }
    }

    /// <summary>The second-order pass to cotangent, mean and variance.</summary>
    /// <param name="options">Shape of the encoding.</param>
    /// <param name="features">Features [M, 2DK] of the forward pass.</param>
    /// <param name="cotangent">u [M, 2DK].</param>
    /// <param name="dLdGradient">g_ν = dL/dν [M, D].</param>
    /// <param name="dLdCotangent">dL/du [M, 2DK]; accumulated; empty to skip it.</param>
    /// <param name="dLdMeans">dL/dμ [M, D]; accumulated; empty to skip it.</param>
    /// <param name="dLdVariances">dL/dv [M]; accumulated; empty to skip it.</param>
    public void MeanGradientBackward(
        IntegratedPositionalOptions options, ArrayView<float> features, ArrayView<float> cotangent, ArrayView<float> dLdGradient,
        ArrayView<float> dLdCotangent, ArrayView<float> dLdMeans, ArrayView<float> dLdVariances)
    {
        long rows = CheckRows(options, features.Length);
        Require("cotangents", features.Length, cotangent.Length, optional: false);
        Require("gradients of the mean gradient", rows * options.DimensionCount, dLdGradient.Length, optional: false);
        Require("cotangent gradients", features.Length, dLdCotangent.Length, optional: true);
        Require("mean gradients", rows * options.DimensionCount, dLdMeans.Length, optional: true);
        Require("variance gradients", rows, dLdVariances.Length, optional: true);
        if (rows > 0)
        {
            _meanGradientBackward((int)rows, new IntegratedPositionalKernels.SecondOrderArgs
            {
                DimensionCount = options.DimensionCount,
                FrequencyCount = options.FrequencyCount,
                Features = features,
                Cotangent = cotangent,
                DLdGradient = dLdGradient,
                DLdCotangent = dLdCotangent,
                DLdMeans = dLdMeans,
                DLdVariances = dLdVariances,
            });
        }
    }

    private static IntegratedPositionalKernels.BackwardArgs Gradient(
        IntegratedPositionalOptions options, ArrayView<float> features, ArrayView<float> cotangent, ArrayView<float> means, ArrayView<float> variances) => new()
        {
            DimensionCount = options.DimensionCount,
            FrequencyCount = options.FrequencyCount,
            Features = features,
            Cotangent = cotangent,
            Means = means,
            Variances = variances,
        };

    private long CheckRows(IntegratedPositionalOptions options, long featureLength)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Options are immutable: once checked, always good, and a launch allocates nothing.
        if (!ReferenceEquals(options, _checked))
        {
            if (options.Validate() is { Count: > 0 } problems)
            {
                throw new ArgumentException(string.Join(' ', problems), nameof(options));
            }

            _checked = options;
        }

        if (featureLength % options.FeatureCount != 0 || featureLength > int.MaxValue)
        {
            throw new ArgumentException($"Integrated encoding: expected rows of {options.FeatureCount} features, at most {int.MaxValue} in all, got {featureLength}; pass whole rows and lower the sample budget.");
        }

        return featureLength / options.FeatureCount;
    }

    private static void Require(string what, long expected, long actual, bool optional)
    {
        if (actual != expected && !(optional && actual == 0))
        {
            throw new ArgumentException($"Integrated encoding: expected {expected} {what}{(optional ? " or none" : "")}, got {actual}; pass buffers of one sample count.");
        }
    }
}
