using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Shade;

/// <summary>
/// Surface normals by differences of the density, M samples. The field is evaluated at taps around each sample, clamped to the cube
/// [-bound, bound]³. Central differences have six: tap 6i + 2k is the upper, x + ε, and 6i + 2k + 1 the lower one, x - ε, of sample i along axis k.
/// One-sided differences have four: tap 4i is x itself, 4i + 1 + k is x + ε (forward) or x - ε (backward) along axis k.
/// <code>
/// g_k = (σ₊ - σ₋) / (x₊ - x₋)_k    n = -g / |g|    h = -(I - n nᵀ) dL/dn / |g|    dL/dσ± += ±h_k / (x₊ - x₋)_k
/// x₊ = x₋ (beyond the cube): g_k = 0    |g| ≤ 10⁻¹² or not finite: n = 0 and no gradient
/// </code>
/// The distance is the one between the clamped taps, so that at the bound the difference becomes one-sided instead of half as steep.
/// Source: stable-dreamfusion's finite_difference_normal (central, ε = 0.01); the one-sided forms are NeMo's. Not differentiated in x.
/// </summary>
public static class FiniteDifferenceNormalKernels
{
    /// <summary>Taps per sample of central differences, the most of all.</summary>
    public const int TapCount = 6;

    /// <summary>Arguments of all three kernels.</summary>
    public struct Args
    {
        /// <summary>Positions x [M], world units.</summary>
        public ArrayView<Float3> Positions;

        /// <summary>Taps [tM], world units; overwritten by Taps, not read by the others.</summary>
        public ArrayView<Float3> TapPositions;

        /// <summary>σ at the taps [tM], 1/world unit; read by Forward and Backward.</summary>
        public ArrayView<float> Sigma;

        /// <summary>n [M], length 1 or 0; overwritten by Forward.</summary>
        public ArrayView<Float3> Normals;

        /// <summary>dL/dn [M]; read by Backward.</summary>
        public ArrayView<Float3> DLdNormals;

        /// <summary>dL/dσ [tM]; accumulated (+=) by Backward.</summary>
        public ArrayView<float> DLdSigma;

        /// <summary>Taps per sample t, 6 for central differences, 4 for one-sided ones.</summary>
        public int Taps;

        /// <summary>0 for central, 1 for forward, -1 for backward differences.</summary>
        public int Side;

        /// <summary>ε, world units, &gt; 0.</summary>
        public float Epsilon;

        /// <summary>Half edge of the cube, world units, &gt; 0; infinity for no limit.</summary>
        public float Bound;
    }

    /// <summary>The taps of one sample. One work item per sample.</summary>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Taps(Index1D sample, Args a)
    {
        Float3 x = a.Positions[sample];
        var centre = new Float3(Clamp(x.X, a.Bound), Clamp(x.Y, a.Bound), Clamp(x.Z, a.Bound));
        int first = a.Taps * sample.X;
        if (a.Side != 0)
        {
            a.TapPositions[first] = centre;
        }

        if (a.Side >= 0)
        {
            a.TapPositions[first + UpperTap(0, a.Side)] = new Float3(Upper(x.X, a), centre.Y, centre.Z);
            a.TapPositions[first + UpperTap(1, a.Side)] = new Float3(centre.X, Upper(x.Y, a), centre.Z);
            a.TapPositions[first + UpperTap(2, a.Side)] = new Float3(centre.X, centre.Y, Upper(x.Z, a));
        }

        if (a.Side <= 0)
        {
            a.TapPositions[first + LowerTap(0, a.Side)] = new Float3(Lower(x.X, a), centre.Y, centre.Z);
            a.TapPositions[first + LowerTap(1, a.Side)] = new Float3(centre.X, Lower(x.Y, a), centre.Z);
            a.TapPositions[first + LowerTap(2, a.Side)] = new Float3(centre.X, centre.Y, Lower(x.Z, a));
        }
    }

    /// <summary>n. One work item per sample.</summary>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Forward(Index1D sample, Args a)
    {
        Float3 gradient = Gradient(sample, a);
        float length = gradient.Length;
        a.Normals[sample] = HasDirection(length) ? gradient * (-1f / length) : Float3.Zero;
    }

    /// <summary>dL/dσ at the six taps. One work item per sample.</summary>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Backward(Index1D sample, Args a)
    {
        Float3 gradient = Gradient(sample, a);
        float length = gradient.Length;
        if (HasDirection(length))
        {
            Float3 upstream = a.DLdNormals[sample];
            Float3 normal = gradient * (-1f / length);
            Float3 tangential = (upstream - normal * Float3.Dot(normal, upstream)) * (-1f / length);
            Float3 scaled = tangential * InverseDistances(a.Positions[sample], a);
            Spread(sample, 0, scaled.X, a);
            Spread(sample, 1, scaled.Y, a);
            Spread(sample, 2, scaled.Z, a);
        }
    }

    private static void Spread(Index1D sample, int axis, float gradient, Args a)
    {
        int first = a.Taps * sample.X;
        a.DLdSigma[first + UpperTap(axis, a.Side)] += gradient;
        a.DLdSigma[first + LowerTap(axis, a.Side)] -= gradient;
    }

    private static Float3 Gradient(Index1D sample, Args a)
    {
        var differences = new Float3(Difference(sample, 0, a), Difference(sample, 1, a), Difference(sample, 2, a));
        return differences * InverseDistances(a.Positions[sample], a);
    }

    private static float Difference(Index1D sample, int axis, Args a)
    {
        int first = a.Taps * sample.X;
        return a.Sigma[first + UpperTap(axis, a.Side)] - a.Sigma[first + LowerTap(axis, a.Side)];
    }

    // Of one-sided differences, tap 0 is the sample itself: the lower end of forward, the upper end of backward ones.
    private static int UpperTap(int axis, int side) => side == 0 ? 2 * axis : side > 0 ? 1 + axis : 0;

    private static int LowerTap(int axis, int side) => side == 0 ? 2 * axis + 1 : side > 0 ? 0 : 1 + axis;

    private static Float3 InverseDistances(Float3 x, Args a)
        => new(InverseDistance(x.X, a), InverseDistance(x.Y, a), InverseDistance(x.Z, a));

    // Of the taps as they were rounded: 2ε would be wrong by the rounding of x ± ε, which is 10⁻⁵ of ε = 0.01 at x = 1.
    private static float InverseDistance(float x, Args a)
    {
        float distance = Upper(x, a) - Lower(x, a);
        return distance > 0f ? 1f / distance : 0f;
    }

    private static float Upper(float x, Args a) => Clamp(a.Side < 0 ? x : x + a.Epsilon, a.Bound);

    private static float Lower(float x, Args a) => Clamp(a.Side > 0 ? x : x - a.Epsilon, a.Bound);

    private static float Clamp(float x, float bound)
    {
        if (x > bound)
        {
            return bound;
        }

        return x < -bound ? -bound : x;
    }

    // σ beyond the largest float gives differences of infinity or NaN: no direction either.
    private static bool HasDirection(float length) => length > DensityNormalKernels.SmallestGradient && length <= float.MaxValue;
}

/// <summary>Launcher of <see cref="FiniteDifferenceNormalKernels"/>.</summary>
public sealed class FiniteDifferenceNormal : IKernelFamily<FiniteDifferenceNormal>
{
    private readonly Action<Index1D, FiniteDifferenceNormalKernels.Args> _taps;
    private readonly Action<Index1D, FiniteDifferenceNormalKernels.Args> _forward;
    private readonly Action<Index1D, FiniteDifferenceNormalKernels.Args> _backward;

    private FiniteDifferenceNormal(Accelerator accelerator)
    {
        _taps = accelerator.LoadAutoGroupedStreamKernel<Index1D, FiniteDifferenceNormalKernels.Args>(FiniteDifferenceNormalKernels.Taps);
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, FiniteDifferenceNormalKernels.Args>(FiniteDifferenceNormalKernels.Forward);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, FiniteDifferenceNormalKernels.Args>(FiniteDifferenceNormalKernels.Backward);
    }

    /// <inheritdoc/>
    public static FiniteDifferenceNormal Load(Accelerator accelerator) => new(accelerator);

    /// <summary>The taps of each sample.</summary>
    /// <param name="options">ε and bound.</param>
    /// <param name="positions">x [M], world units.</param>
    /// <param name="tapPositions">Taps [tM]; overwritten.</param>
    public void Taps(FiniteDifferenceOptions options, ArrayView<Float3> positions, ArrayView<Float3> tapPositions)
    {
        FiniteDifferenceNormalKernels.Args args = Bind(options, positions);
        RequireLength("taps", options.TapCount * positions.Length, tapPositions.Length);
        args.TapPositions = tapPositions;
        if (positions.Length > 0)
        {
            _taps(positions.IntLength, args);
        }
    }

    /// <summary>n of M samples.</summary>
    /// <param name="options">ε and bound, as for the taps.</param>
    /// <param name="positions">x [M], world units.</param>
    /// <param name="sigma">σ at the taps [tM].</param>
    /// <param name="normals">n [M]; overwritten.</param>
    public void Forward(FiniteDifferenceOptions options, ArrayView<Float3> positions, ArrayView<float> sigma, ArrayView<Float3> normals)
    {
        FiniteDifferenceNormalKernels.Args args = Bind(options, positions);
        RequireLength("densities", options.TapCount * positions.Length, sigma.Length);
        RequireLength("normals", positions.Length, normals.Length);
        args.Sigma = sigma;
        args.Normals = normals;
        if (positions.Length > 0)
        {
            _forward(positions.IntLength, args);
        }
    }

    /// <summary>dL/dσ += from dL/dn.</summary>
    /// <param name="options">ε and bound, as for the taps.</param>
    /// <param name="positions">x [M], world units.</param>
    /// <param name="sigma">σ at the taps [tM].</param>
    /// <param name="dLdNormals">dL/dn [M].</param>
    /// <param name="dLdSigma">dL/dσ at the taps [tM]; accumulated.</param>
    public void Backward(
        FiniteDifferenceOptions options, ArrayView<Float3> positions, ArrayView<float> sigma, ArrayView<Float3> dLdNormals,
        ArrayView<float> dLdSigma)
    {
        FiniteDifferenceNormalKernels.Args args = Bind(options, positions);
        RequireLength("densities", options.TapCount * positions.Length, sigma.Length);
        RequireLength("normal gradients", positions.Length, dLdNormals.Length);
        RequireLength("density gradients", options.TapCount * positions.Length, dLdSigma.Length);
        args.Sigma = sigma;
        args.DLdNormals = dLdNormals;
        args.DLdSigma = dLdSigma;
        if (positions.Length > 0)
        {
            _backward(positions.IntLength, args);
        }
    }

    private static FiniteDifferenceNormalKernels.Args Bind(FiniteDifferenceOptions options, ArrayView<Float3> positions)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!(options.Epsilon > 0f) || !float.IsFinite(options.Epsilon) || !(options.Bound > 0f) || !Enum.IsDefined(options.Scheme))
        {
            throw new ArgumentException(string.Join(Environment.NewLine, options.Validate()), nameof(options));
        }

        return new FiniteDifferenceNormalKernels.Args
        {
            Positions = positions,
            Taps = options.TapCount,
            Side = options.Scheme switch { DifferenceScheme.Forward => 1, DifferenceScheme.Backward => -1, _ => 0 },
            Epsilon = options.Epsilon,
            Bound = options.Bound,
        };
    }

    private static void RequireLength(string what, long expected, long actual)
    {
        if (expected != actual)
        {
            throw new ArgumentException($"FiniteDifferenceNormal: expected {expected} {what}, got {actual}; pass buffers of the same sample count, as many taps each as the scheme has.");
        }
    }
}
