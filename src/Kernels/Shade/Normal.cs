using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Shade;

/// <summary>
/// Analytic surface normals, M samples: ν = ∇o is the gradient of the raw density output by position.
/// <code>
/// ν' = gain·ν + ∇blob(x)    n = -ν' / |ν'|    g_ν' = -(I - n nᵀ) g_n / |ν'|    dL/dν += gain·g_ν'
/// |ν'| ≤ 10⁻⁶ or NaN: n = 0 and no gradient
/// </code>
/// ∇σ = act'(a) ν' has the direction of ν', because the density activation is monotone: neither its overflow nor its
/// underflow touches the normal. For a blob that is added after the activation see <see cref="DensityNormalKernels"/>. Source: n = -∇τ / |∇τ|, DreamFusion (Poole et al. 2022), section 3.1. Not differentiated in x.
/// </summary>
public static class NormalKernels
{
    /// <summary>Below this length, per world unit, a raw gradient has no direction: the normal is 0.</summary>
    public const float SmallestGradient = 1e-6f;

    /// <summary>Arguments of both kernels.</summary>
    public struct Args
    {
        /// <summary>ν [M], per world unit.</summary>
        public ArrayView<Float3> Gradient;

        /// <summary>Positions x [M], world units.</summary>
        public ArrayView<Float3> Positions;

        /// <summary>n [M], length 1 or 0; overwritten by Forward, not read by Backward.</summary>
        public ArrayView<Float3> Normals;

        /// <summary>g_n = dL/dn [M]; read by Backward.</summary>
        public ArrayView<Float3> DLdNormals;

        /// <summary>dL/dν [M]; accumulated (+=) by Backward.</summary>
        public ArrayView<Float3> DLdGradient;

        /// <summary>Factor of the raw output in the density.</summary>
        public float Gain;

        /// <summary>Blob height.</summary>
        public float BlobDensity;

        /// <summary>Blob radius, world units, &gt; 0.</summary>
        public float BlobRadius;
    }

    /// <summary>n. One work item per sample.</summary>
    /// <typeparam name="TBlob">blob.</typeparam>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Forward<TBlob>(Index1D sample, Args a)
        where TBlob : struct, IDensityBlob
    {
        Float3 gradient = TotalGradient<TBlob>(sample, a);
        float length = gradient.Length;
        a.Normals[sample] = length > SmallestGradient ? gradient * (-1f / length) : Float3.Zero;
    }

    /// <summary>dL/dν. One work item per sample.</summary>
    /// <typeparam name="TBlob">blob.</typeparam>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Backward<TBlob>(Index1D sample, Args a)
        where TBlob : struct, IDensityBlob
    {
        Float3 upstream = a.DLdNormals[sample];
        Float3 gradient = TotalGradient<TBlob>(sample, a);
        float length = gradient.Length;
        if (length > SmallestGradient)
        {
            Float3 normal = gradient * (-1f / length);
            Float3 tangential = upstream - normal * Float3.Dot(normal, upstream);
            a.DLdGradient[sample] += tangential * (-a.Gain / length);
        }
    }

    private static Float3 TotalGradient<TBlob>(Index1D sample, Args a)
        where TBlob : struct, IDensityBlob
        => a.Gain * a.Gradient[sample] + TBlob.Gradient(a.BlobDensity, a.BlobRadius, a.Positions[sample]);
}

/// <summary>Launches the normal kernels of one blob shape.</summary>
public interface INormal
{
    /// <summary>n of M samples.</summary>
    /// <param name="options">The density whose normals are wanted.</param>
    /// <param name="gradient">ν [M], per world unit.</param>
    /// <param name="positions">Positions [M], world units.</param>
    /// <param name="normals">n [M]; overwritten.</param>
    void Forward(DensityOptions options, ArrayView<Float3> gradient, ArrayView<Float3> positions, ArrayView<Float3> normals);

    /// <summary>dL/dν += from dL/dn.</summary>
    /// <param name="options">The density whose normals were taken.</param>
    /// <param name="gradient">ν [M], per world unit.</param>
    /// <param name="positions">Positions [M], world units.</param>
    /// <param name="dLdNormals">dL/dn [M].</param>
    /// <param name="dLdGradient">dL/dν [M]; accumulated.</param>
    void Backward(
        DensityOptions options, ArrayView<Float3> gradient, ArrayView<Float3> positions,
        ArrayView<Float3> dLdNormals, ArrayView<Float3> dLdGradient);
}

/// <summary>Launcher of the normal kernels.</summary>
/// <typeparam name="TBlob">Blob shape.</typeparam>
public sealed class Normal<TBlob> : IKernelFamily<Normal<TBlob>>, INormal
    where TBlob : struct, IDensityBlob
{
    private readonly Action<Index1D, NormalKernels.Args> _forward;
    private readonly Action<Index1D, NormalKernels.Args> _backward;

    private Normal(Accelerator accelerator)
    {
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, NormalKernels.Args>(NormalKernels.Forward<TBlob>);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, NormalKernels.Args>(NormalKernels.Backward<TBlob>);
    }

    /// <inheritdoc/>
    public static Normal<TBlob> Load(Accelerator accelerator) => new(accelerator);

    /// <inheritdoc/>
    public void Forward(DensityOptions options, ArrayView<Float3> gradient, ArrayView<Float3> positions, ArrayView<Float3> normals)
    {
        NormalKernels.Args args = Bind(options, gradient, positions);
        RequireLength("normals", positions.Length, normals.Length);
        args.Normals = normals;
        if (positions.Length > 0)
        {
            _forward(positions.IntLength, args);
        }
    }

    /// <inheritdoc/>
    public void Backward(
        DensityOptions options, ArrayView<Float3> gradient, ArrayView<Float3> positions,
        ArrayView<Float3> dLdNormals, ArrayView<Float3> dLdGradient)
    {
        NormalKernels.Args args = Bind(options, gradient, positions);
        RequireLength("normal gradients", positions.Length, dLdNormals.Length);
        RequireLength("gradients of ν", positions.Length, dLdGradient.Length);
        args.DLdNormals = dLdNormals;
        args.DLdGradient = dLdGradient;
        if (positions.Length > 0)
        {
            _backward(positions.IntLength, args);
        }
    }

    private static NormalKernels.Args Bind(DensityOptions options, ArrayView<Float3> gradient, ArrayView<Float3> positions)
    {
        ArgumentNullException.ThrowIfNull(options);
        RequireLength("raw density gradients", positions.Length, gradient.Length);
        return new NormalKernels.Args
        {
            Gradient = gradient,
            Positions = positions,
            Gain = options.Gain,
            BlobDensity = options.BlobDensity,
            BlobRadius = options.BlobRadius,
        };
    }

    private static void RequireLength(string what, long expected, long actual)
    {
        if (expected != actual)
        {
            throw new ArgumentException($"Normal: expected {expected} {what}, got {actual}; pass buffers of the same sample count.");
        }
    }
}
