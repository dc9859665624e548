using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoBarrierInImplicitGroupsKernels
{
    public static void Sum(Index1D i, ArrayView<float> values)
    {
        values[i] = Shared(values[i]);
    }

    [Breaks("K19", 5)]
    private static float Shared(float value)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(32);
        shared[Group.IdxX] = value;
        Group.Barrier();
        return shared[0];
    }
}
