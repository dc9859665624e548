using ILGPU.Runtime.CPU;

namespace ILGPU;

/// <summary>The grid of groups of the launch that runs. Only kernels may ask.</summary>
public static class Grid
{
    /// <summary>The X index of the group.</summary>
    public static int IdxX => KernelThread.Current.GridIndex.X;

    /// <summary>The Y index of the group.</summary>
    public static int IdxY => KernelThread.Current.GridIndex.Y;

    /// <summary>The Z index of the group.</summary>
    public static int IdxZ => KernelThread.Current.GridIndex.Z;

    /// <summary>The number of groups along X.</summary>
    public static int DimX => KernelThread.Current.GridDimension.X;

    /// <summary>The number of groups along Y.</summary>
    public static int DimY => KernelThread.Current.GridDimension.Y;

    /// <summary>The number of groups along Z.</summary>
    public static int DimZ => KernelThread.Current.GridDimension.Z;

    /// <summary>The index of the group.</summary>
    public static Index3D Index => KernelThread.Current.GridIndex;

    /// <summary>The number of groups along each axis.</summary>
    public static Index3D Dimension => KernelThread.Current.GridDimension;

    /// <summary>The index of the thread in the whole grid: group index times group size plus the index in the group.</summary>
    public static Index3D GlobalIndex => LongGlobalIndex.ToIntIndex();

    /// <summary>The index of the thread in the whole grid.</summary>
    public static LongIndex3D LongGlobalIndex
    {
        get
        {
            KernelThread thread = KernelThread.Current;
            return (thread.GridIndex.ToLongIndex() * thread.GroupDimension) + thread.GroupIndex;
        }
    }

    /// <summary>The position of the group, X fastest.</summary>
    public static int LinearIndex
    {
        get
        {
            KernelThread thread = KernelThread.Current;
            return (((thread.GridIndex.Z * thread.GridDimension.Y) + thread.GridIndex.Y) * thread.GridDimension.X) + thread.GridIndex.X;
        }
    }

    /// <summary>The position of the thread: position of its group times group size plus its position in the group.</summary>
    public static int GlobalLinearIndex => checked((int)LongGlobalLinearIndex);

    /// <summary>The position of the thread: position of its group times group size plus its position in the group.</summary>
    public static long LongGlobalLinearIndex => ((long)LinearIndex * Group.Dimension.Size) + Group.LinearIndex;
}
