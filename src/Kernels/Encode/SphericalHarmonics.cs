using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Encode;

/// <summary>
/// Real spherical harmonics of unit directions, in tiny-cuda-nn's set and order: degree n gives the n² functions of the bands
/// l = 0 to n - 1, with m = -l to l in each band.
/// <code>
/// Y_l,m = N_l,|m| P_l^|m|(cos θ) · (√2 sin(|m|φ) for m &lt; 0,  1 for m = 0,  √2 cos(mφ) for m &gt; 0),   d = (sin θ cos φ, sin θ sin φ, cos θ)
/// N_l,m = sqrt((2l + 1)/(4π) (l - m)!/(l + m)!)         dL/dd = Σ g_l,m ∇Y_l,m(d)
/// </code>
/// Sign convention: the Legendre functions carry the Condon-Shortley phase (-1)ᵐ, as in tiny-cuda-nn, so Y_1 = -0.4886 y,
/// 0.4886 z, -0.4886 x. The pole is +z, whatever axis is up in the world. Each function is a polynomial in d; its gradient is
/// that polynomial's, of which only the part tangent to the sphere has a meaning that other forms of the polynomial share.
/// tiny-cuda-nn takes (d + 1)/2 and maps it back itself; here d comes as it is, and a caller that mimics threestudio's double
/// mapping passes (d + 1)/2 as the direction. Source: Green 2003, "Spherical harmonic lighting"; tiny-cuda-nn for order and signs.
/// </summary>
public static class SphericalHarmonicsKernels
{
    /// <summary>Largest degree.</summary>
    public const int MaxDegree = 4;

    /// <summary>Arguments of <see cref="Forward"/>.</summary>
    public struct ForwardArgs
    {
        /// <summary>Degree n, 1 to 4.</summary>
        public int Degree;

        /// <summary>Directions d [M], unit length.</summary>
        public ArrayView<Float3> Directions;

        /// <summary>Coefficients [M, n²]; overwritten.</summary>
        public ArrayView<float> Features;
    }

    /// <summary>Arguments of <see cref="Backward"/>.</summary>
    public struct BackwardArgs
    {
        /// <summary>Degree n, 1 to 4.</summary>
        public int Degree;

        /// <summary>Directions d [M] of the forward pass.</summary>
        public ArrayView<Float3> Directions;

        /// <summary>dL/dY [M, n²].</summary>
        public ArrayView<float> DLdFeatures;

        /// <summary>dL/dd [M]; accumulated (<c>+=</c>).</summary>
        public ArrayView<Float3> DLdDirections;
    }

    /// <summary>Coefficients of one direction.</summary>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Forward(Index1D sample, ForwardArgs a)
    {
        Float3 d = a.Directions[sample];
        int row = sample.X * a.Degree * a.Degree;
        a.Features[row] = 0.28209479f;
        if (a.Degree >= 2)
        {
            a.Features[row + 1] = -0.48860251f * d.Y;
            a.Features[row + 2] = 0.48860251f * d.Z;
            a.Features[row + 3] = -0.48860251f * d.X;
        }

        float xx = d.X * d.X;
        float yy = d.Y * d.Y;
        float zz = d.Z * d.Z;
        if (a.Degree >= 3)
        {
            a.Features[row + 4] = 1.09254843f * d.X * d.Y;
            a.Features[row + 5] = -1.09254843f * d.Y * d.Z;
            a.Features[row + 6] = 0.94617470f * zz - 0.31539157f;
            a.Features[row + 7] = -1.09254843f * d.X * d.Z;
            a.Features[row + 8] = 0.54627422f * (xx - yy);
        }

        if (a.Degree >= 4)
        {
            a.Features[row + 9] = 0.59004359f * d.Y * (yy - 3f * xx);
            a.Features[row + 10] = 2.89061144f * d.X * d.Y * d.Z;
            a.Features[row + 11] = 0.45704580f * d.Y * (1f - 5f * zz);
            a.Features[row + 12] = 0.37317633f * d.Z * (5f * zz - 3f);
            a.Features[row + 13] = 0.45704580f * d.X * (1f - 5f * zz);
            a.Features[row + 14] = 1.44530572f * d.Z * (xx - yy);
            a.Features[row + 15] = 0.59004359f * d.X * (3f * yy - xx);
        }
    }

    /// <summary>Gradient to one direction.</summary>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Backward(Index1D sample, BackwardArgs a)
    {
        // The band l = 0 is constant.
        Float3 d = a.Directions[sample];
        Float3 sum = Float3.Zero;
        int row = sample.X * a.Degree * a.Degree;
        if (a.Degree >= 2)
        {
            sum += new Float3(a.DLdFeatures[row + 3], a.DLdFeatures[row + 1], -a.DLdFeatures[row + 2]) * -0.48860251f;
        }

        if (a.Degree >= 3)
        {
            sum += SecondBand(d, a.DLdFeatures, row);
        }

        if (a.Degree >= 4)
        {
            sum += ThirdBand(d, a.DLdFeatures, row);
        }

        a.DLdDirections[sample] += sum;
    }

    private static Float3 SecondBand(Float3 d, ArrayView<float> g, int row)
    {
        Float3 sum = new Float3(d.Y, d.X, 0f) * (1.09254843f * g[row + 4]);
        sum += new Float3(0f, d.Z, d.Y) * (-1.09254843f * g[row + 5]);
        sum += new Float3(0f, 0f, d.Z) * (1.89234940f * g[row + 6]);
        sum += new Float3(d.Z, 0f, d.X) * (-1.09254843f * g[row + 7]);
        return sum + new Float3(d.X, -d.Y, 0f) * (1.09254843f * g[row + 8]);
    }

    private static Float3 ThirdBand(Float3 d, ArrayView<float> g, int row)
    {
        float xx = d.X * d.X;
        float yy = d.Y * d.Y;
        float zz = d.Z * d.Z;
        Float3 sum = new Float3(-6f * d.X * d.Y, 3f * (yy - xx), 0f) * (0.59004359f * g[row + 9]);
        sum += new Float3(d.Y * d.Z, d.X * d.Z, d.X * d.Y) * (2.89061144f * g[row + 10]);
        sum += new Float3(0f, 1f - 5f * zz, -10f * d.Y * d.Z) * (0.45704580f * g[row + 11]);
        sum += new Float3(0f, 0f, 15f * zz - 3f) * (0.37317633f * g[row + 12]);
        sum += new Float3(1f - 5f * zz, 0f, -10f * d.X * d.Z) * (0.45704580f * g[row + 13]);
        sum += new Float3(2f * d.X * d.Z, -2f * d.Y * d.Z, xx - yy) * (1.44530572f * g[row + 14]);
        return sum + new Float3(3f * (yy - xx), 6f * d.X * d.Y, 0f) * (0.59004359f * g[row + 15]);
    }
}

/// <summary>Launcher of <see cref="SphericalHarmonicsKernels"/>.</summary>
public sealed class SphericalHarmonics : IKernelFamily<SphericalHarmonics>
{
    private readonly Action<Index1D, SphericalHarmonicsKernels.ForwardArgs> _forward;
    private readonly Action<Index1D, SphericalHarmonicsKernels.BackwardArgs> _backward;

    private SphericalHarmonics(Accelerator accelerator)
    {
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, SphericalHarmonicsKernels.ForwardArgs>(SphericalHarmonicsKernels.Forward);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, SphericalHarmonicsKernels.BackwardArgs>(SphericalHarmonicsKernels.Backward);
    }

    /// <inheritdoc/>
    public static SphericalHarmonics Load(Accelerator accelerator) => new(accelerator);

    /// <summary>Coefficients of M directions.</summary>
    /// <param name="degree">Degree n, 1 to 4: n² coefficients.</param>
    /// <param name="directions">Directions [M], unit length.</param>
    /// <param name="features">Coefficients [M, n²]; overwritten.</param>
    public void Encode(int degree, ArrayView<Float3> directions, ArrayView<float> features)
    {
        Check(degree, directions.Length, "coefficients", features.Length);
        if (directions.Length > 0)
        {
            _forward(directions.IntLength, new SphericalHarmonicsKernels.ForwardArgs { Degree = degree, Directions = directions, Features = features });
        }
    }

    /// <summary>dL/dd += Σ g ∇Y.</summary>
    /// <param name="degree">Degree n, 1 to 4.</param>
    /// <param name="directions">Directions [M] of the forward pass.</param>
    /// <param name="dLdFeatures">dL/dY [M, n²].</param>
    /// <param name="dLdDirections">dL/dd [M]; accumulated.</param>
    public void Backward(int degree, ArrayView<Float3> directions, ArrayView<float> dLdFeatures, ArrayView<Float3> dLdDirections)
    {
        Check(degree, directions.Length, "coefficient gradients", dLdFeatures.Length);
        if (dLdDirections.Length != directions.Length)
        {
            throw new ArgumentException($"Spherical harmonics: expected {directions.Length} direction gradients, got {dLdDirections.Length}; pass one per direction.");
        }

        if (directions.Length > 0)
        {
            _backward(directions.IntLength, new SphericalHarmonicsKernels.BackwardArgs
            {
                Degree = degree,
                Directions = directions,
                DLdFeatures = dLdFeatures,
                DLdDirections = dLdDirections,
            });
        }
    }

    private static void Check(int degree, long directionCount, string what, long length)
    {
        if (degree is < 1 or > SphericalHarmonicsKernels.MaxDegree)
        {
            throw new ArgumentOutOfRangeException(nameof(degree), degree, $"Spherical harmonics: expected degree 1 to {SphericalHarmonicsKernels.MaxDegree}; change encoder.degree.");
        }

        long expected = directionCount * degree * degree;
        if (length != expected || expected > int.MaxValue)
        {
            throw new ArgumentException($"Spherical harmonics: expected {expected} {what} (at most {int.MaxValue}) for {directionCount} directions of degree {degree}, got {length}; pass {degree * degree} per direction.");
        }
    }
}
