using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace ILGPU.Runtime.CPU;

/// <summary>
/// Runs one group of a cooperative kernel at a time: one operating system thread per GPU thread, of which always exactly one runs. It hands on the baton
/// when it waits at a barrier or ends. So the order of all threads is fixed, and when nobody can run the group is stuck for certain: a barrier was not
/// reached by all, which is reported instead of hanging.
/// </summary>
internal sealed unsafe class CooperativeGroup(int warpSize, int sharedCapacity) : IDisposable
{
    private const int Alignment = 64;

    private readonly List<CooperativeLane> _pool = [];
    private readonly List<SharedBlock> _blocks = [];
    private readonly byte* _shared = (byte*)NativeMemory.AlignedAlloc((nuint)sharedCapacity, Alignment);
    private readonly object _done = new();
    private bool _isDone;

    private CooperativeLane[] _lanes = [];
    private KernelLoop? _loop;
    private KernelArguments? _arguments;
    private LaunchShape _shape;
    private long _first;
    private int _sharedUsed;
    private int _finished;
    private bool _aborted;
    private KernelFailure? _failure;
    private Arrivals _atGroup;
    private Arrivals[] _atWarp = [];

    /// <summary>The lanes of the group that runs.</summary>
    public ReadOnlySpan<CooperativeLane> Lanes => _lanes;

    /// <summary>Runs a group; <paramref name="current"/> is set to the thread that failed before an exception leaves.</summary>
    public void Run(KernelLoop loop, KernelArguments arguments, in LaunchShape shape, long group, ref long current)
    {
        int size = shape.GroupDimension.Size;
        _first = group * size;
        _loop = loop;
        _arguments = arguments;
        _shape = shape;
        Prepare((int)Math.Min(size, shape.Count - _first));
        _lanes[0].Signal();
        lock (_done)
        {
            while (!_isDone)
            {
                Monitor.Wait(_done);
            }

            _isDone = false;
        }

        _arguments = null;
        if (_failure is { } failure)
        {
            _failure = null;
            current = failure.Index;
            ExceptionDispatchInfo.Throw(failure.Exception);
        }
    }

    public void Dispose()
    {
        foreach (CooperativeLane lane in _pool)
        {
            lane.Stop();
        }

        NativeMemory.AlignedFree(_shared);
    }

    public void RunLane(CooperativeLane lane)
    {
        if (!_aborted)
        {
            long current = _first + lane.Index;
            KernelThread.Enter(_shape, warpSize, lane);
            try
            {
                _loop!(_arguments!, _shape, current, current + 1, ref current);
            }
            catch (GroupAbortedException)
            {
                // Another lane failed; its exception is the one that is reported.
            }
            catch (Exception exception)
            {
                Abort(exception, lane);
            }
            finally
            {
                KernelThread.Exit();
            }
        }

        lane.State = LaneState.Finished;
        _finished++;
        if (_finished == _lanes.Length)
        {
            lock (_done)
            {
                _isDone = true;
                Monitor.Pulse(_done);
            }

            return;
        }

        Next(lane).Signal();
    }

    public void ArriveAtGroup(CooperativeLane lane, string what)
    {
        lane.State = LaneState.AtGroupBarrier;
        if (Arrive(ref _atGroup, _shape.GroupDimension.Size, what))
        {
            Release(_lanes, LaneState.AtGroupBarrier);
        }

        Yield(lane);
    }

    public void ArriveAtWarp(CooperativeLane lane, string what)
    {
        int warp = lane.Index / warpSize;
        int expected = Math.Min(warpSize, _shape.GroupDimension.Size - (warp * warpSize));
        lane.State = LaneState.AtWarpBarrier;
        if (Arrive(ref _atWarp[warp], expected, what))
        {
            Release(WarpOf(lane), LaneState.AtWarpBarrier);
        }

        Yield(lane);
    }

    public ReadOnlySpan<CooperativeLane> WarpOf(CooperativeLane lane)
    {
        int first = lane.Index / warpSize * warpSize;
        return _lanes.AsSpan(first, Math.Min(warpSize, _lanes.Length - first));
    }

    public ArrayView<T> AllocateShared<T>(CooperativeLane lane, int extent)
        where T : unmanaged
    {
        int number = lane.SharedAllocations++;
        if (number == _blocks.Count)
        {
            _blocks.Add(new SharedBlock(Reserve((long)extent * sizeof(T)), extent, typeof(T)));
        }

        SharedBlock block = _blocks[number];
        if (block.Extent != extent || block.Type != typeof(T))
        {
            throw new InvalidOperationException(
                $"SharedMemory: allocation {number} of this thread is {typeof(T).Name}[{extent}], of another thread of the group {block.Type.Name}[{block.Extent}]; "
                + "all threads must make the same allocations in the same order.");
        }

        return new ArrayView<T>((T*)(_shared + block.Offset), extent);
    }

    // Dynamic shared memory lies at the start.
    public ArrayView<T> DynamicShared<T>()
        where T : unmanaged
        => new((T*)_shared, _shape.DynamicSharedBytes / sizeof(T));

    private void Prepare(int count)
    {
        while (_pool.Count < count)
        {
            _pool.Add(new CooperativeLane(this, _pool.Count));
        }

        if (_lanes.Length != count)
        {
            _lanes = [.. _pool[..count]];
            _atWarp = new Arrivals[(count + warpSize - 1) / warpSize];
        }

        foreach (CooperativeLane lane in _lanes)
        {
            lane.Reset();
        }

        Array.Clear(_atWarp);
        _atGroup = default;
        _finished = 0;
        _aborted = false;
        _blocks.Clear();
        _sharedUsed = 0;
        Reserve(_shape.DynamicSharedBytes);
    }

    // What a kernel has not written is NaN, so that relying on it shows.
    private int Reserve(long bytes)
    {
        int offset = _sharedUsed;
        long end = (offset + bytes + (Alignment - 1)) & -Alignment;
        if (end > sharedCapacity)
        {
            throw new InvalidOperationException($"SharedMemory: {bytes} bytes asked for, {sharedCapacity - offset} of the {sharedCapacity} bytes of a group are left.");
        }

        new Span<byte>(_shared + offset, (int)bytes).Fill(0xff);
        _sharedUsed = (int)end;
        return offset;
    }

    private static bool Arrive(ref Arrivals arrivals, int expected, string what)
    {
        if (arrivals.Count > 0 && arrivals.What != what)
        {
            throw new InvalidOperationException($"Threads that must meet wait at different places: one at {arrivals.What}, another one at {what}.");
        }

        arrivals.What = what;
        arrivals.Count++;
        if (arrivals.Count < expected)
        {
            return false;
        }

        arrivals.Count = 0;
        return true;
    }

    private static void Release(ReadOnlySpan<CooperativeLane> lanes, LaneState state)
    {
        foreach (CooperativeLane lane in lanes)
        {
            if (lane.State == state)
            {
                lane.State = LaneState.Ready;
            }
        }
    }

    private void Yield(CooperativeLane lane)
    {
        CooperativeLane next = Next(lane);
        if (next != lane)
        {
            next.Signal();
            lane.WaitForSignal();
        }

        if (_aborted)
        {
            throw new GroupAbortedException();
        }
    }

    // The next lane in cyclic order that can run.
    private CooperativeLane Next(CooperativeLane after)
    {
        CooperativeLane? next = FindReady(after.Index);
        if (next is null)
        {
            Abort(Stuck(), FirstWaiting());
            next = FindReady(after.Index);
        }

        return next!;
    }

    private CooperativeLane? FindReady(int after)
    {
        for (int i = 1; i <= _lanes.Length; i++)
        {
            int at = after + i;
            CooperativeLane lane = _lanes[at < _lanes.Length ? at : at - _lanes.Length];
            if (lane.State == LaneState.Ready)
            {
                return lane;
            }
        }

        return null;
    }

    private CooperativeLane FirstWaiting()
        => Array.Find(_lanes, lane => lane.State is LaneState.AtGroupBarrier or LaneState.AtWarpBarrier)!;

    private void Abort(Exception exception, CooperativeLane lane)
    {
        _failure ??= new KernelFailure(exception, _first + lane.Index);
        _aborted = true;
        Release(_lanes, LaneState.AtGroupBarrier);
        Release(_lanes, LaneState.AtWarpBarrier);
    }

    private InvalidOperationException Stuck()
    {
        CooperativeLane first = FirstWaiting();
        string what = first.State == LaneState.AtGroupBarrier ? _atGroup.What! : _atWarp[first.Index / warpSize].What!;
        int waiting = _lanes.Length - _finished;
        string absent = _lanes.Length < _shape.GroupDimension.Size
            ? $" The extent fills only {_lanes.Length} of the {_shape.GroupDimension.Size} threads of this group; use an explicitly grouped kernel."
            : string.Empty;
        return new InvalidOperationException(
            $"{what} is not reached by all threads: {waiting} wait, {_finished} have ended without it.{absent} Move it out of the condition.");
    }

    private readonly record struct SharedBlock(int Offset, int Extent, Type Type);

    private struct Arrivals
    {
        public int Count;
        public string? What;
    }

    /// <summary>Unwinds the lanes of a group in which another lane has failed.</summary>
    private sealed class GroupAbortedException : Exception;
}
