using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class AtMostFourteenArgumentsKernels
{
    [Breaks("K23", 3)]
    public static void Fifteen(
        Index1D i, ArrayView<float> a, int b, int c, int d, int e, int f, int g, int h, int j, int k, int l, int m, int n, int o, int p) =>
        a[i] = b + c + d + e + f + g + h + j + k + l + m + n + o + p;
}
