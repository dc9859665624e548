using System;
using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoSpansKernels
{
    [Breaks("K08", 4)]
    [Breaks("K18", 3)]
    public static void Span(Index1D i, ArrayView<float> values)
    {
        values[i] = Sum(new ReadOnlySpan<float>(ref values[i]));
    }

    [Breaks("K08", 2)]
    [Breaks("K18", 1)]
    private static float Sum(ReadOnlySpan<float> span) => span[0];
}
