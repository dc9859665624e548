using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoStaticObjectsKernels
{
    private static readonly int[] _primes = [1, 3, 5];

    [Breaks("K14", 4)]
    [Breaks("K25", 3)]
    public static void Lookup(Index1D i, ArrayView<int> values)
    {
        values[i] = _primes[i % 3];
    }
}
