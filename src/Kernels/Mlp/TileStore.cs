using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Mlp;

/// <summary>Rows of shared memory that belong to the same units, as positions of 16-bit floats.</summary>
internal struct TilePlace
{
    /// <summary>What is written; of curved activations the sums lie there before.</summary>
    public int Target;

    /// <summary>What tells the units' slopes; may be the target.</summary>
    public int Slopes;

    /// <summary>Curvatures, or -1 for none.</summary>
    public int Curvatures;

    /// <summary>The same further on.</summary>
    public readonly TilePlace Shifted(int distance) => new()
    {
        Target = Target + distance,
        Slopes = Slopes + distance,
        Curvatures = Curvatures < 0 ? -1 : Curvatures + distance,
    };
}

/// <summary>What becomes of two sums of a tile, as a type.</summary>
internal interface ITileStore
{
    /// <summary>Stores two neighbouring sums.</summary>
    /// <param name="words">Shared memory as words.</param>
    /// <param name="place">Rows.</param>
    /// <param name="at">Word in them.</param>
    /// <param name="low">First sum.</param>
    /// <param name="high">Second sum.</param>
    static abstract void Store(ArrayView<uint> words, TilePlace place, int at, float low, float high);
}

/// <summary>The sums themselves.</summary>
internal readonly struct SumStore : ITileStore
{
    public static void Store(ArrayView<uint> words, TilePlace place, int at, float low, float high)
        => words[place.Target / 2 + at] = HalfPair.PackFinite(low, high);
}

/// <summary>h = φ(a), and a itself where the activation is curved.</summary>
internal readonly struct HiddenStore<TActivation> : ITileStore
    where TActivation : struct, IHiddenActivation
{
    public static void Store(ArrayView<uint> words, TilePlace place, int at, float low, float high)
    {
        words[place.Target / 2 + at] = HalfPair.PackFinite(TActivation.Value(low), TActivation.Value(high));
        if (TActivation.IsPiecewiseLinear == 0)
        {
            words[place.Slopes / 2 + at] = HalfPair.PackFinite(low, high);
        }
    }
}

/// <summary>φ'(a) ∘ sum, and φ''(a) ∘ sum where there is room for it.</summary>
internal readonly struct SlopeStore<TActivation> : ITileStore
    where TActivation : struct, IHiddenActivation
{
    public static void Store(ArrayView<uint> words, TilePlace place, int at, float low, float high)
    {
        uint a = words[place.Slopes / 2 + at];
        words[place.Target / 2 + at] = Scaled(a, low, high);
        if (TActivation.IsPiecewiseLinear == 0 && place.Curvatures >= 0)
        {
            words[place.Curvatures / 2 + at] = HalfPair.PackFinite(
                TActivation.SecondDerivative(HalfPair.Low(a)) * low, TActivation.SecondDerivative(HalfPair.High(a)) * high);
        }
    }

    /// <summary>φ' times two numbers; of a piecewise linear activation the stored unit tells it: the slope is 0 where that is 0.</summary>
    public static uint Scaled(uint a, float low, float high) => TActivation.IsPiecewiseLinear != 0
        ? HalfPair.PackFinite((a & 0xFFFFu) != 0u ? low : 0f, (a & 0xFFFF_0000u) != 0u ? high : 0f)
        : HalfPair.PackFinite(TActivation.Derivative(HalfPair.Low(a)) * low, TActivation.Derivative(HalfPair.High(a)) * high);
}

/// <summary>Tangents t = φ'(a) ∘ u, and ε = κ ∘ u in place of the curvatures κ.</summary>
internal readonly struct TangentStore<TActivation> : ITileStore
    where TActivation : struct, IHiddenActivation
{
    public static void Store(ArrayView<uint> words, TilePlace place, int at, float low, float high)
    {
        words[place.Target / 2 + at] = SlopeStore<TActivation>.Scaled(words[place.Slopes / 2 + at], low, high);
        if (TActivation.IsPiecewiseLinear == 0)
        {
            uint curvature = words[place.Curvatures / 2 + at];
            words[place.Curvatures / 2 + at] = HalfPair.PackFinite(HalfPair.Low(curvature) * low, HalfPair.High(curvature) * high);
        }
    }
}

/// <summary>η = ε + φ'(a) ∘ sum in place of ε.</summary>
internal readonly struct CurvatureStore<TActivation> : ITileStore
    where TActivation : struct, IHiddenActivation
{
    public static void Store(ArrayView<uint> words, TilePlace place, int at, float low, float high)
    {
        uint a = words[place.Slopes / 2 + at];
        uint epsilon = words[place.Curvatures / 2 + at];
        words[place.Curvatures / 2 + at] = HalfPair.PackFinite(
            Intrinsics.Fma(TActivation.Derivative(HalfPair.Low(a)), low, HalfPair.Low(epsilon)),
            Intrinsics.Fma(TActivation.Derivative(HalfPair.High(a)), high, HalfPair.High(epsilon)));
    }
}
