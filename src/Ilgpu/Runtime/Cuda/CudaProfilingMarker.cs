using System;

namespace ILGPU.Runtime.Cuda;

/// <summary>A point in time of a GPU's stream, by an event of the driver.</summary>
internal sealed class CudaProfilingMarker : ProfilingMarker
{
    private readonly CudaAccelerator _accelerator;
    private IntPtr _event;

    public CudaProfilingMarker(CudaAccelerator accelerator, IntPtr stream)
        : base(accelerator)
    {
        _accelerator = accelerator;
        accelerator.Bind();
        _event = accelerator.Library.CreateEvent(takesTime: true);
        accelerator.Library.Record(_event, stream);
    }

    public override void Synchronize()
    {
        _accelerator.Bind();
        _accelerator.Library.SynchronizeEvent(_event);
    }

    protected override void Dispose(bool disposing)
    {
        if (_event != 0 && !_accelerator.IsClosed)
        {
            _accelerator.Bind();
            _accelerator.Library.DestroyEvent(_event);
        }

        _event = 0;
        base.Dispose(disposing);
    }

    private protected override TimeSpan Since(ProfilingMarker marker)
    {
        var earlier = (CudaProfilingMarker)marker;
        Synchronize();
        earlier.Synchronize();
        return TimeSpan.FromMilliseconds(_accelerator.Library.Milliseconds(earlier._event, _event));
    }
}
