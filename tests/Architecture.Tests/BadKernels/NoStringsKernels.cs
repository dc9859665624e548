using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoStringsKernels
{
    [Breaks("K12", 4)]
    [Breaks("K18", 3)]
    public static void Text(Index1D i, ArrayView<int> values)
    {
        values[i] = "dLdX".Length;
    }
}
