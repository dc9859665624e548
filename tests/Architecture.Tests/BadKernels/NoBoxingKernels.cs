using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoBoxingKernels
{
    private interface IScale
    {
        float Factor { get; }
    }

    private readonly struct Double : IScale
    {
        public float Factor => 2;
    }

    [Breaks("K04", 4)]
    [Breaks("K05", 4)]
    public static void Box(Index1D i, ArrayView<float> values)
    {
        IScale scale = default(Double);
        values[i] *= scale.Factor;
    }
}
