using System;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>
/// A power of two that a cotangent is multiplied by on its way into a backward graph, and its gradient divided by on the way
/// out. A vector-Jacobian product is linear in the cotangent, and powers of two are exact, so in float32 nothing changes; in
/// float16 it keeps the gradient between 6·10⁻⁸ and 65,504. The largest element becomes 8 to 16: 12 powers of two below
/// the largest float16, 18 above the smallest normal one and 28 above the smallest at all.
/// </summary>
internal readonly struct CotangentScale
{
    /// <summary>How often a scale may be lowered because a float16 graph overflowed.</summary>
    public const int Attempts = 3;

    private const int LargestExponent = 3;
    private const int Lowering = 6;
    private readonly int _exponent;

    private CotangentScale(int exponent) => _exponent = exponent;

    /// <summary>The factor.</summary>
    public float Factor => MathF.ScaleB(1, _exponent);

    /// <summary>The scale for a cotangent; 1 for one that is zero or not finite.</summary>
    /// <param name="cotangent">The cotangent.</param>
    /// <returns>The scale.</returns>
    public static CotangentScale For(ReadOnlySpan<float> cotangent)
    {
        float largest = 0;
        foreach (float value in cotangent)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        // Both 2^±exponent stay normal numbers.
        return largest > 0 && float.IsFinite(largest) ? new CotangentScale(Math.Clamp(LargestExponent - MathF.ILogB(largest), -126, 126)) : default;
    }

    /// <summary>Whether all elements are finite.</summary>
    /// <param name="values">The elements.</param>
    /// <returns>False for any NaN or infinity.</returns>
    public static bool IsFinite(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A scale 64 times smaller.</summary>
    /// <returns>The scale.</returns>
    public CotangentScale Smaller() => new(Math.Max(-126, _exponent - Lowering));

    /// <summary>The scaled cotangent.</summary>
    /// <param name="cotangent">The cotangent.</param>
    /// <returns>A new array.</returns>
    public float[] Apply(ReadOnlySpan<float> cotangent)
    {
        float[] scaled = cotangent.ToArray();
        Multiply(scaled, Factor);
        return scaled;
    }

    /// <summary>Divides a gradient by the scale.</summary>
    /// <param name="gradient">The gradient; overwritten.</param>
    public void Undo(Span<float> gradient) => Multiply(gradient, MathF.ScaleB(1, -_exponent));

    private static void Multiply(Span<float> values, float factor)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= factor;
        }
    }
}
