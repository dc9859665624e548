using System;
using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class AllowedCallsKernels
{
    [Breaks("K18", 3)]
    public static void Unfused(Index1D i, ArrayView<float> values)
    {
        values[i] = MathF.FusedMultiplyAdd(values[i], values[i], 1);
    }

    [Breaks("K18", 3)]
    public static void Random(Index1D i, ArrayView<float> values)
    {
        values[i] = Environment.TickCount;
    }
}
