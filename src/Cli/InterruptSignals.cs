using System;
using System.Runtime.InteropServices;
using System.Threading;
using DreamFusion.Pipeline;

namespace DreamFusion.Cli;

/// <summary>
/// Ctrl+C, SIGTERM and SIGHUP: the first asks the run to stop after its step and save, the second ends the process at once, unless it is
/// a SIGHUP: a terminal that closes sends several.
/// </summary>
internal sealed class InterruptSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _hangUp;
    private readonly Action _onFirst;
    private int _count;

    /// <summary>Starts to listen.</summary>
    /// <param name="onFirst">Called at the first signal, on another thread.</param>
    public InterruptSignals(Action onFirst)
    {
        _onFirst = onFirst;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle);
    }

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _hangUp.Dispose();
        _stop.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
        {
            if (context.Signal != PosixSignal.SIGHUP)
            {
                Environment.Exit((int)ExitCode.Interrupted);
            }

            return;
        }

        _stop.Cancel();
        _onFirst();
    }
}
