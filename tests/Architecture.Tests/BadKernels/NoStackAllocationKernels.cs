using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoStackAllocationKernels
{
    [Breaks("K07", 4)]
    [Breaks("K11", 3)]
    public static unsafe void Stack(Index1D i, ArrayView<float> values)
    {
        float* local = stackalloc float[4];
        values[i] += local[0];
    }
}
