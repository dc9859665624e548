using System;
using System.Collections.Generic;

namespace ILGPU.Runtime;

/// <summary>The copies between buffers and arrays of the host that a thread makes, noted while somebody asks: for tests.</summary>
internal static class HostCopies
{
    [ThreadStatic]
    private static List<long>? _noted;

    /// <summary>The bytes of each copy that the calling thread makes meanwhile.</summary>
    public static IReadOnlyList<long> During(Action action)
    {
        List<long>? before = _noted;
        List<long> noted = _noted = [];
        try
        {
            action();
            return noted;
        }
        finally
        {
            _noted = before;
        }
    }

    /// <summary>Notes a copy.</summary>
    public static void Note(long bytes) => _noted?.Add(bytes);
}
