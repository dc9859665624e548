using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoCheckedArithmeticKernels
{
    [Breaks("K24", 3)]
    public static void Checked(Index1D i, ArrayView<int> values)
    {
        values[i] = checked(values[i] * 2);
    }
}
