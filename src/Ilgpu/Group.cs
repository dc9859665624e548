using ILGPU.Runtime.CPU;

namespace ILGPU;

/// <summary>The group of threads of the launch that runs. Only kernels may ask. Barriers and broadcasts must be reached by all threads of the group.</summary>
public static class Group
{
    /// <summary>The X index of the thread in its group.</summary>
    public static int IdxX => KernelThread.Current.GroupIndex.X;

    /// <summary>The Y index of the thread in its group.</summary>
    public static int IdxY => KernelThread.Current.GroupIndex.Y;

    /// <summary>The Z index of the thread in its group.</summary>
    public static int IdxZ => KernelThread.Current.GroupIndex.Z;

    /// <summary>The number of threads along X.</summary>
    public static int DimX => KernelThread.Current.GroupDimension.X;

    /// <summary>The number of threads along Y.</summary>
    public static int DimY => KernelThread.Current.GroupDimension.Y;

    /// <summary>The number of threads along Z.</summary>
    public static int DimZ => KernelThread.Current.GroupDimension.Z;

    /// <summary>The index of the thread in its group.</summary>
    public static Index3D Index => KernelThread.Current.GroupIndex;

    /// <summary>The number of threads along each axis.</summary>
    public static Index3D Dimension => KernelThread.Current.GroupDimension;

    /// <summary>The position of the thread in its group, X fastest.</summary>
    public static int LinearIndex => KernelThread.Current.LinearGroupIndex;

    /// <summary>True for the thread at position 0.</summary>
    public static bool IsFirstThread => LinearIndex == 0;

    /// <summary>True for the thread at the last position.</summary>
    public static bool IsLastThread => LinearIndex == Dimension.Size - 1;

    /// <summary>Waits until all threads of the group are here; what they wrote before is then seen by all.</summary>
    public static void Barrier() => KernelThread.Current.Lane(nameof(Barrier)).GroupBarrier("Group.Barrier");

    /// <summary>A barrier that tells all threads whether <paramref name="predicate"/> was true in every one.</summary>
    public static bool BarrierAnd(bool predicate) => CountAtBarrier(predicate, "Group.BarrierAnd") == KernelThread.Current.GroupDimension.Size;

    /// <summary>A barrier that tells all threads whether <paramref name="predicate"/> was true in at least one.</summary>
    public static bool BarrierOr(bool predicate) => CountAtBarrier(predicate, "Group.BarrierOr") > 0;

    /// <summary>A barrier that tells all threads in how many <paramref name="predicate"/> was true.</summary>
    public static int BarrierPopCount(bool predicate) => CountAtBarrier(predicate, "Group.BarrierPopCount");

    /// <summary>The value of the thread at position <paramref name="groupIndex"/>, for all threads of the group.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    public static T Broadcast<T>(T value, int groupIndex)
        where T : unmanaged
        => KernelThread.Current.Lane(nameof(Broadcast)).GroupExchange(value, groupIndex, "Group.Broadcast");

    private static int CountAtBarrier(bool predicate, string what)
        => KernelThread.Current.Lane(what).GroupCount(predicate, what);
}
