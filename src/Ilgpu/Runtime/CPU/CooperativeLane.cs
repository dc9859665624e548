using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace ILGPU.Runtime.CPU;

/// <summary>What a lane of a cooperative group is doing.</summary>
internal enum LaneState
{
    /// <summary>It can run.</summary>
    Ready,

    /// <summary>It waits at a barrier of its group.</summary>
    AtGroupBarrier,

    /// <summary>It waits at a barrier of its warp.</summary>
    AtWarpBarrier,

    /// <summary>It has ended.</summary>
    Finished,
}

/// <summary>One GPU thread of a cooperative group: an operating system thread that runs while it holds the group's baton.</summary>
internal sealed unsafe class CooperativeLane
{
    /// <summary>The largest value that can be exchanged, in bytes.</summary>
    public const int LargestValue = 256;

    private const int StackSize = 1 << 18;

    private readonly CooperativeGroup _group;
    private readonly Thread _thread;
    private readonly byte* _slots;
    private readonly object _gate = new();
    private bool _signalled;
    private bool _stopped;
    private int _groupTurn;
    private int _warpTurn;

    public CooperativeLane(CooperativeGroup group, int index)
    {
        _group = group;
        Index = index;
        _slots = (byte*)NativeMemory.AlignedAlloc(4 * LargestValue, 64);
        _thread = new Thread(Work, StackSize) { IsBackground = true, Name = $"kernel lane {index}" };
        _thread.Start();
    }

    /// <summary>The position in the group.</summary>
    public int Index { get; }

    public LaneState State { get; set; }

    /// <summary>How many shared allocations the lane has made.</summary>
    public int SharedAllocations { get; set; }

    public void Reset()
    {
        State = LaneState.Ready;
        SharedAllocations = 0;
        _groupTurn = 0;
        _warpTurn = 0;
    }

    /// <summary>Hands the baton to this lane.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            _signalled = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits for the baton.</summary>
    public void WaitForSignal()
    {
        lock (_gate)
        {
            while (!_signalled)
            {
                Monitor.Wait(_gate);
            }

            _signalled = false;
        }
    }

    public void Stop()
    {
        _stopped = true;
        Signal();
        _thread.Join();
        NativeMemory.AlignedFree(_slots);
    }

    public void GroupBarrier(string what) => _group.ArriveAtGroup(this, what);

    public void WarpBarrier(string what) => _group.ArriveAtWarp(this, what);

    public int GroupCount(bool predicate, string what)
    {
        byte* slot = GroupSlot(_groupTurn);
        *slot = predicate ? (byte)1 : (byte)0;
        int turn = _groupTurn++;
        GroupBarrier(what);
        int count = 0;
        foreach (CooperativeLane lane in _group.Lanes)
        {
            count += *lane.GroupSlot(turn);
        }

        return count;
    }

    // Two slots in turn: a lane can be at most one exchange ahead of another one, so one barrier per exchange is enough.
    public T GroupExchange<T>(T value, int source, string what)
        where T : unmanaged
    {
        RequireSize<T>(what);
        ReadOnlySpan<CooperativeLane> lanes = _group.Lanes;
        if ((uint)source >= (uint)lanes.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(source), $"{what}: thread {source} was asked for, the group has {lanes.Length} threads.");
        }

        *(T*)GroupSlot(_groupTurn) = value;
        int turn = _groupTurn++;
        GroupBarrier(what);
        return *(T*)_group.Lanes[source].GroupSlot(turn);
    }

    public T WarpExchange<T>(T value, int sourceLane, string what)
        where T : unmanaged
    {
        RequireSize<T>(what);
        *(T*)WarpSlot(_warpTurn) = value;
        int turn = _warpTurn++;
        WarpBarrier(what);
        ReadOnlySpan<CooperativeLane> warp = _group.WarpOf(this);
        return (uint)sourceLane < (uint)warp.Length ? *(T*)warp[sourceLane].WarpSlot(turn) : value;
    }

    public ArrayView<T> AllocateShared<T>(int extent)
        where T : unmanaged
        => _group.AllocateShared<T>(this, extent);

    public ArrayView<T> DynamicShared<T>()
        where T : unmanaged
        => _group.DynamicShared<T>();

    private static void RequireSize<T>(string what)
        where T : unmanaged
    {
        if (sizeof(T) > LargestValue)
        {
            throw new NotSupportedException($"{what}: a {typeof(T).Name} has {sizeof(T)} bytes, at most {LargestValue} can be exchanged; exchange its parts.");
        }
    }

    private byte* GroupSlot(int turn) => _slots + ((turn & 1) * LargestValue);

    private byte* WarpSlot(int turn) => _slots + ((2 + (turn & 1)) * LargestValue);

    private void Work()
    {
        while (true)
        {
            WaitForSignal();
            if (_stopped)
            {
                return;
            }

            _group.RunLane(this);
        }
    }
}
