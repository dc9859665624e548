using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class ConstantMemorySizesKernels
{
    [Breaks("K21", 3)]
    public static void Local(Index1D i, ArrayView<float> values, int width)
    {
        ArrayView<float> row = LocalMemory.Allocate<float>(width);
        row[0] = values[i];
        values[i] = row[0] + 1;
    }
}
