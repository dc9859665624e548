using ILGPU.Runtime.CPU;

namespace ILGPU;

/// <summary>
/// The warp of threads of the launch that runs. Only kernels may ask. Barriers, broadcasts and shuffles must be reached by all threads of the warp.
/// </summary>
public static class Warp
{
    /// <summary>The number of threads of a warp.</summary>
    public static int WarpSize => KernelThread.Current.WarpSize;

    /// <summary>The position of the thread in its warp.</summary>
    public static int LaneIdx
    {
        get
        {
            KernelThread thread = KernelThread.Current;
            return thread.LinearGroupIndex & (thread.WarpSize - 1);
        }
    }

    /// <summary>The position of the warp in its group.</summary>
    public static int WarpIdx
    {
        get
        {
            KernelThread thread = KernelThread.Current;
            return thread.LinearGroupIndex / thread.WarpSize;
        }
    }

    /// <summary>True for the first thread of the warp.</summary>
    public static bool IsFirstLane => LaneIdx == 0;

    /// <summary>True for the last thread of the warp.</summary>
    public static bool IsLastLane => LaneIdx == WarpSize - 1;

    /// <summary>Waits until all threads of the warp are here.</summary>
    public static void Barrier() => KernelThread.Current.Lane("Warp.Barrier").WarpBarrier("Warp.Barrier");

    /// <summary>The value of the lane <paramref name="sourceLane"/>.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    public static T Shuffle<T>(T variable, int sourceLane)
        where T : unmanaged
        => Shuffle(variable, sourceLane, WarpSize);

    /// <summary>The value of the lane <paramref name="sourceLane"/> within each run of <paramref name="width"/> lanes, a power of two.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    public static T Shuffle<T>(T variable, int sourceLane, int width)
        where T : unmanaged
        => Exchange(variable, (LaneIdx & -width) | (sourceLane & (width - 1)), "Warp.Shuffle");

    /// <summary>The value of the lane <paramref name="delta"/> further on; the last lanes get their own value.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    public static T ShuffleDown<T>(T variable, int delta)
        where T : unmanaged
        => ShuffleDown(variable, delta, WarpSize);

    /// <summary>
    /// The value of the lane <paramref name="delta"/> further on within each run of <paramref name="width"/> lanes, a power of two;
    /// the last lanes of a run get their own value.
    /// </summary>
    /// <typeparam name="T">The value type.</typeparam>
    public static T ShuffleDown<T>(T variable, int delta, int width)
        where T : unmanaged
    {
        int lane = LaneIdx;
        int source = lane + delta;
        return Exchange(variable, source <= (lane | (width - 1)) ? source : lane, "Warp.ShuffleDown");
    }

    /// <summary>The value of the lane <paramref name="delta"/> before; the first lanes get their own value.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    public static T ShuffleUp<T>(T variable, int delta)
        where T : unmanaged
        => ShuffleUp(variable, delta, WarpSize);

    /// <summary>
    /// The value of the lane <paramref name="delta"/> before within each run of <paramref name="width"/> lanes, a power of two;
    /// the first lanes of a run get their own value.
    /// </summary>
    /// <typeparam name="T">The value type.</typeparam>
    public static T ShuffleUp<T>(T variable, int delta, int width)
        where T : unmanaged
    {
        int lane = LaneIdx;
        int source = lane - delta;
        return Exchange(variable, source >= (lane & -width) ? source : lane, "Warp.ShuffleUp");
    }

    /// <summary>The value of the lane whose index differs in the bits of <paramref name="mask"/>.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    public static T ShuffleXor<T>(T variable, int mask)
        where T : unmanaged
        => ShuffleXor(variable, mask, WarpSize);

    /// <summary>
    /// The value of the lane whose index differs in the bits of <paramref name="mask"/>; a lane of a later run of <paramref name="width"/> lanes,
    /// a power of two, is not reached: the own value comes back.
    /// </summary>
    /// <typeparam name="T">The value type.</typeparam>
    public static T ShuffleXor<T>(T variable, int mask, int width)
        where T : unmanaged
    {
        int lane = LaneIdx;
        int source = lane ^ mask;
        return Exchange(variable, source <= (lane | (width - 1)) ? source : lane, "Warp.ShuffleXor");
    }

    /// <summary>The value of the lane <paramref name="laneIndex"/>, for all threads of the warp.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    public static T Broadcast<T>(T value, int laneIndex)
        where T : unmanaged
        => Exchange(value, laneIndex, "Warp.Broadcast");

    private static T Exchange<T>(T value, int sourceLane, string what)
        where T : unmanaged
        => KernelThread.Current.Lane(what).WarpExchange(value, sourceLane, what);
}
