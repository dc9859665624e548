using System;
using System.Linq;
using System.Numerics;
using System.Runtime.InteropServices;
using DreamFusion.Pipeline.Checkpoints;

namespace DreamFusion.Pipeline.Training.Watchdog;

/// <summary>Whether a state can be gone on from: a checkpoint that holds a NaN or an infinity is never written.</summary>
public static class FiniteState
{
    // The exponent of a float is all ones exactly for NaN and the infinities.
    private const int Exponent = 0x7F80_0000;

    /// <summary>The name of the first tensor with a value that is not finite, by name, or null.</summary>
    public static string? FirstBroken(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return checkpoint.Tensors.Where(tensor => tensor.Value.Type == TensorType.F32 && !IsFinite(tensor.Value.Values<float>()))
            .Select(tensor => tensor.Key).Order(StringComparer.Ordinal).FirstOrDefault();
    }

    /// <summary>Whether all values are finite.</summary>
    public static bool IsFinite(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<int> bits = MemoryMarshal.Cast<float, int>(values);
        var exponent = new Vector<int>(Exponent);
        int i = 0;
        for (; i <= bits.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            if (Vector.EqualsAny(new Vector<int>(bits[i..]) & exponent, exponent))
            {
                return false;
            }
        }
        for (; i < bits.Length; i++)
        {
            if ((bits[i] & Exponent) == Exponent)
            {
                return false;
            }
        }
        return true;
    }
}
