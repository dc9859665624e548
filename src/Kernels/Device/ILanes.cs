namespace DreamFusion.Kernels.Device;

/// <summary>
/// Vectors of floats of one width, as a type, so that host twins are written once. Every lane is computed by itself with correctly
/// rounded operations, so the width does not change the bits.
/// </summary>
/// <typeparam name="TVector">The vector.</typeparam>
internal unsafe interface ILanes<TVector>
    where TVector : struct
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Reads from an address of any alignment.</summary>
    static abstract TVector Load(float* address);

    /// <summary>Writes to an address of any alignment.</summary>
    static abstract void Store(TVector value, float* address);

    /// <summary>The same value in every lane.</summary>
    static abstract TVector Broadcast(float value);

    /// <summary>a + b.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a - b.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>a b.</summary>
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a / b.</summary>
    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>√a.</summary>
    static abstract TVector SquareRoot(TVector a);

    /// <summary>a·b + c with one rounding.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>Value where the condition is positive or NaN, else 0.</summary>
    static abstract TVector KeepWherePositive(TVector value, TVector condition);

    /// <summary>Yes where a &gt; b, else no; also no where a or b is NaN.</summary>
    static abstract TVector SelectGreater(TVector a, TVector b, TVector yes, TVector no);

    /// <summary>value·2ⁿ for n of -150 to 128, given n + 1.5·2²³; twin of the end of <see cref="Elementary.Exp"/>.</summary>
    static abstract TVector ScaleByPowerOfTwo(TVector value, TVector shiftedExponent);

    /// <summary>e of a = 2ᵉ m with 1 ≤ m &lt; 2, for a positive a that is not denormal.</summary>
    static abstract TVector Exponent(TVector a);

    /// <summary>m of a = 2ᵉ m with 1 ≤ m &lt; 2, for a positive a that is not denormal.</summary>
    static abstract TVector Mantissa(TVector a);

    /// <summary>Reads consecutive triples into one vector for each component.</summary>
    static abstract void LoadTriples(float* address, out TVector x, out TVector y, out TVector z);

    /// <summary>Writes consecutive triples from one vector for each component.</summary>
    static abstract void StoreTriples(TVector x, TVector y, TVector z, float* address);
}
