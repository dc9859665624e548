using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoClassArgumentsKernels
{
    public struct Args
    {
        public ArrayView<float> Values;
        public float[] Table;
    }

    [Breaks("K16", 3)]
    [Breaks("K25", 2)]
    public static void Array(Index1D i, Args a) =>
        a.Values[i] = a.Table[0];
}
