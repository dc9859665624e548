using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Shade;

/// <summary>
/// Analytic normals of a density to which a blob is added after the activation, M samples; ν = ∇o as in <see cref="NormalKernels"/>.
/// <code>
/// a = gain·o + bias    ∇σ = s act'(a) ν + ∇blob(x),  s = scale·gain    n = -∇σ / |∇σ|    g = -(I - n nᵀ) g_n / |∇σ|
/// dL/dν += s act'(a) g    dL/do += s gain act''(a) (ν·g)
/// |∇σ| ≤ 10⁻¹² or not finite: n = 0 and no gradient
/// </code>
/// Here the activation does not cancel: it weighs the network against the blob, so the raw output takes part and has a gradient.
/// act' is the one of the backward pass, for exp the truncated exp(min(a, 15)): ∇σ then stays finite where σ overflows, and the
/// blob is too weak there to turn it. Source: DreamFusion (Poole et al. 2022), section 3.1 and appendix A.2. Not differentiated in x.
/// </summary>
public static class DensityNormalKernels
{
    /// <summary>
    /// Below this length, 1/world unit², a density's gradient has no direction: the normal is 0. Smaller than
    /// <see cref="NormalKernels.SmallestGradient"/>, because act' makes gradients tiny, but not meaningless, in thin space.
    /// </summary>
    public const float SmallestGradient = 1e-12f;

    /// <summary>Arguments of both kernels.</summary>
    public struct Args
    {
        /// <summary>Network outputs [M, <see cref="Stride"/>]; o is column <see cref="Column"/>.</summary>
        public ArrayView<float> Raw;

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

        /// <summary>dL/draw [M, Stride]; Backward accumulates (+=) into column <see cref="Column"/>.</summary>
        public ArrayView<float> DLdRaw;

        /// <summary>Columns of <see cref="Raw"/>.</summary>
        public int Stride;

        /// <summary>Column of o.</summary>
        public int Column;

        /// <summary>Factor of o.</summary>
        public float Gain;

        /// <summary>Added before the activation.</summary>
        public float Bias;

        /// <summary>Factor after the activation, 1/world unit.</summary>
        public float Scale;

        /// <summary>Blob height, 1/world unit.</summary>
        public float BlobDensity;

        /// <summary>Blob radius, world units, &gt; 0.</summary>
        public float BlobRadius;
    }

    /// <summary>n. One work item per sample.</summary>
    /// <typeparam name="TActivation">act.</typeparam>
    /// <typeparam name="TBlob">blob.</typeparam>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Forward<TActivation, TBlob>(Index1D sample, Args a)
        where TActivation : struct, IDensityActivation
        where TBlob : struct, IDensityBlob
    {
        Float3 gradient = DensityGradient<TActivation, TBlob>(sample, a);
        float length = gradient.Length;
        a.Normals[sample] = HasDirection(length) ? gradient * (-1f / length) : Float3.Zero;
    }

    /// <summary>dL/dν and dL/do. One work item per sample.</summary>
    /// <typeparam name="TActivation">act.</typeparam>
    /// <typeparam name="TBlob">blob.</typeparam>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Backward<TActivation, TBlob>(Index1D sample, Args a)
        where TActivation : struct, IDensityActivation
        where TBlob : struct, IDensityBlob
    {
        Float3 upstream = a.DLdNormals[sample];
        Float3 gradient = DensityGradient<TActivation, TBlob>(sample, a);
        float length = gradient.Length;
        if (HasDirection(length))
        {
            Float3 normal = gradient * (-1f / length);
            Float3 tangential = (upstream - normal * Float3.Dot(normal, upstream)) * (-1f / length);
            int raw = sample.X * a.Stride + a.Column;
            float argument = a.Gain * a.Raw[raw] + a.Bias;
            float slope = a.Scale * a.Gain;
            a.DLdGradient[sample] += tangential * (slope * TActivation.Derivative(argument));
            a.DLdRaw[raw] += slope * a.Gain * TActivation.SecondDerivative(argument) * Float3.Dot(a.Gradient[sample], tangential);
        }
    }

    private static Float3 DensityGradient<TActivation, TBlob>(Index1D sample, Args a)
        where TActivation : struct, IDensityActivation
        where TBlob : struct, IDensityBlob
    {
        float argument = a.Gain * a.Raw[sample.X * a.Stride + a.Column] + a.Bias;
        float slope = a.Scale * a.Gain * TActivation.Derivative(argument);
        return slope * a.Gradient[sample] + TBlob.Gradient(a.BlobDensity, a.BlobRadius, a.Positions[sample]);
    }

    private static bool HasDirection(float length) => length > SmallestGradient && length <= float.MaxValue;
}

/// <summary>Launches the kernels of one variant.</summary>
public interface IDensityNormal
{
    /// <summary>n of M samples.</summary>
    /// <param name="options">The density whose normals are wanted.</param>
    /// <param name="raw">Network outputs [M, columns].</param>
    /// <param name="column">Column of the raw density.</param>
    /// <param name="gradient">ν [M], per world unit.</param>
    /// <param name="positions">Positions [M], world units.</param>
    /// <param name="normals">n [M]; overwritten.</param>
    void Forward(
        DensityOptions options, ArrayView<float> raw, int column, ArrayView<Float3> gradient, ArrayView<Float3> positions,
        ArrayView<Float3> normals);

    /// <summary>dL/dν += and dL/draw += from dL/dn.</summary>
    /// <param name="options">The density whose normals were taken.</param>
    /// <param name="raw">Network outputs [M, columns].</param>
    /// <param name="column">Column of the raw density.</param>
    /// <param name="gradient">ν [M], per world unit.</param>
    /// <param name="positions">Positions [M], world units.</param>
    /// <param name="dLdNormals">dL/dn [M].</param>
    /// <param name="dLdGradient">dL/dν [M]; accumulated.</param>
    /// <param name="dLdRaw">dL/draw [M, columns]; accumulated.</param>
    void Backward(
        DensityOptions options, ArrayView<float> raw, int column, ArrayView<Float3> gradient, ArrayView<Float3> positions,
        ArrayView<Float3> dLdNormals, ArrayView<Float3> dLdGradient, ArrayView<float> dLdRaw);
}

/// <summary>Launcher of the kernels for a density with an added Gaussian.</summary>
/// <typeparam name="TActivation">Activation.</typeparam>
public sealed class DensityNormal<TActivation> : IKernelFamily<DensityNormal<TActivation>>, IDensityNormal
    where TActivation : struct, IDensityActivation
{
    private readonly Action<Index1D, DensityNormalKernels.Args> _forward;
    private readonly Action<Index1D, DensityNormalKernels.Args> _backward;

    private DensityNormal(Accelerator accelerator)
    {
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, DensityNormalKernels.Args>(
            DensityNormalKernels.Forward<TActivation, AddedGaussianBlob>);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, DensityNormalKernels.Args>(
            DensityNormalKernels.Backward<TActivation, AddedGaussianBlob>);
    }

    /// <inheritdoc/>
    public static DensityNormal<TActivation> Load(Accelerator accelerator) => new(accelerator);

    /// <inheritdoc/>
    public void Forward(
        DensityOptions options, ArrayView<float> raw, int column, ArrayView<Float3> gradient, ArrayView<Float3> positions,
        ArrayView<Float3> normals)
    {
        DensityNormalKernels.Args args = Bind(options, raw, column, gradient, positions);
        RequireLength("normals", positions.Length, normals.Length);
        args.Normals = normals;
        if (positions.Length > 0)
        {
            _forward(positions.IntLength, args);
        }
    }

    /// <inheritdoc/>
    public void Backward(
        DensityOptions options, ArrayView<float> raw, int column, ArrayView<Float3> gradient, ArrayView<Float3> positions,
        ArrayView<Float3> dLdNormals, ArrayView<Float3> dLdGradient, ArrayView<float> dLdRaw)
    {
        DensityNormalKernels.Args args = Bind(options, raw, column, gradient, positions);
        RequireLength("normal gradients", positions.Length, dLdNormals.Length);
        RequireLength("gradients of ν", positions.Length, dLdGradient.Length);
        RequireLength("raw gradients", raw.Length, dLdRaw.Length);
        args.DLdNormals = dLdNormals;
        args.DLdGradient = dLdGradient;
        args.DLdRaw = dLdRaw;
        if (positions.Length > 0)
        {
            _backward(positions.IntLength, args);
        }
    }

    private static DensityNormalKernels.Args Bind(
        DensityOptions options, ArrayView<float> raw, int column, ArrayView<Float3> gradient, ArrayView<Float3> positions)
    {
        ArgumentNullException.ThrowIfNull(options);
        RequireLength("raw density gradients", positions.Length, gradient.Length);
        long columns = positions.Length == 0 ? 1 : raw.Length / positions.Length;
        RequireLength("raw values", positions.Length * columns, raw.Length);
        if (positions.Length > 0 && (column < 0 || column >= columns))
        {
            throw new ArgumentOutOfRangeException(
                nameof(column), column, $"Normal: expected a column of 0 to {columns - 1}; choose one that the network has.");
        }

        return new DensityNormalKernels.Args
        {
            Raw = raw,
            Gradient = gradient,
            Positions = positions,
            Stride = (int)columns,
            Column = column,
            Gain = options.Gain,
            Bias = options.Bias,
            Scale = options.Scale,
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
