namespace ILGPU.Runtime;

/// <summary>The index space of one launch.</summary>
/// <param name="Extent">The extent of an indexed kernel; the number of threads along each axis of an explicitly grouped one.</param>
/// <param name="GridDimension">The number of groups along each axis.</param>
/// <param name="GroupDimension">The number of threads of a group along each axis.</param>
/// <param name="Count">The number of threads.</param>
/// <param name="DynamicSharedBytes">The dynamic shared memory of a group in bytes.</param>
internal readonly record struct LaunchShape(Index3D Extent, Index3D GridDimension, Index3D GroupDimension, long Count, int DynamicSharedBytes)
{
    /// <summary>The shape of an indexed kernel: its linear indices in groups of one dimension.</summary>
    public static LaunchShape Indexed(in Index3D extent, int groupSize)
    {
        long count = extent.LongSize;
        return new LaunchShape(extent, new Index3D((int)((count + groupSize - 1) / groupSize), 1, 1), new Index3D(groupSize, 1, 1), count, 0);
    }

    /// <summary>The shape of an explicitly grouped kernel.</summary>
    public static LaunchShape Grid(in KernelConfig config)
        => new(config.GridDim * config.GroupDim, config.GridDim, config.GroupDim, config.Size, config.SharedMemoryConfig.ArraySize);
}
