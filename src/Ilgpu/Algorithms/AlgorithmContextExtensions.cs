using System;

namespace ILGPU.Algorithms;

/// <summary>Turns the algorithms library on.</summary>
public static class AlgorithmContextExtensions
{
    /// <summary>Allows <see cref="XMath"/> and the group and warp algorithms in kernels. Here they always are.</summary>
    public static Context.Builder EnableAlgorithms(this Context.Builder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder;
    }
}
