using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ILGPU.Runtime.CPU;

/// <summary>Where in the grid the calling thread is: what <see cref="Grid"/>, <see cref="Group"/> and <see cref="Warp"/> read.</summary>
internal sealed class KernelThread
{
    [ThreadStatic]
    private static KernelThread? _current;

    [ThreadStatic]
    private static KernelThread? _spare;

    private KernelThread? _outer;
    private CooperativeLane? _lane;

    /// <summary>The thread whose kernel calls.</summary>
    /// <exception cref="InvalidOperationException">No kernel runs, or the walk at load time could not see that it needs indices.</exception>
    public static KernelThread Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _current ?? ThrowOutside();
    }

    public Index3D GridIndex { get; private set; }

    public Index3D GroupIndex { get; private set; }

    public Index3D GridDimension { get; private set; }

    public Index3D GroupDimension { get; private set; }

    public int LinearGroupIndex { get; private set; }

    public int WarpSize { get; private set; }

    /// <summary>Makes the calling thread a thread of a launch; a launch inside a kernel comes back to the outer one by <see cref="Exit"/>.</summary>
    public static void Enter(in LaunchShape shape, int warpSize, CooperativeLane? lane)
    {
        KernelThread thread = _spare ?? new KernelThread();
        _spare = null;
        thread._outer = _current;
        thread._lane = lane;
        thread.GridDimension = shape.GridDimension;
        thread.GroupDimension = shape.GroupDimension;
        thread.WarpSize = warpSize;
        _current = thread;
    }

    /// <summary>Ends what the last <see cref="Enter"/> began.</summary>
    public static void Exit()
    {
        KernelThread thread = _current!;
        _current = thread._outer;
        thread._outer = null;
        thread._lane = null;
        _spare = thread;
    }

    /// <summary>Goes to a position: position of the group times group size plus position in the group.</summary>
    public void Start(long linear)
    {
        int groupSize = GroupDimension.Size;
        long group = linear / groupSize;
        int thread = (int)(linear % groupSize);
        LinearGroupIndex = thread;
        GridIndex = Position(group, GridDimension);
        GroupIndex = Position(thread, GroupDimension);
    }

    /// <summary>Goes to the next position.</summary>
    public void Next()
    {
        LinearGroupIndex++;
        if (GroupIndex.X + 1 < GroupDimension.X)
        {
            GroupIndex = new Index3D(GroupIndex.X + 1, GroupIndex.Y, GroupIndex.Z);
        }
        else if (LinearGroupIndex < GroupDimension.Size)
        {
            GroupIndex = Position(LinearGroupIndex, GroupDimension);
        }
        else
        {
            LinearGroupIndex = 0;
            GroupIndex = default;
            Index3D grid = GridIndex;
            IndexCursor.Next(GridDimension, ref grid);
            GridIndex = grid;
        }
    }

    /// <summary>The lane of a cooperative kernel.</summary>
    /// <param name="what">The operation that needs it, for the message.</param>
    public CooperativeLane Lane(string what) => _lane ?? throw new InvalidOperationException(
        $"{what} was reached through a call that the load-time walk of the kernel cannot see (a delegate or a virtual call); call it directly.");

    private static Index3D Position(long linear, in Index3D dimension)
        => new((int)(linear % dimension.X), (int)(linear / dimension.X % dimension.Y), (int)(linear / dimension.X / dimension.Y));

    [DoesNotReturn]
    private static KernelThread ThrowOutside() => throw new InvalidOperationException(
        "Grid, Group, Warp and SharedMemory exist only inside a kernel, called directly and not through a delegate or a virtual call.");
}
