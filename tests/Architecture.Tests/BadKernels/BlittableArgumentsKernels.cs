using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class BlittableArgumentsKernels
{
    public struct Args
    {
        public ArrayView<float> Values;
        public bool Negate;
    }

    [Breaks("K15", 2)]
    public static void Field(Index1D i, Args a) =>
        a.Values[i] = a.Negate ? -1 : 1;

    [Breaks("K15", 2)]
    public static void Element(Index1D i, ArrayView<char> letters) =>
        letters[i]++;
}
