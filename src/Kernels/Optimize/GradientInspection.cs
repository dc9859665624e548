using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Optimize;

/// <summary>
/// What every optimiser asks of the whole gradient before it takes a step: is it finite, and how long is it? ‖g‖ = √Σ g² over
/// the finite values. It has no backward: it is part of the step.
/// </summary>
public static class GradientInspectionKernels
{
    /// <summary>Ranges over which the gradient norm is summed; fixed, so that its bits do not depend on the number of threads.</summary>
    public const int ChunkCount = 256;

    /// <summary>Arguments of <see cref="Inspect"/>.</summary>
    public struct Args
    {
        /// <summary>g [parameters].</summary>
        public ArrayView<float> Gradients;

        /// <summary>Σ g² over the finite values of each range [ChunkCount]; overwritten.</summary>
        public ArrayView<double> SquaredNorms;

        /// <summary>Values that are not finite in each range [ChunkCount]; overwritten.</summary>
        public ArrayView<long> NonFiniteCounts;
    }

    /// <summary>Arguments of <see cref="Clip"/>.</summary>
    public struct ClipArgs
    {
        /// <summary>g [parameters]; updated.</summary>
        public ArrayView<float> Gradients;

        /// <summary>Largest absolute value, &gt; 0.</summary>
        public float Limit;
    }

    /// <summary>g ← clamp(g, ± limit). One work item per parameter.</summary>
    /// <param name="index">Parameter.</param>
    /// <param name="a">Arguments.</param>
    public static void Clip(Index1D index, ClipArgs a)
    {
        float g = a.Gradients[index];
        // An infinity stays one, so that the inspection that follows still finds it.
        if (g - g == 0f)
        {
            a.Gradients[index] = g > a.Limit ? a.Limit : g < -a.Limit ? -a.Limit : g;
        }
    }

    /// <summary>Norm and finiteness of one range. One work item per range.</summary>
    /// <param name="chunk">Range, 0 to ChunkCount - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Inspect(Index1D chunk, Args a)
    {
        long first = a.Gradients.Length * chunk.X / ChunkCount;
        long last = a.Gradients.Length * (chunk.X + 1) / ChunkCount;
        // In double: a float sum of millions of squares loses the small ones and overflows on a gradient of 1e19.
        double sum = 0d;
        long nonFinite = 0;
        for (long i = first; i < last; i++)
        {
            float g = a.Gradients[i];
            // The difference of an infinity or a NaN with itself is NaN, so this is false exactly for those.
            if (g - g == 0f)
            {
                sum += (double)g * g;
            }
            else
            {
                nonFinite++;
            }
        }

        a.SquaredNorms[chunk] = sum;
        a.NonFiniteCounts[chunk] = nonFinite;
    }
}

/// <summary>Launcher of <see cref="GradientInspectionKernels"/>, with the decision that follows: refuse, clip, or take as it is.</summary>
public sealed class GradientInspection : IKernelFamily<GradientInspection>, IDisposable
{
    private readonly HostThreads? _host;
    private readonly Action<KernelConfig, GradientInspectionKernels.Args>? _inspectGroups;
    private readonly Action<Index1D, GradientInspectionKernels.Args> _inspect;
    private readonly Action<Index1D, GradientInspectionKernels.ClipArgs> _clip;
    private readonly MemoryBuffer1D<double, Stride1D.Dense> _squaredNorms;
    private readonly MemoryBuffer1D<long, Stride1D.Dense> _nonFiniteCounts;
    private readonly double[] _hostSquaredNorms = new double[GradientInspectionKernels.ChunkCount];
    private readonly long[] _hostNonFiniteCounts = new long[GradientInspectionKernels.ChunkCount];

    private GradientInspection(Accelerator accelerator, HostThreads? host, GpuTuning? gpu)
    {
        _inspectGroups = gpu is null ? null : accelerator.LoadStreamKernel<GradientInspectionKernels.Args>(GroupInspectionKernels.Inspect);
        _host = host;
        _inspect = accelerator.LoadAutoGroupedStreamKernel<Index1D, GradientInspectionKernels.Args>(GradientInspectionKernels.Inspect);
        _clip = accelerator.LoadAutoGroupedStreamKernel<Index1D, GradientInspectionKernels.ClipArgs>(GradientInspectionKernels.Clip);
        _squaredNorms = accelerator.Allocate1D<double>(GradientInspectionKernels.ChunkCount);
        _nonFiniteCounts = accelerator.Allocate1D<long>(GradientInspectionKernels.ChunkCount);
    }

    /// <inheritdoc/>
    public static GradientInspection Load(Accelerator accelerator) => Load(accelerator, null);

    /// <inheritdoc/>
    public static GradientInspection Load(Accelerator accelerator, HostThreads? host) => Load(accelerator, host, null);

    /// <inheritdoc/>
    public static GradientInspection Load(Accelerator accelerator, HostThreads? host, GpuTuning? gpu)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return new(accelerator, host, gpu);
    }

    /// <summary>Inspects the whole gradient; waits for the device.</summary>
    /// <param name="gradients">g [parameters]; not changed.</param>
    /// <param name="maxGradientNorm">Largest global norm, &gt; 0; infinity does not clip.</param>
    /// <returns>Applied is false if a value is not finite; the clip factor is min(1, max / ‖g‖).</returns>
    public OptimizerReport Inspect(ArrayView<float> gradients, double maxGradientNorm)
    {
        if (!(maxGradientNorm > 0d))
        {
            throw new ArgumentOutOfRangeException(nameof(maxGradientNorm), maxGradientNorm, "The largest gradient norm must be positive or infinity; change it in the configuration.");
        }

        var args = new GradientInspectionKernels.Args
        {
            Gradients = gradients,
            SquaredNorms = _squaredNorms.View,
            NonFiniteCounts = _nonFiniteCounts.View,
        };
        if (_host is not null)
        {
            GradientInspectionHost.Inspect(_host, args);
        }
        else if (_inspectGroups is not null)
        {
            _inspectGroups((GradientInspectionKernels.ChunkCount, GroupInspectionKernels.GroupSize), args);
        }
        else
        {
            _inspect(GradientInspectionKernels.ChunkCount, args);
        }

        _squaredNorms.CopyToCPU(_hostSquaredNorms);
        _nonFiniteCounts.CopyToCPU(_hostNonFiniteCounts);
        long nonFinite = 0;
        double sum = 0d;
        for (int chunk = 0; chunk < GradientInspectionKernels.ChunkCount; chunk++)
        {
            nonFinite += _hostNonFiniteCounts[chunk];
            sum += _hostSquaredNorms[chunk];
        }

        double norm = Math.Sqrt(sum);
        double clip = nonFinite == 0 && norm > maxGradientNorm ? maxGradientNorm / norm : 1d;
        return new OptimizerReport(nonFinite == 0, nonFinite, norm, clip);
    }

    /// <summary>Clips every value by itself (PyTorch's clip_grad_value_); what is not finite stays as it is.</summary>
    /// <param name="gradients">g [parameters]; updated.</param>
    /// <param name="limit">Largest absolute value, &gt; 0.</param>
    public void ClipValues(ArrayView<float> gradients, float limit)
    {
        if (!(limit > 0f))
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "The largest gradient value must be positive; change it in the configuration.");
        }

        // One launch takes an int extent; an arena may be longer.
        for (long start = 0; start < gradients.Length; start += int.MaxValue)
        {
            int count = (int)Math.Min(int.MaxValue, gradients.Length - start);
            _clip(count, new GradientInspectionKernels.ClipArgs { Gradients = gradients.SubView(start, count), Limit = limit });
        }
    }

    /// <summary>Frees the scratch buffers.</summary>
    public void Dispose()
    {
        _squaredNorms.Dispose();
        _nonFiniteCounts.Dispose();
    }
}
