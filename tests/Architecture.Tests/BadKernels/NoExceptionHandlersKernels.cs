using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoExceptionHandlersKernels
{
    [Breaks("K02", 5)]
    public static void Finally(Index1D i, ArrayView<float> values)
    {
        try
        {
            values[i] = 1 / values[i];
        }
        finally
        {
            values[i] += 1;
        }
    }
}
