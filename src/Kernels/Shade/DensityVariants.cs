using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Shade;

/// <summary>Activation of the raw density, as a type, so that each variant is its own kernel.</summary>
public interface IDensityActivation
{
    /// <summary>act(a), ≥ 0.</summary>
    /// <param name="raw">a.</param>
    static abstract float Value(float raw);

    /// <summary>The derivative that the backward pass uses.</summary>
    /// <param name="raw">a.</param>
    static abstract float Derivative(float raw);

    /// <summary>The derivative of <see cref="Derivative"/>.</summary>
    /// <param name="raw">a.</param>
    static abstract float SecondDerivative(float raw);
}

/// <summary>
/// exp(a). The derivative is exp(min(a, 15)), not exp(a): an occasional huge density must not throw the optimiser off
/// (instant-ngp's truncated exponential). Below 15 it is exact.
/// </summary>
public readonly struct ExpDensity : IDensityActivation
{
    /// <summary>The argument from which on the derivative stays what it is.</summary>
    internal const float LargestSlopeArgument = 15f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(float raw) => Elementary.Exp(raw);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Derivative(float raw) => Elementary.Exp(raw > LargestSlopeArgument ? LargestSlopeArgument : raw);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SecondDerivative(float raw) => raw > LargestSlopeArgument ? 0f : Elementary.Exp(raw);
}

/// <summary>softplus(a) = ln(1 + exp(a)), derivative 1 / (1 + exp(-a)).</summary>
public readonly struct SoftplusDensity : IDensityActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(float raw)
    {
        float e = Elementary.Exp(raw > 0f ? -raw : raw);
        float sum = 1f + e;
        // ln(1 + e) without losing e below the rounding of 1: the error of 1 + e cancels in the quotient (Kahan).
        float log1p = sum == 1f ? e : Elementary.Log(sum) * (e / (sum - 1f));
        return raw > 0f ? raw + log1p : log1p;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Derivative(float raw)
    {
        // Only the exponential of a negative number is taken: it cannot overflow.
        float e = Elementary.Exp(raw > 0f ? -raw : raw);
        return raw > 0f ? 1f / (1f + e) : e / (1f + e);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SecondDerivative(float raw)
    {
        float e = Elementary.Exp(raw > 0f ? -raw : raw);
        return e / ((1f + e) * (1f + e));
    }
}

/// <summary>Blob around the origin, as a type.</summary>
public interface IDensityBlob
{
    /// <summary>1 if the blob is added to the density, after the activation; 0 if it is part of the activation's argument.</summary>
    static abstract int IsAdded { get; }

    /// <summary>Blob value at x.</summary>
    /// <param name="density">Height.</param>
    /// <param name="radius">Radius, world units, &gt; 0.</param>
    /// <param name="position">x, world units.</param>
    static abstract float Value(float density, float radius, Float3 position);

    /// <summary>∇blob at x, per world unit.</summary>
    /// <param name="density">Height.</param>
    /// <param name="radius">Radius, world units, &gt; 0.</param>
    /// <param name="position">x, world units.</param>
    static abstract Float3 Gradient(float density, float radius, Float3 position);
}

/// <summary>density (1 - |x| / radius); gradient -density / radius · x / |x|, 0 at the tip of the cone, x = 0.</summary>
public readonly struct LinearBlob : IDensityBlob
{
    /// <inheritdoc/>
    public static int IsAdded => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(float density, float radius, Float3 position) => density * (1f - position.Length / radius);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float3 Gradient(float density, float radius, Float3 position)
    {
        float length = position.Length;
        return length > 0f ? position * (-density / (radius * length)) : Float3.Zero;
    }
}

/// <summary>density exp(-|x|² / (2 radius²)); gradient -blob · x / radius².</summary>
public readonly struct GaussianBlob : IDensityBlob
{
    /// <inheritdoc/>
    public static int IsAdded => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(float density, float radius, Float3 position)
        => density * Elementary.Exp(-0.5f * position.LengthSquared / (radius * radius));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float3 Gradient(float density, float radius, Float3 position)
        => position * (-Value(density, radius, position) / (radius * radius));
}

/// <summary>The Gaussian of <see cref="GaussianBlob"/>, added to the density after the activation. Source: DreamFusion (Poole et al. 2022), appendix A.2.</summary>
public readonly struct AddedGaussianBlob : IDensityBlob
{
    /// <inheritdoc/>
    public static int IsAdded => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(float density, float radius, Float3 position) => GaussianBlob.Value(density, radius, position);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float3 Gradient(float density, float radius, Float3 position) => GaussianBlob.Gradient(density, radius, position);
}
