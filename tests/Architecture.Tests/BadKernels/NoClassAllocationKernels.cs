using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoClassAllocationKernels
{
    private sealed class Accumulator
    {
        public float Sum;
    }

    [Breaks("K03", 3)]
    public static void New(Index1D i, ArrayView<float> values)
    {
        var accumulator = new Accumulator();
        accumulator.Sum += values[i];
        values[i] = accumulator.Sum;
    }
}
