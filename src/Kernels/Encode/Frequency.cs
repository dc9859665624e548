using System;
using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Encode;

/// <summary>
/// Frequency encoding of M rows of D numbers, with K octaves.
/// <code>
/// torch-ngp:     y = [x, sin(2⁰x), cos(2⁰x), ..., sin(2ᴷ⁻¹x), cos(2ᴷ⁻¹x)],   s = 1
/// tiny-cuda-nn:  y = per dimension, per k: sin(2ᵏπx), cos(2ᵏπx),             s = π
/// dL/dx = [g_x] + Σ_k s 2ᵏ (g_sin,k cos(s 2ᵏx) - g_cos,k sin(s 2ᵏx))
/// second order, ν = Jᵀu with g_ν = dL/dν:   dL/du = J g_ν,   dL/dx = -g_ν Σ_k (s 2ᵏ)² (u_sin,k sin + u_cos,k cos)
/// </code>
/// Source: NeRF (Mildenhall et al. 2020), eq. 4, in the two published forms (<see cref="FrequencyForm"/>). The backward passes
/// read the sines and cosines of the forward pass instead of computing them again. Sines are range-reduced
/// (<see cref="Sinusoid"/>).
/// </summary>
public static class FrequencyKernels
{
    /// <summary>Where the features of an encoding stand in a row.</summary>
    public struct Shape
    {
        /// <summary>Dimensions D.</summary>
        public int DimensionCount;

        /// <summary>Frequencies K.</summary>
        public int FrequencyCount;

        /// <summary>Features per row C.</summary>
        public int FeatureCount;

        /// <summary>1 if the first D features are x itself and angles are in radians, 0 if angles are in units of π.</summary>
        public int IncludesInput;

        /// <summary>Distance between the sines of neighbouring dimensions.</summary>
        public int DimensionStride;

        /// <summary>Distance between the sines of neighbouring frequencies.</summary>
        public int FrequencyStride;

        /// <summary>Distance from a sine to its cosine.</summary>
        public int CosineOffset;

        /// <summary>The shape that some options describe.</summary>
        /// <param name="options">Valid options.</param>
        public static Shape Of(FrequencyOptions options)
        {
            ArgumentNullException.ThrowIfNull(options);
            bool torchNgp = options.Form == FrequencyForm.TorchNgp;
            return new Shape
            {
                DimensionCount = options.DimensionCount,
                FrequencyCount = options.FrequencyCount,
                FeatureCount = options.FeatureCount,
                IncludesInput = torchNgp ? 1 : 0,
                DimensionStride = torchNgp ? 1 : 2 * options.FrequencyCount,
                FrequencyStride = torchNgp ? 2 * options.DimensionCount : 2,
                CosineOffset = torchNgp ? options.DimensionCount : 1,
            };
        }
    }

    /// <summary>Arguments of <see cref="Forward"/>.</summary>
    public struct ForwardArgs
    {
        /// <summary>The encoding.</summary>
        public Shape Shape;

        /// <summary>Inputs x [M, D].</summary>
        public ArrayView<float> Inputs;

        /// <summary>Features y [M, C]; overwritten.</summary>
        public ArrayView<float> Features;
    }

    /// <summary>Arguments of <see cref="Backward"/> and <see cref="InputGradient"/>.</summary>
    public struct BackwardArgs
    {
        /// <summary>The encoding.</summary>
        public Shape Shape;

        /// <summary>Features y [M, C] of the forward pass.</summary>
        public ArrayView<float> Features;

        /// <summary>dL/dy, or the cotangent u [M, C].</summary>
        public ArrayView<float> Cotangent;

        /// <summary>Jᵀu [M, D]; accumulated (<c>+=</c>) by Backward, overwritten by InputGradient.</summary>
        public ArrayView<float> Result;
    }

    /// <summary>Arguments of <see cref="InputGradientBackward"/>.</summary>
    public struct SecondOrderArgs
    {
        /// <summary>The encoding.</summary>
        public Shape Shape;

        /// <summary>Features y [M, C] of the forward pass.</summary>
        public ArrayView<float> Features;

        /// <summary>The cotangent u [M, C] of <see cref="InputGradient"/>.</summary>
        public ArrayView<float> Cotangent;

        /// <summary>g_ν = dL/dν [M, D].</summary>
        public ArrayView<float> DLdGradient;

        /// <summary>dL/du [M, C]; accumulated (<c>+=</c>) unless empty.</summary>
        public ArrayView<float> DLdCotangent;

        /// <summary>dL/dx [M, D]; accumulated (<c>+=</c>) unless empty.</summary>
        public ArrayView<float> DLdInputs;
    }

    /// <summary>Features of one number. One work item per row and dimension.</summary>
    /// <param name="i">Row times D plus dimension.</param>
    /// <param name="a">Arguments.</param>
    public static void Forward(Index1D i, ForwardArgs a)
    {
        int row = i.X / a.Shape.DimensionCount;
        int dimension = i.X - row * a.Shape.DimensionCount;
        float x = a.Inputs[i];
        if (a.Shape.IncludesInput != 0)
        {
            a.Features[row * a.Shape.FeatureCount + dimension] = x;
        }

        int feature = FirstSine(a.Shape, row, dimension);
        // A power of two scales exactly, so every octave's angle is as precise as x itself.
        float angle = x;
        for (int k = 0; k < a.Shape.FrequencyCount; k++)
        {
            SineCosine value = a.Shape.IncludesInput != 0 ? Sinusoid.OfRadians(angle) : Sinusoid.OfHalfTurns(angle);
            a.Features[feature] = value.Sine;
            a.Features[feature + a.Shape.CosineOffset] = value.Cosine;
            feature += a.Shape.FrequencyStride;
            angle *= 2f;
        }
    }

    /// <summary>dL/dx += Jᵀ dL/dy. One work item per row and dimension.</summary>
    /// <param name="i">Row times D plus dimension.</param>
    /// <param name="a">Arguments.</param>
    public static void Backward(Index1D i, BackwardArgs a) => a.Result[i] += TransposedJacobianProduct(i, a);

    /// <summary>ν = Jᵀu. One work item per row and dimension.</summary>
    /// <param name="i">Row times D plus dimension.</param>
    /// <param name="a">Arguments.</param>
    public static void InputGradient(Index1D i, BackwardArgs a) => a.Result[i] = TransposedJacobianProduct(i, a);

    /// <summary>The second-order pass to u and x. One work item per row and dimension.</summary>
    /// <param name="i">Row times D plus dimension.</param>
    /// <param name="a">Arguments.</param>
    public static void InputGradientBackward(Index1D i, SecondOrderArgs a)
    {
        int row = i.X / a.Shape.DimensionCount;
        int dimension = i.X - row * a.Shape.DimensionCount;
        float direction = a.DLdGradient[i];
        bool toCotangent = a.DLdCotangent.Length > 0;
        if (a.Shape.IncludesInput != 0 && toCotangent)
        {
            a.DLdCotangent[row * a.Shape.FeatureCount + dimension] += direction;
        }

        int sine = FirstSine(a.Shape, row, dimension);
        float frequency = FirstFrequency(a.Shape);
        float curvature = 0f;
        for (int k = 0; k < a.Shape.FrequencyCount; k++)
        {
            int cosine = sine + a.Shape.CosineOffset;
            if (toCotangent)
            {
                a.DLdCotangent[sine] += direction * frequency * a.Features[cosine];
                a.DLdCotangent[cosine] -= direction * frequency * a.Features[sine];
            }

            curvature -= frequency * frequency * (a.Cotangent[sine] * a.Features[sine] + a.Cotangent[cosine] * a.Features[cosine]);
            sine += a.Shape.FrequencyStride;
            frequency *= 2f;
        }

        if (a.DLdInputs.Length > 0)
        {
            a.DLdInputs[i] += direction * curvature;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float TransposedJacobianProduct(Index1D i, BackwardArgs a)
    {
        int row = i.X / a.Shape.DimensionCount;
        int dimension = i.X - row * a.Shape.DimensionCount;
        float sum = a.Shape.IncludesInput != 0 ? a.Cotangent[row * a.Shape.FeatureCount + dimension] : 0f;
        int sine = FirstSine(a.Shape, row, dimension);
        float frequency = FirstFrequency(a.Shape);
        for (int k = 0; k < a.Shape.FrequencyCount; k++)
        {
            int cosine = sine + a.Shape.CosineOffset;
            sum += frequency * (a.Cotangent[sine] * a.Features[cosine] - a.Cotangent[cosine] * a.Features[sine]);
            sine += a.Shape.FrequencyStride;
            frequency *= 2f;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int FirstSine(Shape shape, int row, int dimension)
        => row * shape.FeatureCount + shape.IncludesInput * shape.DimensionCount + dimension * shape.DimensionStride;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float FirstFrequency(Shape shape) => shape.IncludesInput != 0 ? 1f : MathF.PI;
}

/// <summary>Launcher of <see cref="FrequencyKernels"/>.</summary>
public sealed class Frequency : IKernelFamily<Frequency>
{
    private readonly Action<Index1D, FrequencyKernels.ForwardArgs> _forward;
    private readonly Action<Index1D, FrequencyKernels.BackwardArgs> _backward;
    private readonly Action<Index1D, FrequencyKernels.BackwardArgs> _inputGradient;
    private readonly Action<Index1D, FrequencyKernels.SecondOrderArgs> _inputGradientBackward;
    private FrequencyOptions? _checked;

    private Frequency(Accelerator accelerator)
    {
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, FrequencyKernels.ForwardArgs>(FrequencyKernels.Forward);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, FrequencyKernels.BackwardArgs>(FrequencyKernels.Backward);
        _inputGradient = accelerator.LoadAutoGroupedStreamKernel<Index1D, FrequencyKernels.BackwardArgs>(FrequencyKernels.InputGradient);
        _inputGradientBackward =
            accelerator.LoadAutoGroupedStreamKernel<Index1D, FrequencyKernels.SecondOrderArgs>(FrequencyKernels.InputGradientBackward);
    }

    /// <inheritdoc/>
    public static Frequency Load(Accelerator accelerator) => new(accelerator);

    /// <summary>Features of M rows.</summary>
    /// <param name="options">Shape of the encoding.</param>
    /// <param name="inputs">Inputs x [M, D].</param>
    /// <param name="features">Features [M, C]; overwritten.</param>
    public void Encode(FrequencyOptions options, ArrayView<float> inputs, ArrayView<float> features)
    {
        Check(options, inputs.Length, ("features", features.Length));
        if (inputs.Length > 0)
        {
            _forward(inputs.IntLength, new FrequencyKernels.ForwardArgs
            {
                Shape = FrequencyKernels.Shape.Of(options),
                Inputs = inputs,
                Features = features,
            });
        }
    }

    /// <summary>dL/dx += Jᵀ dL/dy.</summary>
    /// <param name="options">Shape of the encoding.</param>
    /// <param name="features">Features [M, C] of the forward pass.</param>
    /// <param name="dLdFeatures">dL/dy [M, C].</param>
    /// <param name="dLdInputs">dL/dx [M, D]; accumulated.</param>
    public void Backward(FrequencyOptions options, ArrayView<float> features, ArrayView<float> dLdFeatures, ArrayView<float> dLdInputs)
    {
        Check(options, dLdInputs.Length, ("features", features.Length), ("feature gradients", dLdFeatures.Length));
        if (dLdInputs.Length > 0)
        {
            _backward(dLdInputs.IntLength, Gradient(options, features, dLdFeatures, dLdInputs));
        }
    }

    /// <summary>ν = Jᵀu, the gradient of a scalar behind the features.</summary>
    /// <param name="options">Shape of the encoding.</param>
    /// <param name="features">Features [M, C] of the forward pass.</param>
    /// <param name="cotangent">u [M, C].</param>
    /// <param name="gradient">ν [M, D]; overwritten.</param>
    public void InputGradient(FrequencyOptions options, ArrayView<float> features, ArrayView<float> cotangent, ArrayView<float> gradient)
    {
        Check(options, gradient.Length, ("features", features.Length), ("cotangents", cotangent.Length));
        if (gradient.Length > 0)
        {
            _inputGradient(gradient.IntLength, Gradient(options, features, cotangent, gradient));
        }
    }

    /// <summary>The second-order pass: dL/du += J g_ν, and dL/dx through the sines and cosines.</summary>
    /// <param name="options">Shape of the encoding.</param>
    /// <param name="features">Features [M, C] of the forward pass.</param>
    /// <param name="cotangent">u [M, C].</param>
    /// <param name="dLdGradient">g_ν = dL/dν [M, D].</param>
    /// <param name="dLdCotangent">dL/du [M, C]; accumulated; empty to skip it.</param>
    /// <param name="dLdInputs">dL/dx [M, D]; accumulated; empty to skip it.</param>
    public void InputGradientBackward(
        FrequencyOptions options, ArrayView<float> features, ArrayView<float> cotangent, ArrayView<float> dLdGradient,
        ArrayView<float> dLdCotangent, ArrayView<float> dLdInputs)
    {
        Check(options, dLdGradient.Length, ("features", features.Length), ("cotangents", cotangent.Length));
        if (dLdCotangent.Length != 0)
        {
            Check(options, dLdGradient.Length, ("cotangent gradients", dLdCotangent.Length));
        }

        if (dLdInputs.Length != 0 && dLdInputs.Length != dLdGradient.Length)
        {
            throw new ArgumentException($"Frequency encoding: expected {dLdGradient.Length} input gradients or none, got {dLdInputs.Length}; pass one per input.");
        }

        if (dLdGradient.Length > 0)
        {
            _inputGradientBackward(dLdGradient.IntLength, new FrequencyKernels.SecondOrderArgs
            {
                Shape = FrequencyKernels.Shape.Of(options),
                Features = features,
                Cotangent = cotangent,
                DLdGradient = dLdGradient,
                DLdCotangent = dLdCotangent,
                DLdInputs = dLdInputs,
            });
        }
    }

    private static FrequencyKernels.BackwardArgs Gradient(
        FrequencyOptions options, ArrayView<float> features, ArrayView<float> cotangent, ArrayView<float> result) => new()
        {
            Shape = FrequencyKernels.Shape.Of(options),
            Features = features,
            Cotangent = cotangent,
            Result = result,
        };

    private void Check(FrequencyOptions options, long inputLength, params ReadOnlySpan<(string What, long Length)> features)
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

        if (inputLength % options.DimensionCount != 0)
        {
            throw new ArgumentException($"Frequency encoding: expected rows of {options.DimensionCount} inputs, got {inputLength} numbers; pass whole rows.");
        }

        long expected = inputLength / options.DimensionCount * options.FeatureCount;
        foreach ((string what, long length) in features)
        {
            if (length != expected)
            {
                throw new ArgumentException($"Frequency encoding: expected {expected} {what} for {inputLength} inputs, got {length}; pass {options.FeatureCount} per row.");
            }
        }

        if (expected > int.MaxValue)
        {
            throw new ArgumentException($"Frequency encoding: {expected} features, at most {int.MaxValue} fit one launch; lower the sample budget.");
        }
    }
}
