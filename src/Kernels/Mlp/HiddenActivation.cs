using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Mlp;

/// <summary>Activation of the hidden layers.</summary>
public enum HiddenActivation
{
    /// <summary>max(a, 0).</summary>
    Relu,

    /// <summary>a / (1 + exp(-a)).</summary>
    Silu,
}

/// <summary>Activation of the hidden layers, as a type, so that each variant is its own kernel.</summary>
public interface IHiddenActivation
{
    /// <summary>Which activation this type is.</summary>
    static abstract HiddenActivation Kind { get; }

    /// <summary>1 if φ'' = 0 almost everywhere, so that the second-order pass has no curvature terms; else 0.</summary>
    static abstract int IsPiecewiseLinear { get; }

    /// <summary>φ(a).</summary>
    /// <param name="preactivation">a.</param>
    static abstract float Value(float preactivation);

    /// <summary>φ'(a).</summary>
    /// <param name="preactivation">a.</param>
    static abstract float Derivative(float preactivation);

    /// <summary>φ''(a).</summary>
    /// <param name="preactivation">a.</param>
    static abstract float SecondDerivative(float preactivation);
}

/// <summary>φ(a) = max(a, 0), φ'(a) = 1 for a &gt; 0, else 0; φ'' = 0 almost everywhere.</summary>
public readonly struct Relu : IHiddenActivation
{
    /// <inheritdoc/>
    public static HiddenActivation Kind => HiddenActivation.Relu;

    /// <inheritdoc/>
    public static int IsPiecewiseLinear => 1;

    /// <inheritdoc/>
    // Written so that NaN stays NaN: a network that has gone wrong must not look dead.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(float preactivation) => preactivation <= 0f ? 0f : preactivation;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Derivative(float preactivation) => preactivation <= 0f ? 0f : 1f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SecondDerivative(float preactivation) => 0f;
}

/// <summary>
/// φ(a) = a s, φ'(a) = s (1 + a (1 - s)), φ''(a) = s (1 - s) (2 + a (1 - 2 s)) with s = 1 / (1 + exp(-a)). Source: Elfwing et
/// al. 2018, eq. 3; the activation of DreamFusion's own network (Poole et al. 2022, appendix A.2).
/// </summary>
public readonly struct Silu : IHiddenActivation
{
    /// <inheritdoc/>
    public static HiddenActivation Kind => HiddenActivation.Silu;

    /// <inheritdoc/>
    public static int IsPiecewiseLinear => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(float preactivation) => preactivation * Logistic.Value(preactivation);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Derivative(float preactivation)
    {
        Float2 s = Logistic.Both(preactivation);
        return s.X * (1f + preactivation * s.Y);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SecondDerivative(float preactivation)
    {
        Float2 s = Logistic.Both(preactivation);
        return s.X * s.Y * (2f + preactivation * (s.Y - s.X));
    }
}

/// <summary>The logistic function s(a) = 1 / (1 + exp(-a)); its complement is s(-a), without the cancellation of 1 - s(a).</summary>
internal static class Logistic
{
    // Only the exponential of a negative number is taken: it cannot overflow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(float a)
    {
        float e = Elementary.Exp(a > 0f ? -a : a);
        return a > 0f ? 1f / (1f + e) : e / (1f + e);
    }

    /// <summary>s(a) and s(-a), with the bits of <see cref="Value"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float2 Both(float a)
    {
        float e = Elementary.Exp(a > 0f ? -a : a);
        float large = 1f / (1f + e);
        float small = e / (1f + e);
        return a > 0f ? new Float2(large, small) : new Float2(small, large);
    }
}
