using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Shade;

/// <summary>
/// Density from the raw network output o, M samples.
/// <code>
/// a = gain·o + blob(x) + bias    σ = scale·act(a) for |x| ≤ bound, else 0
/// added blob: a = gain·o + bias  σ = scale·act(a) + blob(x) for |x| ≤ bound, else 0
/// dL/do += gain·scale·act'(a)·dL/dσ for |x| ≤ bound
/// </code>
/// Source: DreamFusion (Poole et al. 2022), section 3 and appendix A.2 (the added blob); the blob before the activation is
/// stable-dreamfusion's and threestudio's. Not differentiated in x: camera rays are constants.
/// </summary>
public static class DensityKernels
{
    /// <summary>Arguments of both kernels.</summary>
    public struct Args
    {
        /// <summary>Network outputs [M, <see cref="Stride"/>]; o is column <see cref="Column"/>.</summary>
        public ArrayView<float> Raw;

        /// <summary>Positions x [M], world units.</summary>
        public ArrayView<Float3> Positions;

        /// <summary>σ [M], 1/world unit, ≥ 0; overwritten by Forward, not read by Backward.</summary>
        public ArrayView<float> Sigma;

        /// <summary>dL/dσ [M]; read by Backward.</summary>
        public ArrayView<float> DLdSigma;

        /// <summary>dL/draw [M, Stride]; Backward accumulates (+=) into column <see cref="Column"/>.</summary>
        public ArrayView<float> DLdRaw;

        /// <summary>Columns of <see cref="Raw"/>.</summary>
        public int Stride;

        /// <summary>Column of o.</summary>
        public int Column;

        /// <summary>Blob height.</summary>
        public float BlobDensity;

        /// <summary>Blob radius, world units, &gt; 0.</summary>
        public float BlobRadius;

        /// <summary>Factor of o.</summary>
        public float Gain;

        /// <summary>Added before the activation.</summary>
        public float Bias;

        /// <summary>Factor after the activation, 1/world unit.</summary>
        public float Scale;

        /// <summary>Radius of the ball that may hold matter, world units; infinity for no limit.</summary>
        public float Bound;
    }

    /// <summary>σ. One work item per sample.</summary>
    /// <typeparam name="TActivation">act.</typeparam>
    /// <typeparam name="TBlob">blob.</typeparam>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Forward<TActivation, TBlob>(Index1D sample, Args a)
        where TActivation : struct, IDensityActivation
        where TBlob : struct, IDensityBlob
    {
        Float3 position = a.Positions[sample];
        if (position.Length > a.Bound)
        {
            a.Sigma[sample] = 0f;
            return;
        }

        float activated = a.Scale * TActivation.Value(Argument<TBlob>(sample, position, a));
        a.Sigma[sample] = TBlob.IsAdded != 0 ? activated + TBlob.Value(a.BlobDensity, a.BlobRadius, position) : activated;
    }

    /// <summary>dL/do. One work item per sample.</summary>
    /// <typeparam name="TActivation">act.</typeparam>
    /// <typeparam name="TBlob">blob.</typeparam>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Backward<TActivation, TBlob>(Index1D sample, Args a)
        where TActivation : struct, IDensityActivation
        where TBlob : struct, IDensityBlob
    {
        Float3 position = a.Positions[sample];
        float upstream = a.DLdSigma[sample];
        if (upstream == 0f || position.Length > a.Bound)
        {
            return;
        }

        float derivative = TActivation.Derivative(Argument<TBlob>(sample, position, a));
        a.DLdRaw[sample.X * a.Stride + a.Column] += a.Gain * a.Scale * derivative * upstream;
    }

    private static float Argument<TBlob>(Index1D sample, Float3 position, Args a)
        where TBlob : struct, IDensityBlob
    {
        float raw = a.Gain * a.Raw[sample.X * a.Stride + a.Column];
        return TBlob.IsAdded != 0 ? raw + a.Bias : raw + TBlob.Value(a.BlobDensity, a.BlobRadius, position) + a.Bias;
    }
}

/// <summary>Launches the density kernels of one variant.</summary>
public interface IDensity
{
    /// <summary>σ of M samples.</summary>
    /// <param name="options">Formula.</param>
    /// <param name="raw">Network outputs [M, columns].</param>
    /// <param name="column">Column of the raw density.</param>
    /// <param name="positions">Positions [M], world units.</param>
    /// <param name="sigma">σ [M]; overwritten.</param>
    void Forward(DensityOptions options, ArrayView<float> raw, int column, ArrayView<Float3> positions, ArrayView<float> sigma);

    /// <summary>dL/draw += from dL/dσ.</summary>
    /// <param name="options">Formula.</param>
    /// <param name="raw">Network outputs [M, columns].</param>
    /// <param name="column">Column of the raw density.</param>
    /// <param name="positions">Positions [M], world units.</param>
    /// <param name="dLdSigma">dL/dσ [M].</param>
    /// <param name="dLdRaw">dL/draw [M, columns]; accumulated.</param>
    void Backward(
        DensityOptions options, ArrayView<float> raw, int column, ArrayView<Float3> positions,
        ArrayView<float> dLdSigma, ArrayView<float> dLdRaw);
}

/// <summary>Launcher of the density kernels.</summary>
/// <typeparam name="TActivation">Activation.</typeparam>
/// <typeparam name="TBlob">Blob shape.</typeparam>
public sealed class Density<TActivation, TBlob> : IKernelFamily<Density<TActivation, TBlob>>, IDensity
    where TActivation : struct, IDensityActivation
    where TBlob : struct, IDensityBlob
{
    private readonly Action<Index1D, DensityKernels.Args> _forward;
    private readonly Action<Index1D, DensityKernels.Args> _backward;

    private readonly HostThreads? _host;

    private Density(Accelerator accelerator, HostThreads? host)
    {
        _host = host;
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, DensityKernels.Args>(DensityKernels.Forward<TActivation, TBlob>);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, DensityKernels.Args>(DensityKernels.Backward<TActivation, TBlob>);
    }

    /// <inheritdoc/>
    public static Density<TActivation, TBlob> Load(Accelerator accelerator) => new(accelerator, null);

    /// <inheritdoc/>
    public static Density<TActivation, TBlob> Load(Accelerator accelerator, HostThreads? host) => new(accelerator, host);

    /// <inheritdoc/>
    public void Forward(DensityOptions options, ArrayView<float> raw, int column, ArrayView<Float3> positions, ArrayView<float> sigma)
    {
        DensityKernels.Args args = Bind(options, raw, column, positions);
        RequireLength("densities", positions.Length, sigma.Length);
        args.Sigma = sigma;
        if (positions.Length > 0 && _host is not null)
        {
            DensityHost.Forward(_host, DensityHost.FormulaOf<TActivation, TBlob>(), args);
        }
        else if (positions.Length > 0)
        {
            _forward(positions.IntLength, args);
        }
    }

    /// <inheritdoc/>
    public void Backward(
        DensityOptions options, ArrayView<float> raw, int column, ArrayView<Float3> positions,
        ArrayView<float> dLdSigma, ArrayView<float> dLdRaw)
    {
        DensityKernels.Args args = Bind(options, raw, column, positions);
        RequireLength("density gradients", positions.Length, dLdSigma.Length);
        RequireLength("raw gradients", raw.Length, dLdRaw.Length);
        args.DLdSigma = dLdSigma;
        args.DLdRaw = dLdRaw;
        if (positions.Length > 0 && _host is not null)
        {
            DensityHost.Backward(_host, DensityHost.FormulaOf<TActivation, TBlob>(), args);
        }
        else if (positions.Length > 0)
        {
            _backward(positions.IntLength, args);
        }
    }

    private static DensityKernels.Args Bind(DensityOptions options, ArrayView<float> raw, int column, ArrayView<Float3> positions)
    {
        ArgumentNullException.ThrowIfNull(options);
        long columns = positions.Length == 0 ? 1 : raw.Length / positions.Length;
        RequireLength("raw values", positions.Length * columns, raw.Length);
        if (positions.Length > 0 && (column < 0 || column >= columns))
        {
            throw new ArgumentOutOfRangeException(
                nameof(column), column, $"Density: expected a column of 0 to {columns - 1}; choose one that the network has.");
        }

        return new DensityKernels.Args
        {
            Raw = raw,
            Positions = positions,
            Stride = (int)columns,
            Column = column,
            BlobDensity = options.BlobDensity,
            BlobRadius = options.BlobRadius,
            Gain = options.Gain,
            Bias = options.Bias,
            Scale = options.Scale,
            Bound = options.Bound,
        };
    }

    private static void RequireLength(string what, long expected, long actual)
    {
        if (expected != actual)
        {
            throw new ArgumentException($"Density: expected {expected} {what}, got {actual}; pass buffers of the same sample count.");
        }
    }
}
