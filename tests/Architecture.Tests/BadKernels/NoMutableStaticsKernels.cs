using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoMutableStaticsKernels
{
    private static int _calls;

    [Breaks("K13", 3)]
    public static void Count(Index1D i, ArrayView<int> values)
    {
        values[i] = _calls;
        _calls = i;
    }
}
