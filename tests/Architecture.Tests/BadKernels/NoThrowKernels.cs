using System;
using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoThrowKernels
{
    [Breaks("K01", 6)]
    [Breaks("K03", 5)]
    public static void Throws(Index1D i, ArrayView<float> values)
    {
        if (values[i] < 0)
        {
            throw new InvalidOperationException();
        }
    }
}
