using System;
using System.Threading.Tasks;

namespace ILGPU.Runtime.Cuda;

/// <summary>A queue of work on a GPU.</summary>
public sealed class CudaStream : AcceleratorStream
{
    private readonly CudaAccelerator _accelerator;
    private IntPtr _stream;
    private bool _isOpen;

    internal CudaStream(CudaAccelerator accelerator, IntPtr stream)
        : base(accelerator)
    {
        _accelerator = accelerator;
        _stream = stream;
        _isOpen = stream != 0;
    }

    /// <summary>The driver's handle; 0 for the default stream, which is the legacy one.</summary>
    public IntPtr StreamPtr => _stream;

    /// <inheritdoc/>
    public override void Synchronize()
    {
        _accelerator.Bind();
        _accelerator.Library.Synchronize(_stream);
    }

    /// <inheritdoc/>
    public override Task SynchronizeAsync() => Task.Run(Synchronize);

    /// <summary>Makes this stream wait for everything that another one holds so far.</summary>
    public void WaitFor(CudaStream other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _accelerator.Order(other._stream, _stream);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_isOpen)
        {
            _isOpen = false;
            _accelerator.Close(this);
            _stream = 0;
        }

        base.Dispose(disposing);
    }

    private protected override ProfilingMarker CreateMarker() => new CudaProfilingMarker(_accelerator, _stream);
}
