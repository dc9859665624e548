using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Support;

/// <summary>A CPU device for one test, with the arrays uploaded to it; kernels are bounds-checked, and run as they are written unless said.</summary>
public sealed class TestDevice : IDisposable
{
    private readonly List<IDisposable> _buffers = [];

    public TestDevice(int threads = 2, KernelChoice choice = KernelChoice.Portable)
        => Context = DeviceContext.CreateCpu(threads, assertions: true, choice);

    public DeviceContext Context { get; }

    public Accelerator Accelerator => Context.Accelerator;

    public T Kernels<T>()
        where T : class, IKernelFamily<T> => Context.Kernels<T>();

    public ArrayView<T> Upload<T>(T[] values)
        where T : unmanaged
    {
        if (values.Length == 0)
        {
            return ArrayView<T>.Empty;
        }
        MemoryBuffer1D<T, Stride1D.Dense> buffer = Accelerator.Allocate1D(values);
        _buffers.Add(buffer);
        return buffer.View.BaseView;
    }

    public ArrayView<float> Upload(double[] values) => Upload(Array.ConvertAll(values, v => (float)v));

    /// <summary>A matrix of rows of three as vectors.</summary>
    public ArrayView<Float3> UploadVectors(double[] values) => Upload(ToVectors(values));

    public ArrayView<T> Zeros<T>(int length)
        where T : unmanaged => Upload(new T[length]);

    public T[] Read<T>(ArrayView<T> view)
        where T : unmanaged
    {
        var values = new T[view.Length];
        if (values.Length > 0)
        {
            view.CopyToCPU(values);
        }
        return values;
    }

    /// <summary>Vectors as rows of three.</summary>
    public float[] ReadRows(ArrayView<Float3> view)
    {
        var rows = new float[view.Length * 3];
        Float3[] vectors = Read(view);
        for (int i = 0; i < vectors.Length; i++)
        {
            rows[3 * i] = vectors[i].X;
            rows[3 * i + 1] = vectors[i].Y;
            rows[3 * i + 2] = vectors[i].Z;
        }
        return rows;
    }

    public static Float3[] ToVectors(double[] values)
    {
        var vectors = new Float3[values.Length / 3];
        for (int i = 0; i < vectors.Length; i++)
        {
            vectors[i] = new Float3((float)values[3 * i], (float)values[3 * i + 1], (float)values[3 * i + 2]);
        }
        return vectors;
    }

    public void Dispose()
    {
        foreach (IDisposable buffer in _buffers)
        {
            buffer.Dispose();
        }
        Context.Dispose();
    }
}
