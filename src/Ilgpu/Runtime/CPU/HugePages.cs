using System;
using System.Runtime.InteropServices;

namespace ILGPU.Runtime.CPU;

/// <summary>
/// Host memory for buffers. On Linux large ones lie on whole huge pages and ask for them: random reads of a table of tens of megabytes otherwise
/// miss the processor's page table cache at almost every access. It is a hint; where the system refuses, pages stay small.
/// </summary>
internal static unsafe partial class HugePages
{
    private const nuint PageBytes = 2 << 20;

    /// <summary>Buffers this large are worth whole pages.</summary>
    private const nuint SmallestBytes = 2 * PageBytes;

    private const int AdviseHugePages = 14;

    /// <summary>Allocates memory with undefined contents; freed with NativeMemory.AlignedFree.</summary>
    /// <param name="bytes">Size, at least 1.</param>
    /// <param name="alignment">Least alignment, a power of two below a huge page.</param>
    public static void* Allocate(nuint bytes, nuint alignment)
    {
        if (!OperatingSystem.IsLinux() || bytes < SmallestBytes)
        {
            return NativeMemory.AlignedAlloc(bytes, alignment);
        }

        void* memory = NativeMemory.AlignedAlloc(bytes, PageBytes);
        // Only whole pages: the rest of the last one belongs to others.
        _ = Advise(memory, bytes & ~(PageBytes - 1), AdviseHugePages);
        return memory;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
