using System;
using System.Runtime.CompilerServices;

namespace ILGPU;

/// <summary>How much dynamic shared memory the groups of a launch get.</summary>
/// <param name="numElements">The number of elements.</param>
/// <param name="elementSize">The size of an element in bytes.</param>
public readonly struct SharedMemoryConfig(int numElements, int elementSize) : IEquatable<SharedMemoryConfig>
{
    /// <summary>No dynamic shared memory.</summary>
    public static readonly SharedMemoryConfig Empty;

    /// <summary>The number of elements.</summary>
    public int NumElements { get; } = numElements;

    /// <summary>The size of an element in bytes.</summary>
    public int ElementSize { get; } = elementSize;

    /// <summary>The size in bytes.</summary>
    public int ArraySize => NumElements * ElementSize;

    /// <summary>Asks for dynamic shared memory for <paramref name="numElements"/> elements per group.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static SharedMemoryConfig RequestDynamic<T>(int numElements)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(numElements);
        return new SharedMemoryConfig(numElements, Unsafe.SizeOf<T>());
    }

    /// <summary>True if number and size agree.</summary>
    public static bool operator ==(SharedMemoryConfig left, SharedMemoryConfig right) => left.Equals(right);

    /// <summary>True if number or size differ.</summary>
    public static bool operator !=(SharedMemoryConfig left, SharedMemoryConfig right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(SharedMemoryConfig other) => NumElements == other.NumElements && ElementSize == other.ElementSize;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SharedMemoryConfig other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(NumElements, ElementSize);
}

/// <summary>Grid, group and dynamic shared memory of an explicitly grouped launch.</summary>
/// <param name="gridDim">The number of groups along each axis.</param>
/// <param name="groupDim">The number of threads of a group along each axis.</param>
/// <param name="sharedMemoryConfig">The dynamic shared memory of a group.</param>
public readonly struct KernelConfig(Index3D gridDim, Index3D groupDim, SharedMemoryConfig sharedMemoryConfig) : IEquatable<KernelConfig>
{
    /// <summary>A grid of groups.</summary>
    public KernelConfig(Index3D gridDim, Index3D groupDim)
        : this(gridDim, groupDim, SharedMemoryConfig.Empty)
    {
    }

    /// <summary>A one-dimensional grid of groups.</summary>
    public KernelConfig(Index1D gridDim, Index1D groupDim)
        : this(gridDim, groupDim, SharedMemoryConfig.Empty)
    {
    }

    /// <summary>A one-dimensional grid of groups with dynamic shared memory.</summary>
    public KernelConfig(Index1D gridDim, Index1D groupDim, SharedMemoryConfig sharedMemoryConfig)
        : this(new Index3D(gridDim.X, 1, 1), new Index3D(groupDim.X, 1, 1), sharedMemoryConfig)
    {
    }

    /// <summary>A two-dimensional grid of groups.</summary>
    public KernelConfig(Index2D gridDim, Index2D groupDim)
        : this(gridDim, groupDim, SharedMemoryConfig.Empty)
    {
    }

    /// <summary>A two-dimensional grid of groups with dynamic shared memory.</summary>
    public KernelConfig(Index2D gridDim, Index2D groupDim, SharedMemoryConfig sharedMemoryConfig)
        : this(new Index3D(gridDim.X, gridDim.Y, 1), new Index3D(groupDim.X, groupDim.Y, 1), sharedMemoryConfig)
    {
    }

    /// <summary>A grid of groups, axis by axis.</summary>
    public KernelConfig(int gridDimX, int gridDimY, int gridDimZ, int groupDimX, int groupDimY, int groupDimZ)
        : this(new Index3D(gridDimX, gridDimY, gridDimZ), new Index3D(groupDimX, groupDimY, groupDimZ), default)
    {
    }

    /// <summary>The number of groups along each axis.</summary>
    public Index3D GridDim { get; } = gridDim;

    /// <summary>The number of threads of a group along each axis.</summary>
    public Index3D GroupDim { get; } = groupDim;

    /// <summary>The dynamic shared memory of a group.</summary>
    public SharedMemoryConfig SharedMemoryConfig { get; } = sharedMemoryConfig;

    /// <summary>True if dynamic shared memory is asked for.</summary>
    public bool UsesDynamicSharedMemory => SharedMemoryConfig.ArraySize > 0;

    /// <summary>The number of threads of the launch.</summary>
    public long Size => GridDim.LongSize * GroupDim.LongSize;

    /// <summary>True if every dimension is positive.</summary>
    public bool IsValid => GridDim is { X: > 0, Y: > 0, Z: > 0 } && GroupDim is { X: > 0, Y: > 0, Z: > 0 };

    /// <summary>A one-dimensional grid of groups.</summary>
    public static implicit operator KernelConfig((Index1D GridDim, Index1D GroupDim) dimensions) => new(dimensions.GridDim, dimensions.GroupDim);

    /// <summary>A two-dimensional grid of groups.</summary>
    public static implicit operator KernelConfig((Index2D GridDim, Index2D GroupDim) dimensions) => new(dimensions.GridDim, dimensions.GroupDim);

    /// <summary>A three-dimensional grid of groups.</summary>
    public static implicit operator KernelConfig((Index3D GridDim, Index3D GroupDim) dimensions) => new(dimensions.GridDim, dimensions.GroupDim);

    /// <summary>A one-dimensional grid of groups with dynamic shared memory.</summary>
    public static implicit operator KernelConfig((Index1D GridDim, Index1D GroupDim, SharedMemoryConfig Shared) dimensions)
        => new(dimensions.GridDim, dimensions.GroupDim, dimensions.Shared);

    /// <summary>A two-dimensional grid of groups with dynamic shared memory.</summary>
    public static implicit operator KernelConfig((Index2D GridDim, Index2D GroupDim, SharedMemoryConfig Shared) dimensions)
        => new(dimensions.GridDim, dimensions.GroupDim, dimensions.Shared);

    /// <summary>A three-dimensional grid of groups with dynamic shared memory.</summary>
    public static implicit operator KernelConfig((Index3D GridDim, Index3D GroupDim, SharedMemoryConfig Shared) dimensions)
        => new(dimensions.GridDim, dimensions.GroupDim, dimensions.Shared);

    /// <summary>True if grid, group and shared memory agree.</summary>
    public static bool operator ==(KernelConfig left, KernelConfig right) => left.Equals(right);

    /// <summary>True if grid, group or shared memory differ.</summary>
    public static bool operator !=(KernelConfig left, KernelConfig right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(KernelConfig other)
        => GridDim == other.GridDim && GroupDim == other.GroupDim && SharedMemoryConfig == other.SharedMemoryConfig;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is KernelConfig other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(GridDim, GroupDim, SharedMemoryConfig);
}
