using System;
using ILGPU;
using ILGPU.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary>A few numbers that a graph leaves in the shared memory, for the host to read: it waits for the graph.</summary>
internal sealed class BoundStatistics(GuidanceMemory memory, int count) : IDisposable
{
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _buffer = memory.Kernels.AllocateZeroed(count);
    private readonly float[] _values = new float[count];

    /// <summary>Where the graph puts them, as an output; the caller disposes it.</summary>
    public OrtValue Target() => memory.Value(_buffer.View.BaseView, count);

    /// <summary>The numbers.</summary>
    public ReadOnlySpan<float> Read()
    {
        _buffer.View.BaseView.CopyToCPU(_values);
        return _values;
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();
}
