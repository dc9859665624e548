using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ILGPU.Runtime.CPU;

/// <summary>
/// The local memory of the kernels that a thread runs: a bump allocator whose position the loop driver sets back after every index.
/// </summary>
internal sealed unsafe class LocalArena
{
    /// <summary>The local memory of one thread in bytes.</summary>
    public const int Capacity = 1 << 20;

    private const int Alignment = 64;

    [ThreadStatic]
    private static LocalArena? _current;

    private readonly byte* _start;
    private byte* _next;
    private readonly byte* _end;

    private LocalArena()
    {
        _start = (byte*)NativeMemory.AlignedAlloc(Capacity, Alignment);
        _next = _start;
        _end = _start + Capacity;
    }

    ~LocalArena()
    {
        NativeMemory.AlignedFree(_start);
    }

    /// <summary>The arena of the calling thread.</summary>
    public static LocalArena Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _current ?? Create();
    }

    /// <summary>What is allocated now; give it to <see cref="Reset"/> to free all that comes later.</summary>
    public IntPtr Position => (IntPtr)_next;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Reset(IntPtr position) => _next = (byte*)position;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged
    {
        LocalArena arena = Current;
        byte* start = arena._next;
        long bytes = (((long)extent * sizeof(T)) + (Alignment - 1)) & -Alignment;
        if ((ulong)bytes > (ulong)(arena._end - start))
        {
            ThrowExhausted(extent * (long)sizeof(T), arena._end - start);
        }

        arena._next = start + bytes;
        return new ArrayView<T>((T*)start, extent);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static LocalArena Create() => _current = new LocalArena();

    [DoesNotReturn]
    private static void ThrowExhausted(long asked, long left)
        => throw new InsufficientExecutionStackException(
            $"LocalMemory: {asked} bytes asked for, {left} of the {Capacity} bytes of a thread are left; allocate less, and not inside a loop.");
}
