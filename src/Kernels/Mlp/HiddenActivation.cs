using System.Runtime.CompilerServices;

namespace DreamFusion.Kernels.Mlp;

/// <summary>Activation of the hidden layers, as a type, so that each variant is its own kernel.</summary>
public interface IHiddenActivation
{
    /// <summary>φ(a).</summary>
    /// <param name="preactivation">a.</param>
    static abstract float Value(float preactivation);

    /// <summary>φ'(a).</summary>
    /// <param name="preactivation">a.</param>
    static abstract float Derivative(float preactivation);
}

/// <summary>φ(a) = max(a, 0), φ'(a) = 1 for a &gt; 0, else 0; φ'' = 0 almost everywhere.</summary>
public readonly struct Relu : IHiddenActivation
{
    /// <inheritdoc/>
    // Written so that NaN stays NaN: a network that has gone wrong must not look dead.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(float preactivation) => preactivation <= 0f ? 0f : preactivation;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Derivative(float preactivation) => preactivation <= 0f ? 0f : 1f;
}
