using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Shade;

/// <summary>
/// Albedo from three raw network outputs, M samples.
/// <code>
/// ρ = 1 / (1 + exp(-gain·o))    dL/do += gain·ρ(1 - ρ)·dL/dρ
/// </code>
/// Source: DreamFusion (Poole et al. 2022), section 3.
/// </summary>
public static class AlbedoKernels
{
    /// <summary>Arguments of both kernels.</summary>
    public struct Args
    {
        /// <summary>Network outputs [M, <see cref="Stride"/>]; o is columns <see cref="Column"/> to Column + 2. Read by Forward.</summary>
        public ArrayView<float> Raw;

        /// <summary>ρ [M], 0 to 1; overwritten by Forward, read by Backward.</summary>
        public ArrayView<Float3> Albedo;

        /// <summary>dL/dρ [M]; read by Backward.</summary>
        public ArrayView<Float3> DLdAlbedo;

        /// <summary>dL/draw [M, Stride]; Backward accumulates (+=) into the three columns.</summary>
        public ArrayView<float> DLdRaw;

        /// <summary>Columns of <see cref="Raw"/>.</summary>
        public int Stride;

        /// <summary>First of the three columns.</summary>
        public int Column;

        /// <summary>Factor of o.</summary>
        public float Gain;
    }

    /// <summary>ρ. One work item per sample.</summary>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Forward(Index1D sample, Args a)
    {
        int first = sample.X * a.Stride + a.Column;
        a.Albedo[sample] = new Float3(
            Sigmoid(a.Gain * a.Raw[first]), Sigmoid(a.Gain * a.Raw[first + 1]), Sigmoid(a.Gain * a.Raw[first + 2]));
    }

    /// <summary>dL/do. One work item per sample.</summary>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Backward(Index1D sample, Args a)
    {
        int first = sample.X * a.Stride + a.Column;
        Float3 albedo = a.Albedo[sample];
        Float3 gradient = a.Gain * (albedo * (Float3.One - albedo)) * a.DLdAlbedo[sample];
        a.DLdRaw[first] += gradient.X;
        a.DLdRaw[first + 1] += gradient.Y;
        a.DLdRaw[first + 2] += gradient.Z;
    }

    // Only the exponential of a negative number is taken: it cannot overflow.
    private static float Sigmoid(float x)
    {
        float e = Elementary.Exp(x > 0f ? -x : x);
        return x > 0f ? 1f / (1f + e) : e / (1f + e);
    }
}

/// <summary>Launcher of the albedo kernels.</summary>
public sealed class Albedo : IKernelFamily<Albedo>
{
    private readonly Action<Index1D, AlbedoKernels.Args> _forward;
    private readonly Action<Index1D, AlbedoKernels.Args> _backward;

    private readonly HostThreads? _host;

    private Albedo(Accelerator accelerator, HostThreads? host)
    {
        _host = host;
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, AlbedoKernels.Args>(AlbedoKernels.Forward);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, AlbedoKernels.Args>(AlbedoKernels.Backward);
    }

    /// <inheritdoc/>
    public static Albedo Load(Accelerator accelerator) => new(accelerator, null);

    /// <inheritdoc/>
    public static Albedo Load(Accelerator accelerator, HostThreads? host) => new(accelerator, host);

    /// <summary>ρ of M samples.</summary>
    /// <param name="gain">Factor of the raw outputs; 2 in the toybox, else 1.</param>
    /// <param name="raw">Network outputs [M, columns].</param>
    /// <param name="column">First of the three columns.</param>
    /// <param name="albedo">ρ [M]; overwritten.</param>
    public void Forward(float gain, ArrayView<float> raw, int column, ArrayView<Float3> albedo)
    {
        AlbedoKernels.Args args = Bind(gain, raw, column, albedo);
        args.Raw = raw;
        if (albedo.Length > 0 && _host is not null)
        {
            AlbedoHost.Forward(_host, args);
        }
        else if (albedo.Length > 0)
        {
            _forward(albedo.IntLength, args);
        }
    }

    /// <summary>dL/draw += from dL/dρ.</summary>
    /// <param name="gain">Factor of the raw outputs.</param>
    /// <param name="albedo">ρ [M] of the forward pass.</param>
    /// <param name="column">First of the three columns.</param>
    /// <param name="dLdAlbedo">dL/dρ [M].</param>
    /// <param name="dLdRaw">dL/draw [M, columns]; accumulated.</param>
    public void Backward(float gain, ArrayView<Float3> albedo, int column, ArrayView<Float3> dLdAlbedo, ArrayView<float> dLdRaw)
    {
        AlbedoKernels.Args args = Bind(gain, dLdRaw, column, albedo);
        if (dLdAlbedo.Length != albedo.Length)
        {
            throw new ArgumentException($"Albedo: expected {albedo.Length} albedo gradients, got {dLdAlbedo.Length}; pass buffers of the same sample count.");
        }

        args.DLdAlbedo = dLdAlbedo;
        args.DLdRaw = dLdRaw;
        if (albedo.Length > 0)
        {
            _backward(albedo.IntLength, args);
        }
    }

    private static AlbedoKernels.Args Bind(float gain, ArrayView<float> raw, int column, ArrayView<Float3> albedo)
    {
        long columns = albedo.Length == 0 ? 3 : raw.Length / albedo.Length;
        if (albedo.Length * columns != raw.Length)
        {
            throw new ArgumentException($"Albedo: {raw.Length} raw values are no whole number of columns of {albedo.Length} samples; pass buffers of the same sample count.");
        }

        if (albedo.Length > 0 && (column < 0 || column + 3 > columns))
        {
            throw new ArgumentOutOfRangeException(
                nameof(column), column, $"Albedo: expected a first column of 0 to {columns - 3}; the network needs three outputs for the albedo.");
        }

        return new AlbedoKernels.Args { Albedo = albedo, Stride = (int)columns, Column = column, Gain = gain };
    }
}
