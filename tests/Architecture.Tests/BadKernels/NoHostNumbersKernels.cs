using System.Numerics;
using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoHostNumbersKernels
{
    [Breaks("K10", 2)]
    public static void HostHalf(Index1D i, ArrayView<System.Half> values, ArrayView<int> counts) =>
        counts[i] = values.IntLength;

    [Breaks("K10", 2)]
    public static void HostVector(Index1D i, ArrayView<Vector3> positions) =>
        positions[i].X = 1;
}
