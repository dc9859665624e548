using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoRuntimeServicesKernels
{
    [Breaks("K18", 4)]
    [Breaks("K26", 3)]
    public static void TypeOf(Index1D i, ArrayView<int> values)
    {
        values[i] = typeof(int).IsPrimitive ? 1 : 0;
    }
}
