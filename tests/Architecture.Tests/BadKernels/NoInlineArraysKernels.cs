using System.Runtime.CompilerServices;
using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoInlineArraysKernels
{
    [InlineArray(4)]
    private struct Four
    {
        public float First;
    }

    [Breaks("K09", 3)]
    public static void InlineArray(Index1D i, ArrayView<float> values)
    {
        Four four = default;
        four.First = values[i];
        values[i] = four.First + 1;
    }
}
