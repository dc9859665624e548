using System;
using System.Threading.Tasks;

namespace ILGPU.Runtime;

/// <summary>
/// A queue of work on an accelerator. On the CPU accelerator every call is complete when it returns, so all streams are always idle. On a GPU calls return early;
/// streams other than the default one run beside it, without any order between them.
/// </summary>
public class AcceleratorStream : IDisposable
{
    internal AcceleratorStream(Accelerator accelerator)
    {
        Accelerator = accelerator;
    }

    /// <summary>The accelerator.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Waits until everything in this stream is done.</summary>
    public virtual void Synchronize() => Accelerator.Synchronize();

    /// <summary>A task that completes when everything in this stream is done.</summary>
    public virtual Task SynchronizeAsync()
    {
        Synchronize();
        return Task.CompletedTask;
    }

    /// <summary>Records the time at which everything that is in this stream so far is done.</summary>
    /// <exception cref="NotSupportedException">The context was built without <see cref="Context.Builder.Profiling"/>.</exception>
    public ProfilingMarker AddProfilingMarker()
    {
        if (!Accelerator.Context.Properties.EnableProfiling)
        {
            throw new NotSupportedException("Profiling markers are off; build the context with Profiling().");
        }

        return CreateMarker();
    }

    private protected virtual ProfilingMarker CreateMarker() => new(Accelerator);

    /// <summary>Ends the use of the stream.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what a derived stream owns.</summary>
    /// <param name="disposing">True if called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
