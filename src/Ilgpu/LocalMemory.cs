using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ILGPU;

/// <summary>Memory that belongs to one thread of a kernel for the time of one index. Its contents are undefined until written.</summary>
public static class LocalMemory
{
    /// <summary>A view of <paramref name="extent"/> elements, which must be a constant.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged
        => LocalArena.Allocate<T>(extent);

    /// <summary>A view of <paramref name="extent"/> elements, which must be a constant.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static ArrayView1D<T, Stride1D.Dense> Allocate1D<T>(Index1D extent)
        where T : unmanaged
        => LocalArena.Allocate<T>(extent.X);
}
