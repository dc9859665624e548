using System;
using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoDelegatesKernels
{
    [Breaks("K06", 3)]
    [Breaks("K16", 2)]
    public static void Delegate(Index1D i, ArrayView<float> values, Func<float, float> function) =>
        values[i] = function(values[i]);
}
