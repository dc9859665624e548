using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading;

namespace ILGPU.Runtime.CPU;

/// <summary>A kernel failed at an index.</summary>
internal readonly record struct KernelFailure(Exception Exception, long Index);

/// <summary>
/// Persistent threads that share the index range of one launch. The caller works too and wakes the others only if what is left is worth it,
/// so small launches stay on one core. A launch that finds the pool in use by another launch runs on its own thread alone.
/// Which thread runs an index never shows in the result: every index writes its own.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    /// <summary>What must be left, in seconds of one core, to wake other cores: several times what waking costs.</summary>
    private const double WorthWaking = 20e-6;

    /// <summary>The time of one chunk in seconds: long against taking a chunk, short against an uneven end.</summary>
    private const double ChunkTime = 20e-6;

    /// <summary>How long an idle worker looks for the next launch before it sleeps.</summary>
    private const int SpinsBeforeSleep = 200;

    private static readonly double _tick = 1.0 / Stopwatch.Frequency;

    private readonly object _gate = new();
    private readonly Thread[] _threads;
    private int _inUse;
    private volatile bool _open;
    private volatile int _generation;
    private volatile int _active;
    private bool _disposed;

    private KernelLoop? _loop;
    private KernelArguments? _arguments;
    private LaunchShape _shape;
    private long _end;
    private long _chunk;
    private KernelFailure? _failure;
    private PaddedCounter _next;

    public WorkerPool(int threadCount)
    {
        _threads = new Thread[threadCount - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"kernel worker {i + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>The number of threads, the caller's included.</summary>
    public int ThreadCount => _threads.Length + 1;

    /// <summary>How many launches have woken the other threads.</summary>
    public int SharedLaunchCount => _generation;

    /// <summary>Runs a loop over [0, count) and returns the failure with the smallest index among those that happened, or null.</summary>
    public KernelFailure? Run(KernelLoop loop, KernelArguments arguments, in LaunchShape shape, long count)
    {
        if (count == 1 || _threads.Length == 0 || Interlocked.CompareExchange(ref _inUse, 1, 0) != 0)
        {
            return RunRange(loop, arguments, shape, 0, count);
        }

        try
        {
            return RunShared(loop, arguments, shape, count);
        }
        finally
        {
            Volatile.Write(ref _inUse, 0);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _generation++;
            Monitor.PulseAll(_gate);
        }

        foreach (Thread thread in _threads)
        {
            thread.Join();
        }
    }

    private KernelFailure? RunShared(KernelLoop loop, KernelArguments arguments, in LaunchShape shape, long count)
    {
        // The first few indices tell what the rest will cost.
        long probe = Math.Max(1, count / 64);
        long start = Stopwatch.GetTimestamp();
        KernelFailure? failure = RunRange(loop, arguments, shape, 0, probe);
        if (failure is not null)
        {
            return failure;
        }

        double perIndex = Math.Max(1, Stopwatch.GetTimestamp() - start) * _tick / probe;
        if (perIndex * (count - probe) < WorthWaking)
        {
            return RunRange(loop, arguments, shape, probe, count);
        }

        Open(loop, arguments, shape, probe, count, perIndex);
        Take();
        Close();
        failure = _failure;
        _failure = null;
        _arguments = null;
        return failure;
    }

    private void Open(KernelLoop loop, KernelArguments arguments, in LaunchShape shape, long begin, long count, double perIndex)
    {
        long largest = Math.Max(1, (count - begin) / (ThreadCount * 4));
        _loop = loop;
        _arguments = arguments;
        _shape = shape;
        _end = count;
        _chunk = Math.Clamp((long)(ChunkTime / perIndex), 1, largest);
        _next.Value = begin;
        lock (_gate)
        {
            _open = true;
            _generation++;
            Monitor.PulseAll(_gate);
        }
    }

    private void Close()
    {
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
    }

    private void Work()
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

            Take();
            lock (_gate)
            {
                if (--_active == 0)
                {
                    Monitor.PulseAll(_gate);
                }
            }
        }
    }

    private void Take()
    {
        KernelLoop loop = _loop!;
        KernelArguments arguments = _arguments!;
        long chunk = _chunk;
        long end = _end;
        while (true)
        {
            long begin = Interlocked.Add(ref _next.Value, chunk) - chunk;
            if (begin >= end)
            {
                return;
            }

            if (RunRange(loop, arguments, _shape, begin, Math.Min(begin + chunk, end)) is { } failure)
            {
                Interlocked.Exchange(ref _next.Value, end);
                Report(failure);
            }
        }
    }

    private void Report(KernelFailure failure)
    {
        lock (_gate)
        {
            if (_failure is null || failure.Index < _failure.Value.Index)
            {
                _failure = failure;
            }
        }
    }

    private static KernelFailure? RunRange(KernelLoop loop, KernelArguments arguments, in LaunchShape shape, long begin, long end)
    {
        long current = begin;
        try
        {
            loop(arguments, shape, begin, end, ref current);
            return null;
        }
        catch (Exception exception)
        {
            return new KernelFailure(exception, current);
        }
    }

    /// <summary>A counter on a cache line of its own: all cores write it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct PaddedCounter
    {
        [FieldOffset(64)]
        public long Value;
    }
}
