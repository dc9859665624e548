using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoManagedArraysKernels
{
    [Breaks("K16", 3)]
    [Breaks("K25", 2)]
    public static void Array(Index1D i, ArrayView<int> values, int[] table) =>
        values[i] = table[0];
}
