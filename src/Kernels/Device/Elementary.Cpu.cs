using System.Runtime.CompilerServices;

namespace DreamFusion.Kernels.Device;

/// <summary>
/// Twin of <see cref="Elementary"/> for vectors: the same operations in the same order, lane by lane, so the same bits.
/// </summary>
/// <typeparam name="TLanes">Vector width.</typeparam>
/// <typeparam name="TVector">Vector.</typeparam>
internal static class ElementaryLanes<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>eˣ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        TVector largest = TLanes.Broadcast(Elementary.LargestExponent);
        TVector smallest = TLanes.Broadcast(Elementary.SmallestExponent);
        TVector shift = TLanes.Broadcast(Elementary.RoundingShift);
        TVector bounded = TLanes.SelectGreater(x, largest, largest, x);
        bounded = TLanes.SelectGreater(smallest, bounded, smallest, bounded);
        TVector shifted = TLanes.MultiplyAdd(bounded, TLanes.Broadcast(Elementary.InverseLog2), shift);
        TVector n = TLanes.Subtract(shifted, shift);
        TVector r = TLanes.MultiplyAdd(n, TLanes.Broadcast(-Elementary.Log2High), bounded);
        r = TLanes.MultiplyAdd(n, TLanes.Broadcast(-Elementary.Log2Low), r);
        TVector p = TLanes.MultiplyAdd(TLanes.Broadcast(Elementary.P4), r, TLanes.Broadcast(Elementary.P3));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(Elementary.P2));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(Elementary.P1));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(Elementary.P0));
        TVector mantissa = TLanes.Add(TLanes.Broadcast(1f), TLanes.MultiplyAdd(TLanes.Multiply(r, r), p, r));
        return TLanes.ScaleByPowerOfTwo(mantissa, shifted);
    }

    /// <summary>ln x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Log(TVector x)
    {
        TVector zero = TLanes.Broadcast(0f);
        TVector smallest = TLanes.Broadcast(Elementary.SmallestNormal);
        TVector added = TLanes.SelectGreater(smallest, x, TLanes.Broadcast(-23f), zero);
        TVector u = TLanes.SelectGreater(smallest, x, TLanes.Multiply(x, TLanes.Broadcast(Elementary.TwoTo23)), x);
        TVector logarithm = LogOfNormal(u, added);
        TVector outside = TLanes.SelectGreater(zero, x, TLanes.Broadcast(float.NaN), TLanes.Broadcast(float.NegativeInfinity));
        TVector defined = TLanes.SelectGreater(x, zero, logarithm, outside);
        return TLanes.SelectGreater(TLanes.Broadcast(float.PositiveInfinity), x, defined, x);
    }

    /// <summary>1 / (1 + e⁻ᵃ), and e^-|a| and 1 + e^-|a| for those who need more of it; twin of the logistic functions of the kernels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Logistic(TVector a)
    {
        TVector e = Exp(NegativeMagnitude(a));
        TVector one = TLanes.Broadcast(1f);
        return TLanes.Divide(TLanes.SelectGreater(a, TLanes.Broadcast(0f), one, e), TLanes.Add(one, e));
    }

    /// <summary>-|a|; NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector NegativeMagnitude(TVector a)
    {
        TVector zero = TLanes.Broadcast(0f);
        return TLanes.SelectGreater(a, zero, TLanes.Subtract(zero, a), a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LogOfNormal(TVector u, TVector addedExponent)
    {
        TVector one = TLanes.Broadcast(1f);
        TVector root = TLanes.Broadcast(Elementary.SquareRootOf2);
        TVector exponent = TLanes.Add(TLanes.Exponent(u), addedExponent);
        TVector mantissa = TLanes.Mantissa(u);
        exponent = TLanes.SelectGreater(root, mantissa, exponent, TLanes.Add(exponent, one));
        mantissa = TLanes.SelectGreater(root, mantissa, mantissa, TLanes.Multiply(mantissa, TLanes.Broadcast(0.5f)));
        TVector f = TLanes.Subtract(mantissa, one);
        TVector q = TLanes.MultiplyAdd(TLanes.Broadcast(Elementary.Q9), f, TLanes.Broadcast(Elementary.Q8));
        q = TLanes.MultiplyAdd(q, f, TLanes.Broadcast(Elementary.Q7));
        q = TLanes.MultiplyAdd(q, f, TLanes.Broadcast(Elementary.Q6));
        q = TLanes.MultiplyAdd(q, f, TLanes.Broadcast(Elementary.Q5));
        q = TLanes.MultiplyAdd(q, f, TLanes.Broadcast(Elementary.Q4));
        q = TLanes.MultiplyAdd(q, f, TLanes.Broadcast(Elementary.Q3));
        q = TLanes.MultiplyAdd(q, f, TLanes.Broadcast(Elementary.Q2));
        q = TLanes.MultiplyAdd(q, f, TLanes.Broadcast(Elementary.Q1));
        q = TLanes.MultiplyAdd(q, f, TLanes.Broadcast(Elementary.Q0));
        TVector log1p = TLanes.MultiplyAdd(TLanes.Multiply(f, f), q, f);
        TVector low = TLanes.MultiplyAdd(exponent, TLanes.Broadcast(Elementary.Log2Rest), log1p);
        return TLanes.MultiplyAdd(exponent, TLanes.Broadcast(Elementary.Log2Short), low);
    }
}
