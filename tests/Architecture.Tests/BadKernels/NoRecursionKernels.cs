using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoRecursionKernels
{
    public static void Start(Index1D i, ArrayView<int> values)
    {
        values[i] = Even(values[i]);
    }

    [Breaks("K17", 1)]
    private static int Even(int n) => n == 0 ? 1 : Odd(n - 1);

    [Breaks("K17", 1)]
    private static int Odd(int n) => n == 0 ? 0 : Even(n - 1);
}
