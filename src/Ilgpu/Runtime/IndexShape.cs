using System;
using System.Runtime.CompilerServices;

namespace ILGPU.Runtime;

/// <summary>The shape of index types, known to the JIT compiler as constants.</summary>
internal static class IndexShape
{
    /// <summary>The extent of a launch as three axes; unused axes are 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Index3D ToExtent<TIndex>(TIndex extent)
        where TIndex : struct, IIndex
    {
        if (typeof(TIndex) == typeof(Index1D))
        {
            return new Index3D(Unsafe.BitCast<TIndex, Index1D>(extent).X, 1, 1);
        }

        if (typeof(TIndex) == typeof(Index2D))
        {
            Index2D plane = Unsafe.BitCast<TIndex, Index2D>(extent);
            return new Index3D(plane.X, plane.Y, 1);
        }

        if (typeof(TIndex) == typeof(Index3D))
        {
            return Unsafe.BitCast<TIndex, Index3D>(extent);
        }

        throw new NotSupportedException($"A kernel index is Index1D, Index2D or Index3D, not {typeof(TIndex).Name}; launch with 32-bit extents.");
    }
}
