using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DreamFusion.Bench.Baselines;

/// <summary>What one core can do at most; <see cref="MachineSpeed"/> measures it for several at once.</summary>
public static unsafe class MachinePeaks
{
    /// <summary>
    /// Runs multiply-adds in twelve independent chains of the widest vectors, nothing else: at least <paramref name="flop"/> floating-point
    /// operations, a multiply-add being two.
    /// </summary>
    /// <returns>A value that depends on all of them.</returns>
    public static float MultiplyAdds(double flop)
        => Vector512.IsHardwareAccelerated ? Chains512((long)Math.Ceiling(flop / (12 * 16 * 2))) : Chains256((long)Math.Ceiling(flop / (12 * 8 * 2)));

    /// <summary>Copies memory; the bytes read and written are twice <paramref name="bytes"/>.</summary>
    public static void Copy(void* source, void* target, long bytes) => Buffer.MemoryCopy(source, target, bytes, bytes);

    /// <summary>Copies memory past the caches: the target is not read first, as it is by ordinary stores.</summary>
    /// <param name="source">Source, 64-byte aligned.</param>
    /// <param name="target">Target, 64-byte aligned.</param>
    /// <param name="bytes">Bytes, a multiple of 64.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void CopyStreaming(byte* source, byte* target, long bytes)
    {
        for (long i = 0; i < bytes; i += 64)
        {
            Vector256<byte> low = Vector256.LoadAligned(source + i);
            Vector256<byte> high = Vector256.LoadAligned(source + i + 32);
            Vector256.StoreAlignedNonTemporal(low, target + i);
            Vector256.StoreAlignedNonTemporal(high, target + i + 32);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Chains256(long count)
    {
        var a = Vector256.Create(0.999f);
        var b = Vector256.Create(1e-3f);
        Vector256<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (long i = 0; i < count; i++)
        {
            c0 = Vector256.FusedMultiplyAdd(a, c0, b);
            c1 = Vector256.FusedMultiplyAdd(a, c1, b);
            c2 = Vector256.FusedMultiplyAdd(a, c2, b);
            c3 = Vector256.FusedMultiplyAdd(a, c3, b);
            c4 = Vector256.FusedMultiplyAdd(a, c4, b);
            c5 = Vector256.FusedMultiplyAdd(a, c5, b);
            c6 = Vector256.FusedMultiplyAdd(a, c6, b);
            c7 = Vector256.FusedMultiplyAdd(a, c7, b);
            c8 = Vector256.FusedMultiplyAdd(a, c8, b);
            c9 = Vector256.FusedMultiplyAdd(a, c9, b);
            c10 = Vector256.FusedMultiplyAdd(a, c10, b);
            c11 = Vector256.FusedMultiplyAdd(a, c11, b);
        }

        return Vector256.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Chains512(long count)
    {
        var a = Vector512.Create(0.999f);
        var b = Vector512.Create(1e-3f);
        Vector512<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (long i = 0; i < count; i++)
        {
            c0 = Vector512.FusedMultiplyAdd(a, c0, b);
            c1 = Vector512.FusedMultiplyAdd(a, c1, b);
            c2 = Vector512.FusedMultiplyAdd(a, c2, b);
            c3 = Vector512.FusedMultiplyAdd(a, c3, b);
            c4 = Vector512.FusedMultiplyAdd(a, c4, b);
            c5 = Vector512.FusedMultiplyAdd(a, c5, b);
            c6 = Vector512.FusedMultiplyAdd(a, c6, b);
            c7 = Vector512.FusedMultiplyAdd(a, c7, b);
            c8 = Vector512.FusedMultiplyAdd(a, c8, b);
            c9 = Vector512.FusedMultiplyAdd(a, c9, b);
            c10 = Vector512.FusedMultiplyAdd(a, c10, b);
            c11 = Vector512.FusedMultiplyAdd(a, c11, b);
        }

        return Vector512.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }
}
