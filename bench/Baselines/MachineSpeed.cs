using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading;

namespace DreamFusion.Bench.Baselines;

/// <summary>What a number of threads of this machine can do at most, all at the same time.</summary>
/// <param name="Threads">Threads that ran at the same time.</param>
/// <param name="Flops">Floating-point operations a second, a multiply-add being two.</param>
/// <param name="CopyBytes">Bytes a second, read and written ones added, of copies that do not fit any cache.</param>
public readonly record struct MachineSpeed(int Threads, double Flops, double CopyBytes)
{
    private const int Repeats = 7;
    private const double FlopPerThread = 4e9;
    private const long BytesPerThread = 96L << 20;

    /// <summary>
    /// Measures both peaks: the best of several runs, so that other programs count as little as possible, and of two ways to copy, the runtime's and
    /// streaming stores.
    /// </summary>
    public static unsafe MachineSpeed Measure(int threads)
    {
        double flops = 0;
        double copy = 0;
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)(2 * BytesPerThread * threads), 4096);
        try
        {
            NativeMemory.Fill(memory, (nuint)(2 * BytesPerThread * threads), 1);
            for (int repeat = 0; repeat < Repeats; repeat++)
            {
                double seconds = Together(threads, _ => MachinePeaks.MultiplyAdds(FlopPerThread));
                flops = Math.Max(flops, FlopPerThread * threads / seconds);
                double plain = Together(threads, thread => MachinePeaks.Copy(Source(thread), Source(thread) + BytesPerThread, BytesPerThread));
                double streaming = Together(threads, thread => MachinePeaks.CopyStreaming(Source(thread), Source(thread) + BytesPerThread, BytesPerThread));
                copy = Math.Max(copy, 2d * BytesPerThread * threads / Math.Min(plain, streaming));
            }
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
        return new MachineSpeed(threads, flops, copy);

        byte* Source(int thread) => memory + (2 * BytesPerThread * thread);
    }

    /// <summary>The higher of two measurements.</summary>
    public MachineSpeed Best(MachineSpeed other) => new(Threads, Math.Max(Flops, other.Flops), Math.Max(CopyBytes, other.CopyBytes));

    /// <summary>Seconds from the start of the first thread's work to the end of the last one's.</summary>
    private static double Together(int threads, Action<int> work)
    {
        long[] starts = new long[threads];
        long[] ends = new long[threads];
        using var barrier = new Barrier(threads);
        var others = new Thread[threads - 1];
        for (int i = 0; i < others.Length; i++)
        {
            int thread = i + 1;
            others[i] = new Thread(() => Timed(thread));
            others[i].Start();
        }
        Timed(0);
        foreach (Thread other in others)
        {
            other.Join();
        }
        long start = long.MaxValue;
        long end = long.MinValue;
        for (int i = 0; i < threads; i++)
        {
            start = Math.Min(start, starts[i]);
            end = Math.Max(end, ends[i]);
        }
        return (double)(end - start) / Stopwatch.Frequency;

        void Timed(int thread)
        {
            barrier.SignalAndWait();
            starts[thread] = Stopwatch.GetTimestamp();
            work(thread);
            ends[thread] = Stopwatch.GetTimestamp();
        }
    }
}
