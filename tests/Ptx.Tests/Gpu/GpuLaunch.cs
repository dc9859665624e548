using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using DreamFusion.Kernels.Device;
using DreamFusion.Ptx.Tests.Comparison;
using ILGPU;
using ILGPU.Ptx;
using ILGPU.Runtime;

namespace DreamFusion.Ptx.Tests.Gpu;

/// <summary>
/// Kernels for GPUs: run by the CPU accelerator with warps of 32 through their portable bodies, and as PTX by the interpreter on the same buffers.
/// </summary>
internal sealed class GpuLaunch(int architecture, bool isReversed = false) : IDisposable
{
    private readonly ComparedLaunch _launch = new(new PtxTarget { Architecture = architecture }, isReversed: isReversed);
    private readonly List<IDisposable> _owned = [];

    public Accelerator Accelerator => _launch.Accelerator;

    /// <summary>Words of memory in which the interpreter differs from the CPU.</summary>
    public long Differences => _launch.Differences;

    public ArrayView<float> Upload(double[] values) => Upload(Array.ConvertAll(values, value => (float)value));

    public ArrayView<Float3> UploadVectors(double[] rows) => Upload(MemoryMarshal.Cast<float, Float3>(Array.ConvertAll(rows, value => (float)value)).ToArray());

    public ArrayView<T> Upload<T>(T[] values)
        where T : unmanaged
    {
        MemoryBuffer1D<T, Stride1D.Dense> buffer = Accelerator.Allocate1D(values);
        _owned.Add(buffer);
        return buffer.View.BaseView;
    }

    public ArrayView<T> Filled<T>(int length, T value)
        where T : unmanaged => Upload(Enumerable.Repeat(value, length).ToArray());

    public T Own<T>(T launcher)
        where T : IDisposable
    {
        _owned.Add(launcher);
        return launcher;
    }

    public static T[] Read<T>(ArrayView<T> view)
        where T : unmanaged
    {
        T[] values = new T[view.Length];
        view.CopyToCPU(values);
        return values;
    }

    /// <summary>The interpreter has the CPU's bits.</summary>
    public void AssertSame() => _launch.AssertSame();

    /// <summary>The interpreter has the CPU's numbers, but for the order of sums.</summary>
    public void AssertClose(double tolerance) => _launch.AssertClose(tolerance);

    public void Dispose()
    {
        _owned.ForEach(owned => owned.Dispose());
        _launch.Dispose();
    }

    /// <summary>Norm of the difference over norm; NaN if a number is.</summary>
    public static double Error(double[] expected, float[] actual)
    {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            difference += (expected[i] - actual[i]) * (expected[i] - actual[i]);
            norm += expected[i] * expected[i];
        }

        return expected.Length == actual.Length ? Math.Sqrt(difference / norm) : double.NaN;
    }

    public static double[] Uniform(Random random, int length, double scale)
        => [.. Enumerable.Range(0, length).Select(_ => (double)(float)(scale * ((2 * random.NextDouble()) - 1)))];
}
