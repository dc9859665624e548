using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoVirtualCallsKernels
{
    public abstract class Activation
    {
        public abstract float Apply(float x);
    }

    [Breaks("K05", 3)]
    [Breaks("K16", 2)]
    public static void Virtual(Index1D i, ArrayView<float> values, Activation activation) =>
        values[i] = activation.Apply(values[i]);
}
