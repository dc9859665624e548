using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoLongIndexKernels
{
    [Breaks("K20", 2)]
    public static void Wide(LongIndex1D i, ArrayView<float> values) =>
        values[i] = 1;
}
