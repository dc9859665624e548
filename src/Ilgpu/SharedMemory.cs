using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ILGPU;

/// <summary>
/// Memory that the threads of a group share for the time of a launch. Its contents are undefined until written. All threads of a group must make the same
/// allocations in the same order; sizes must be constants.
/// </summary>
public static class SharedMemory
{
    /// <summary>One element.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static ref T Allocate<T>()
        where T : unmanaged
        => ref Allocate<T>(1)[0];

    /// <summary>A view of <paramref name="extent"/> elements.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged
        => KernelThread.Current.Lane("SharedMemory.Allocate").AllocateShared<T>(extent);

    /// <summary>A view of <paramref name="extent"/> elements.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static ArrayView1D<T, Stride1D.Dense> Allocate1D<T>(Index1D extent)
        where T : unmanaged
        => Allocate<T>(extent.X);

    /// <summary>A plane of elements whose X neighbours lie side by side.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static ArrayView2D<T, Stride2D.DenseX> Allocate2DDenseX<T>(Index2D extent)
        where T : unmanaged
        => new(Allocate<T>(extent.Size), extent, new Stride2D.DenseX(extent.X));

    /// <summary>A plane of elements whose Y neighbours lie side by side.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static ArrayView2D<T, Stride2D.DenseY> Allocate2DDenseY<T>(Index2D extent)
        where T : unmanaged
        => new(Allocate<T>(extent.Size), extent, new Stride2D.DenseY(extent.Y));

    /// <summary>The dynamic shared memory that the launch asked for, as a view of as many elements as fit.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static ArrayView<T> GetDynamic<T>()
        where T : unmanaged
        => KernelThread.Current.Lane("SharedMemory.GetDynamic").DynamicShared<T>();
}
