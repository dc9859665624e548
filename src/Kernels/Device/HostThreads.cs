using System;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Device;

/// <summary>
/// The threads that run host twins, as many as the CPU accelerator has, the caller's included. Items are handed out in order, one by
/// one, to whoever is free; every item writes memory of its own, so the result does not depend on the number of threads.
/// </summary>
public sealed unsafe class HostThreads : IDisposable
{
    private const nuint Alignment = 64;

    /// <summary>How long an idle thread looks for work before it sleeps: a few microseconds, the gap between two launches of a step.</summary>
    private const int SpinsBeforeSleep = 50;

    private readonly object _gate = new();
    private readonly object _caller = new();
    private readonly Thread[] _threads;
    private readonly nint[] _scratch;
    private readonly long[] _scratchLength;
    private volatile bool _open;
    private volatile int _generation;
    private volatile int _active;
    private bool _disposed;

    private delegate*<void*, int, float*, void> _execute;
    private void* _work;
    private int _itemCount;
    private ExceptionDispatchInfo? _failure;
    private PaddedCounter _next;

    /// <summary>Starts the threads.</summary>
    /// <param name="count">Threads, the caller's included; at least 1.</param>
    public HostThreads(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _scratch = new nint[count];
        _scratchLength = new long[count];
        _threads = new Thread[count - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int slot = i + 1;
            _threads[i] = new Thread(() => Work(slot)) { IsBackground = true, Name = $"host twin {slot}" };
            _threads[i].Start();
        }
    }

    /// <summary>Number of threads, the caller's included.</summary>
    public int Count => _threads.Length + 1;

    /// <summary>Threads for the twins of an accelerator, or null where there are none.</summary>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="choice">Which code shall run.</param>
    /// <returns>As many threads as the accelerator uses; null unless it is a CPU and <paramref name="choice"/> is tuned.</returns>
    public static HostThreads? For(Accelerator accelerator, KernelChoice choice)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return choice != KernelChoice.Portable && accelerator.AcceleratorType == AcceleratorType.CPU
            ? new HostThreads(Math.Max(1, accelerator.NumMultiprocessors))
            : null;
    }

    /// <summary>Stops the threads and frees their memory. No work may be running.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _generation++;
            Monitor.PulseAll(_gate);
        }

        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        for (int slot = 0; slot < _scratch.Length; slot++)
        {
            NativeMemory.AlignedFree((void*)_scratch[slot]);
            _scratch[slot] = 0;
        }
    }

    /// <summary>Runs all items and returns when the last one is done. Allocates only when the scratch has to grow.</summary>
    /// <typeparam name="TWork">The work.</typeparam>
    /// <param name="itemCount">Number of items.</param>
    /// <param name="scratchLength">Floats of memory that each thread needs.</param>
    /// <param name="work">The work.</param>
    internal void Run<TWork>(int itemCount, long scratchLength, TWork work)
        where TWork : unmanaged, IHostWork
    {
        if (itemCount == 0)
        {
            return;
        }

        lock (_caller)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            GrowScratch(scratchLength);
            if (itemCount == 1 || _threads.Length == 0)
            {
                for (int item = 0; item < itemCount; item++)
                {
                    work.Run(item, (float*)_scratch[0]);
                }

                return;
            }

            _execute = &Execute<TWork>;
            _work = &work;
            _itemCount = itemCount;
            _next.Value = 0;
            Share();
        }
    }

    private static void Execute<TWork>(void* work, int item, float* scratch)
        where TWork : unmanaged, IHostWork
        => ((TWork*)work)->Run(item, scratch);

    private void GrowScratch(long length)
    {
        for (int slot = 0; slot < _scratch.Length; slot++)
        {
            if (_scratchLength[slot] < length)
            {
                NativeMemory.AlignedFree((void*)_scratch[slot]);
                _scratch[slot] = (nint)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), Alignment);
                _scratchLength[slot] = length;
            }
        }
    }

    private void Share()
    {
        lock (_gate)
        {
            _open = true;
            _generation++;
            Monitor.PulseAll(_gate);
        }

        Take(0);
        _open = false;
        var spinner = default(SpinWait);
        while (_active != 0 && !spinner.NextSpinWillYield)
        {
            spinner.SpinOnce();
        }

        lock (_gate)
        {
            while (_active != 0)
            {
                Monitor.Wait(_gate);
            }
        }

        ExceptionDispatchInfo? failure = _failure;
        _failure = null;
        failure?.Throw();
    }

    private void Work(int slot)
    {
        int seen = 0;
        while (true)
        {
            for (int spin = 0; spin < SpinsBeforeSleep && _generation == seen; spin++)
            {
                Thread.SpinWait(8);
            }

            lock (_gate)
            {
                while (_generation == seen && !_disposed)
                {
                    Monitor.Wait(_gate);
                }

                seen = _generation;
                if (_disposed)
                {
                    return;
                }

                if (!_open)
                {
                    continue;
                }

                _active++;
            }

            Take(slot);
            lock (_gate)
            {
                if (--_active == 0)
                {
                    Monitor.PulseAll(_gate);
                }
            }
        }
    }

    private void Take(int slot)
    {
        try
        {
            int item;
            while ((item = Interlocked.Increment(ref _next.Value) - 1) < _itemCount)
            {
                _execute(_work, item, (float*)_scratch[slot]);
            }
        }
        catch (Exception exception)
        {
            // The launch fails as a whole, on the thread that asked for it.
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        }
    }

    /// <summary>A counter on a cache line of its own: all cores write it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct PaddedCounter
    {
        [FieldOffset(64)]
        public int Value;
    }
}
