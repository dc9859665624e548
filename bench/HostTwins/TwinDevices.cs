using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Bench.HostTwins;

/// <summary>
/// Two devices with the same number of threads, one running the kernels as they are written and one their host twins. They share the arrays:
/// memory of a CPU device is memory of the host.
/// </summary>
public sealed class TwinDevices : IDisposable
{
    private readonly List<IDisposable> _buffers = [];
    private readonly Random _random = new(1);

    private TwinDevices(int threads)
    {
        Portable = DeviceContext.CreateCpu(threads, choice: KernelChoice.Portable);
        Tuned = DeviceContext.CreateCpu(threads, choice: KernelChoice.Tuned);
    }

    public DeviceContext Portable { get; }

    public DeviceContext Tuned { get; }

    public static TwinDevices Create(int threads = 1) => new(threads);

    public ArrayView<float> Uniform(long length, float bound = 1f)
    {
        var values = new float[length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ((2f * _random.NextSingle()) - 1f) * bound;
        }

        return Upload(values);
    }

    public ArrayView<T> Upload<T>(T[] values)
        where T : unmanaged
    {
        MemoryBuffer1D<T, Stride1D.Dense> buffer = Portable.Accelerator.Allocate1D(values);
        _buffers.Add(buffer);
        return buffer.View.BaseView;
    }

    public void Dispose()
    {
        foreach (IDisposable buffer in _buffers)
        {
            buffer.Dispose();
        }

        Tuned.Dispose();
        Portable.Dispose();
    }
}
