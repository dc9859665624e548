using System.Runtime.CompilerServices;

namespace DreamFusion.Kernels.Encode;

/// <summary>Blending weight within a cell, as a type, so that each variant is its own kernel.</summary>
public interface IGridInterpolation
{
    /// <summary>Weight g(u) of the upper corner, 0 at 0 and 1 at 1.</summary>
    /// <param name="u">Position within the cell, 0 to 1.</param>
    static abstract float Weight(float u);

    /// <summary>Derivative g'(u).</summary>
    /// <param name="u">Position within the cell, 0 to 1.</param>
    static abstract float Derivative(float u);
}

/// <summary>g(u) = u.</summary>
public readonly struct LinearInterpolation : IGridInterpolation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Weight(float u) => u;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Derivative(float u) => 1f;
}

/// <summary>g(u) = u²(3 - 2u), g'(u) = 6u(1 - u).</summary>
public readonly struct SmoothstepInterpolation : IGridInterpolation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Weight(float u) => u * u * (3f - 2f * u);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Derivative(float u) => 6f * u * (1f - u);
}
