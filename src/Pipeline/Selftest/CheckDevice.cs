using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.InteropServices;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Mlp;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Selftest;

/// <summary>
/// The device under test with the buffers of the checks. Outputs start as NaN, so that a kernel that leaves one out fails;
/// gradients start at <see cref="GradientStart"/>, because kernels add to them.
/// </summary>
internal sealed class CheckDevice : IDisposable
{
    private readonly DeviceContext _context;
    private readonly List<MemoryBuffer> _buffers = [];

    /// <summary>A CPU.</summary>
    /// <param name="threads">Threads, at least 1.</param>
    /// <param name="choice">Code that runs.</param>
    public CheckDevice(int threads, KernelChoice choice)
        : this(DeviceContext.CreateCpu(threads, choice: choice))
    {
    }

    /// <summary>Any device.</summary>
    /// <param name="context">The device; disposed with this object.</param>
    public CheckDevice(DeviceContext context) => _context = context;

    /// <summary>The ILGPU accelerator.</summary>
    public Accelerator Accelerator => _context.Accelerator;

    /// <summary>Closed types of all launchers that checks have asked for.</summary>
    public IReadOnlyCollection<Type> Launchers => _context.LoadedFamilies;

    /// <summary>Whether a launcher with tuned code was asked for since this was last set to false.</summary>
    public bool UsedTuned { get; set; }

    /// <summary>What gradient buffers start with.</summary>
    public float GradientStart { get; set; }

    /// <summary>Number of buffers held; hand it to <see cref="Free"/>.</summary>
    public int Mark => _buffers.Count;

    /// <summary>The launcher of a kernel family.</summary>
    public T Kernels<T>()
        where T : class, IKernelFamily<T>
    {
        T family = _context.Kernels<T>();
        UsedTuned |= IsTuned(family);
        return family;
    }

    /// <summary>Copies values to the device.</summary>
    public ArrayView<T> Upload<T>(params T[] values)
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

    /// <summary>Copies rows of three to the device as vectors.</summary>
    public ArrayView<Float3> UploadVectors(params float[] rows) => Upload(MemoryMarshal.Cast<float, Float3>(rows).ToArray());

    /// <summary>Memory that a kernel overwrites: NaN at first.</summary>
    public ArrayView<float> Output(int length) => Filled(length, float.NaN);

    /// <summary>Vectors that a kernel overwrites: NaN at first.</summary>
    public ArrayView<Float3> OutputVectors(int length) => Filled(length, new Float3(float.NaN));

    /// <summary>Memory that a kernel adds a gradient to.</summary>
    public ArrayView<float> Gradient(int length) => Filled(length, GradientStart);

    /// <summary>Vectors that a kernel adds a gradient to.</summary>
    public ArrayView<Float3> GradientVectors(int length) => Filled(length, new Float3(GradientStart));

    /// <summary>Zeros.</summary>
    public ArrayView<T> Zeros<T>(int length)
        where T : unmanaged => Upload(new T[length]);

    /// <summary>Copies values back.</summary>
    public static T[] Read<T>(ArrayView<T> view)
        where T : unmanaged
    {
        T[] values = new T[view.Length];
        if (values.Length > 0)
        {
            view.CopyToCPU(values);
        }

        return values;
    }

    /// <summary>Copies vectors back as rows of three.</summary>
    public static float[] Rows(ArrayView<Float3> view) => MemoryMarshal.Cast<Float3, float>(Read(view)).ToArray();

    /// <summary>Frees all buffers but the first ones.</summary>
    /// <param name="mark">How many stay.</param>
    public void Free(int mark = 0)
    {
        for (int i = mark; i < _buffers.Count; i++)
        {
            _buffers[i].Dispose();
        }

        _buffers.RemoveRange(mark, _buffers.Count - mark);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        _context.Dispose();
    }

    private ArrayView<T> Filled<T>(int length, T value)
        where T : unmanaged
    {
        T[] values = new T[length];
        Array.Fill(values, value);
        return Upload(values);
    }

    // A family has tuned code if it loads in its own way with host threads or for GPUs; the network says itself which of its variants do.
    private bool IsTuned<T>(T family)
        where T : class, IKernelFamily<T>
    {
        if (_context.Choice == KernelChoice.Portable || family is IFusedMlp { IsTuned: false })
        {
            return false;
        }

        Type[] parameters = _context.Gpu is null ? [typeof(Accelerator), typeof(HostThreads)] : [typeof(Accelerator), typeof(HostThreads), typeof(GpuTuning)];
        return typeof(T).GetMethod(nameof(IKernelFamily<T>.Load), BindingFlags.Public | BindingFlags.Static, parameters) is not null;
    }
}
