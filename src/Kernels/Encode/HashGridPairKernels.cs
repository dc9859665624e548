using System;
using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Encode;

/// <summary>
/// The hash grid for GPUs: formulas of <see cref="HashGridKernels"/>, one level in all threads of a group, and two lanes for each sample, of which one has the corners with
/// b_x = 0 and the other those with b_x = 1. A level at a time stays in the L2 cache, and the lanes of a pair read the same sector most of the time. Two features at a time:
/// reads through the read-only cache, gradients as sums of two floats. Where samples follow each other along a ray, a pair walks several of them and adds up in registers as
/// long as the cell is the same. Grid: y is the level. For even F.
/// </summary>
public static class HashGridPairKernels
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 128;

    /// <summary>Samples for which one thread of <see cref="Bound"/> takes the maximum.</summary>
    public const int BoundSamples = 64;

    private const int Infinity = 0x7F80_0000;

    /// <summary>Arguments of <see cref="BackwardTable"/>, <see cref="Bound"/> and <see cref="AddSums"/>.</summary>
    public struct TableArgs
    {
        /// <summary>Gradients and where they go.</summary>
        public HashGridKernels.BackwardTableArgs Backward;

        /// <summary>Samples that a pair of lanes walks, at least 1.</summary>
        public int Run;

        /// <summary>First level of the launch.</summary>
        public int FirstLevel;

        /// <summary>Sums in fixed point [EntryCount, F]; zero before and after. Empty for float sums.</summary>
        public ArrayView<long> Sums;

        /// <summary>Bits of G_l [L], a float ≥ 0; zero before <see cref="Bound"/>.</summary>
        public ArrayView<uint> Bounds;
    }

    /// <summary>y = Σ_b W_b T_b, and J if there is room for it; zeros on levels that are not in use.</summary>
    /// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
    /// <param name="a">Arguments.</param>
    public static void Encode<TInterpolation>(HashGridKernels.EncodeArgs a)
        where TInterpolation : struct, IGridInterpolation
    {
        int level = Grid.IdxY;
        int side = Group.IdxX & 1;
        int sampleCount = a.Positions.IntLength;
        int number = (Grid.IdxX * Group.DimX + Group.IdxX) >> 1;
        // Lanes without a sample take part in the exchange with the last one.
        int sample = number < sampleCount ? number : sampleCount - 1;
        bool isOwn = number < sampleCount;
        int perLevel = a.Grid.FeaturesPerLevel;
        int count = a.Grid.Levels.IntLength * perLevel;
        int column = level * perLevel + side;
        bool isActive = level < a.Grid.ActiveLevels;
        bool withJacobian = a.Jacobian.Length > 0;
        Float3 unit = HashGridKernels.UnitPosition(a.Grid, a.Positions[sample]);
        HashGridPair pair = HashGridPair.Locate<TInterpolation>(a.Grid.Levels[level], perLevel, unit, side);
        HalfCell weights = pair.Weights();
        for (int feature = 0; feature < perLevel; feature += 2)
        {
            float y = 0f;
            Float3 gradient = Float3.Zero;
            if (isActive)
            {
                Float2 t0 = DeviceAccess.LoadReadOnly2(a.Grid.Table, pair.I0 + feature);
                Float2 t1 = DeviceAccess.LoadReadOnly2(a.Grid.Table, pair.I1 + feature);
                Float2 t2 = DeviceAccess.LoadReadOnly2(a.Grid.Table, pair.I2 + feature);
                Float2 t3 = DeviceAccess.LoadReadOnly2(a.Grid.Table, pair.I3 + feature);
                y = Exchanged(HashGridPair.Blend(weights, t0.X, t1.X, t2.X, t3.X), HashGridPair.Blend(weights, t0.Y, t1.Y, t2.Y, t3.Y), side);
                if (withJacobian)
                {
                    Float3 first = pair.Gradient(t0.X, t1.X, t2.X, t3.X);
                    Float3 second = pair.Gradient(t0.Y, t1.Y, t2.Y, t3.Y);
                    gradient = new Float3(Exchanged(first.X, second.X, side), Exchanged(first.Y, second.Y, side), Exchanged(first.Z, second.Z, side)) * a.Grid.PositionScale;
                }
            }

            if (isOwn)
            {
                a.Features[sample * count + column + feature] = y;
            }

            if (isOwn && withJacobian)
            {
                int at = 3 * sample * count + column + feature;
                a.Jacobian[at] = gradient.X;
                a.Jacobian[at + count] = gradient.Y;
                a.Jacobian[at + 2 * count] = gradient.Z;
            }
        }
    }

    /// <summary>dL/dT_b += W_b r + κ_b u, either term only if it was passed.</summary>
    /// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
    /// <typeparam name="TAccumulation">How sums are taken.</typeparam>
    /// <param name="a">Arguments.</param>
    public static void BackwardTable<TInterpolation, TAccumulation>(TableArgs a)
        where TInterpolation : struct, IGridInterpolation
        where TAccumulation : struct, ITableAccumulation
    {
        int level = a.FirstLevel + Grid.IdxY;
        int side = Group.IdxX & 1;
        int sampleCount = a.Backward.Positions.IntLength;
        int first = ((Grid.IdxX * Group.DimX + Group.IdxX) >> 1) * a.Run;
        int last = first + a.Run < sampleCount ? first + a.Run : sampleCount;
        int perLevel = a.Backward.Grid.FeaturesPerLevel;
        for (int feature = 0; feature < perLevel; feature += 2)
        {
            WalkSamples<TInterpolation, TAccumulation>(a, level, side, first, last, feature);
        }
    }

    /// <summary>G_l, the largest gradient that a sample can give to an entry. One thread for some samples of a level.</summary>
    /// <param name="a">Arguments.</param>
    public static void Bound(TableArgs a)
    {
        int level = a.FirstLevel + Grid.IdxY;
        int sampleCount = a.Backward.Positions.IntLength;
        int perLevel = a.Backward.Grid.FeaturesPerLevel;
        int stride = a.Backward.Grid.Levels.IntLength * perLevel;
        float slope = 1.5f * a.Backward.Grid.Levels[level].Scale * MathF.Abs(a.Backward.Grid.PositionScale);
        int first = (Grid.IdxX * Group.DimX + Group.IdxX) * BoundSamples;
        int last = first + BoundSamples < sampleCount ? first + BoundSamples : sampleCount;
        uint largest = 0u;
        for (int sample = first; sample < last; sample++)
        {
            for (int feature = 0; feature < perLevel; feature++)
            {
                int at = sample * stride + level * perLevel + feature;
                float bound = a.Backward.DLdFeatures.Length > 0 ? MathF.Abs(a.Backward.DLdFeatures[at]) : 0f;
                if (a.Backward.Cotangent.Length > 0)
                {
                    Float3 g = a.Backward.DLdGradient[sample];
                    bound += slope * (MathF.Abs(g.X) + MathF.Abs(g.Y) + MathF.Abs(g.Z)) * MathF.Abs(a.Backward.Cotangent[at]);
                }

                // The bits of floats ≥ 0 have the order of the numbers; NaN is above all of them.
                uint bits = Interop.FloatAsInt(bound) & 0x7FFF_FFFFu;
                largest = bits > largest ? bits : largest;
            }
        }

        if (largest > 0u)
        {
            Atomic.Max(ref a.Bounds[level], largest);
        }
    }

    /// <summary>dL/dT += the fixed-point sums of a level, which become zero again; NaN where a gradient was not a number.</summary>
    /// <param name="a">Arguments.</param>
    public static void AddSums(TableArgs a)
    {
        int level = a.FirstLevel + Grid.IdxY;
        HashGridLevel shape = a.Backward.Grid.Levels[level];
        int perLevel = a.Backward.Grid.FeaturesPerLevel;
        uint bound = a.Bounds[level];
        float scale = FixedPointAccumulation.Power(-FixedPointAccumulation.Exponent(bound, a.Backward.Positions.IntLength));
        bool isFinite = FixedPointAccumulation.IsFinite(bound);
        int end = (shape.Offset + shape.EntryCount) * perLevel;
        for (int i = shape.Offset * perLevel + Grid.IdxX * Group.DimX + Group.IdxX; i < end; i += Grid.DimX * Group.DimX)
        {
            long sum = a.Sums[i];
            a.Sums[i] = 0L;
            float gradient = isFinite ? sum * scale : Interop.IntAsFloat((uint)Infinity + 1u);
            if (gradient != 0f)
            {
                a.Backward.DLdTable[i] += gradient;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WalkSamples<TInterpolation, TAccumulation>(TableArgs a, int level, int side, int first, int last, int feature)
        where TInterpolation : struct, IGridInterpolation
        where TAccumulation : struct, ITableAccumulation
    {
        HashGridKernels.BackwardTableArgs b = a.Backward;
        int perLevel = b.Grid.FeaturesPerLevel;
        int stride = b.Grid.Levels.IntLength * perLevel;
        HashGridLevel shape = b.Grid.Levels[level];
        bool hasFirst = b.DLdFeatures.Length > 0;
        bool hasSecond = b.Cotangent.Length > 0;
        HashGridPair cell = default;
        HalfCell x = default;
        HalfCell y = default;
        bool isOpen = false;
        for (int sample = first; sample < last; sample++)
        {
            int row = sample * stride + level * perLevel + feature;
            Float2 r = hasFirst ? DeviceAccess.LoadReadOnly2(b.DLdFeatures, row) : default;
            Float2 u = hasSecond ? DeviceAccess.LoadReadOnly2(b.Cotangent, row) : default;
            Float3 direction = hasSecond ? b.DLdGradient[sample] * b.Grid.PositionScale : Float3.Zero;
            bool isFirst = r.X != 0f || r.Y != 0f;
            bool isSecond = (u.X != 0f || u.Y != 0f) && !(direction == Float3.Zero);
            if (!(isFirst || isSecond))
            {
                continue;
            }

            HashGridPair next = HashGridPair.Locate<TInterpolation>(shape, perLevel, HashGridKernels.UnitPosition(b.Grid, b.Positions[sample]), side);
            if (isOpen && !next.IsCell(cell.X, cell.Y, cell.Z))
            {
                Flush<TAccumulation>(a, level, cell, feature, x, y);
                x = default;
                y = default;
            }

            cell = next;
            isOpen = true;
            HalfCell w = next.Weights();
            x = Added(x, w, r.X);
            y = Added(y, w, r.Y);
            if (isSecond)
            {
                HalfCell k = next.WeightDerivatives(direction);
                x = Added(x, k, u.X);
                y = Added(y, k, u.Y);
            }
        }

        if (isOpen)
        {
            Flush<TAccumulation>(a, level, cell, feature, x, y);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Flush<TAccumulation>(TableArgs a, int level, HashGridPair cell, int feature, HalfCell x, HalfCell y)
        where TAccumulation : struct, ITableAccumulation
    {
        TAccumulation.Add(a, level, cell.I0 + feature, x.C0, y.C0);
        TAccumulation.Add(a, level, cell.I1 + feature, x.C1, y.C1);
        TAccumulation.Add(a, level, cell.I2 + feature, x.C2, y.C2);
        TAccumulation.Add(a, level, cell.I3 + feature, x.C3, y.C3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static HalfCell Added(HalfCell sum, HalfCell weights, float value)
    {
        sum.C0 = Intrinsics.Fma(weights.C0, value, sum.C0);
        sum.C1 = Intrinsics.Fma(weights.C1, value, sum.C1);
        sum.C2 = Intrinsics.Fma(weights.C2, value, sum.C2);
        sum.C3 = Intrinsics.Fma(weights.C3, value, sum.C3);
        return sum;
    }

    // The pair's sum of the even feature in the even lane and of the odd one in the odd: one exchange for both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Exchanged(float even, float odd, int side)
        => (side == 0 ? even : odd) + Warp.ShuffleXor(side == 0 ? odd : even, 1);
}
