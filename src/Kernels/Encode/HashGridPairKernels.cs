using System;
using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Encode;

/// <summary>
/// The hash grid for GPUs: formulas of <see cref="HashGridKernels"/>, one level in all threads of a group, and two lanes for each sample, of which one has the corners with
/// b_x = 0 and the other those with b_x = 1. A level at a time stays in the L2 cache, and the lanes of a pair read the same sector most of the time. Two features at a time:
/// reads through the read-only cache, gradients as sums of two floats. Where samples follow each other along a ray, a pair walks several of them and adds up in registers as
/// long as the cell is the same. Grid: y is the level. For even F. With 16-bit storage the forward pass reads a copy of the table, and fine levels sum pairs of 16-bit floats.
/// </summary>
public static class HashGridPairKernels
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 128;

    /// <summary>Samples for which one thread of <see cref="Bound"/> takes the maximum.</summary>
    public const int BoundSamples = 64;

    private const int Infinity = 0x7F80_0000;

    // |κ_b| ≤ 3/2 s |g_ν|₁ of one corner, as the largest g' is 3/2; of all corners together twice that.
    private const float LargestSlope = 1.5f;
    private const float SumOfSlopes = 3f;

    /// <summary>Arguments of <see cref="Encode"/>.</summary>
    public struct EncodeArgs
    {
        /// <summary>Positions, features and the table.</summary>
        public HashGridKernels.EncodeArgs Encode;

        /// <summary>The table in 16 bits [EntryCount · F / 2], the bits of a pair in each float; empty where floats are read.</summary>
        public ArrayView<float> Halves;
    }

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

        /// <summary>Sums in pairs of 16-bit floats [EntryCount · F / 2]; zero before and after. Empty for other sums.</summary>
        public ArrayView<uint> Halves;

        /// <summary>T_l [L]; zero before <see cref="Total"/>.</summary>
        public ArrayView<float> Totals;
    }

    /// <summary>Arguments of <see cref="PackTable"/>.</summary>
    public struct PackArgs
    {
        /// <summary>The table [EntryCount, F].</summary>
        public ArrayView<float> Table;

        /// <summary>See <see cref="EncodeArgs.Halves"/>; overwritten.</summary>
        public ArrayView<float> Halves;
    }

    /// <summary>A table in 16 bits; what is larger than they hold becomes their largest number. One work item per pair of values.</summary>
    /// <param name="pair">Pair.</param>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
    public static void PackTable(Index1D pair, PackArgs a)
    {
        Float2 value = DeviceAccess.LoadReadOnly2(a.Table, 2 * pair.X);
        a.Halves[pair] = Interop.IntAsFloat(HalfPair.PackFinite(value.X, value.Y));
    }

    /// <summary>y = Σ_b W_b T_b, and J if there is room for it; zeros on levels that are not in use.</summary>
    /// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
    /// <typeparam name="TStorage">Where the table is read.</typeparam>
    /// <param name="args">Arguments.</param>
    [NoLocalMemory]
    public static void Encode<TInterpolation, TStorage>(EncodeArgs args)
        where TInterpolation : struct, IGridInterpolation
        where TStorage : struct, ITableStorage
    {
        HashGridKernels.EncodeArgs a = args.Encode;
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
                Float2 t0 = TStorage.Load(args, pair.I0 + feature);
                Float2 t1 = TStorage.Load(args, pair.I1 + feature);
                Float2 t2 = TStorage.Load(args, pair.I2 + feature);
                Float2 t3 = TStorage.Load(args, pair.I3 + feature);
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
    /// <typeparam name="TFeatures">Features at once; F is a multiple of them.</typeparam>
    /// <typeparam name="TAccumulation">How sums are taken.</typeparam>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
    public static void BackwardTable<TInterpolation, TFeatures, TAccumulation>(TableArgs a)
        where TInterpolation : struct, IGridInterpolation
        where TFeatures : struct, IFeatureGroup
        where TAccumulation : struct, ITableAccumulation
    {
        int level = a.FirstLevel + Grid.IdxY;
        int side = Group.IdxX & 1;
        int sampleCount = a.Backward.Positions.IntLength;
        int first = ((Grid.IdxX * Group.DimX + Group.IdxX) >> 1) * a.Run;
        int last = first + a.Run < sampleCount ? first + a.Run : sampleCount;
        int perLevel = a.Backward.Grid.FeaturesPerLevel;
        for (int feature = 0; feature < perLevel; feature += TFeatures.Count)
        {
            WalkSamples<TInterpolation, TFeatures, TAccumulation>(a, level, side, first, last, feature);
        }
    }

    /// <summary>G_l, the largest gradient that a sample can give to an entry. One thread for some samples of a level.</summary>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
    public static void Bound(TableArgs a)
    {
        int level = a.FirstLevel + Grid.IdxY;
        int sampleCount = a.Backward.Positions.IntLength;
        int first = (Grid.IdxX * Group.DimX + Group.IdxX) * BoundSamples;
        int last = first + BoundSamples < sampleCount ? first + BoundSamples : sampleCount;
        uint largest = 0u;
        for (int sample = first; sample < last; sample++)
        {
            uint bits = BoundOf(a, level, sample, LargestSlope);
            largest = bits > largest ? bits : largest;
        }

        if (largest > 0u)
        {
            Atomic.Max(ref a.Bounds[level], largest);
        }
    }

    /// <summary>T_l, what all samples together can give to an entry. One thread for some samples of a level.</summary>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
    public static void Total(TableArgs a)
    {
        int level = a.FirstLevel + Grid.IdxY;
        int sampleCount = a.Backward.Positions.IntLength;
        int first = (Grid.IdxX * Group.DimX + Group.IdxX) * BoundSamples;
        int last = first + BoundSamples < sampleCount ? first + BoundSamples : sampleCount;
        float total = 0f;
        for (int sample = first; sample < last; sample++)
        {
            total += Interop.IntAsFloat(BoundOf(a, level, sample, SumOfSlopes));
        }

        if (!(total == 0f))
        {
            Atomic.Add(ref a.Totals[level], total);
        }
    }

    /// <summary>dL/dT += the sums of a level in 16 bits, which become zero again; NaN where a gradient was not a number.</summary>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
    public static void AddHalves(TableArgs a)
    {
        int level = a.FirstLevel + Grid.IdxY;
        HashGridLevel shape = a.Backward.Grid.Levels[level];
        int perLevel = a.Backward.Grid.FeaturesPerLevel;
        float total = a.Totals[level];
        float scale = FixedPointAccumulation.Power(-HalfAccumulation.Exponent(total));
        bool isFinite = FixedPointAccumulation.IsFinite(Interop.FloatAsInt(total));
        int end = (shape.Offset + shape.EntryCount) * perLevel / 2;
        for (int i = shape.Offset * perLevel / 2 + Grid.IdxX * Group.DimX + Group.IdxX; i < end; i += Grid.DimX * Group.DimX)
        {
            uint sums = a.Halves[i];
            a.Halves[i] = 0u;
            if (sums != 0u || !isFinite)
            {
                float missing = Interop.IntAsFloat((uint)Infinity + 1u);
                a.Backward.DLdTable[2 * i] += isFinite ? HalfPair.Low(sums) * scale : missing;
                a.Backward.DLdTable[2 * i + 1] += isFinite ? HalfPair.High(sums) * scale : missing;
            }
        }
    }

    /// <summary>dL/dT += the fixed-point sums of a level, which become zero again; NaN where a gradient was not a number.</summary>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
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

    // Bits of max over features of |r| + slope s_l |g_ν|₁ |u|. The bits of floats ≥ 0 have the order of the numbers; NaN is above all of them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint BoundOf(TableArgs a, int level, int sample, float slope)
    {
        HashGridKernels.BackwardTableArgs b = a.Backward;
        int perLevel = b.Grid.FeaturesPerLevel;
        int at = (sample * b.Grid.Levels.IntLength + level) * perLevel;
        bool hasFirst = b.DLdFeatures.Length > 0;
        bool hasSecond = b.Cotangent.Length > 0;
        Float3 g = hasSecond ? b.DLdGradient[sample] : Float3.Zero;
        float steepness = slope * b.Grid.Levels[level].Scale * MathF.Abs(b.Grid.PositionScale) * (MathF.Abs(g.X) + MathF.Abs(g.Y) + MathF.Abs(g.Z));
        uint largest = 0u;
        for (int feature = 0; feature < perLevel; feature++)
        {
            float bound = hasFirst ? MathF.Abs(b.DLdFeatures[at + feature]) : 0f;
            if (hasSecond)
            {
                bound += steepness * MathF.Abs(b.Cotangent[at + feature]);
            }

            uint bits = Interop.FloatAsInt(bound) & 0x7FFF_FFFFu;
            largest = bits > largest ? bits : largest;
        }

        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WalkSamples<TInterpolation, TFeatures, TAccumulation>(TableArgs a, int level, int side, int first, int last, int feature)
        where TInterpolation : struct, IGridInterpolation
        where TFeatures : struct, IFeatureGroup
        where TAccumulation : struct, ITableAccumulation
    {
        HashGridKernels.BackwardTableArgs b = a.Backward;
        int perLevel = b.Grid.FeaturesPerLevel;
        int stride = b.Grid.Levels.IntLength * perLevel;
        HashGridLevel shape = b.Grid.Levels[level];
        bool hasFirst = b.DLdFeatures.Length > 0;
        bool hasSecond = b.Cotangent.Length > 0;
        HashGridPair cell = default;
        CornerSums sums = default;
        bool isOpen = false;
        for (int sample = first; sample < last; sample++)
        {
            int row = sample * stride + level * perLevel + feature;
            Float4 r = hasFirst ? TFeatures.Load(b.DLdFeatures, row) : default;
            Float4 u = hasSecond ? TFeatures.Load(b.Cotangent, row) : default;
            Float3 direction = hasSecond ? b.DLdGradient[sample] * b.Grid.PositionScale : Float3.Zero;
            bool isFirst = !IsZero<TFeatures>(r);
            bool isSecond = !IsZero<TFeatures>(u) && !(direction == Float3.Zero);
            if (!(isFirst || isSecond))
            {
                continue;
            }

            HashGridPair next = HashGridPair.Locate<TInterpolation>(shape, perLevel, HashGridKernels.UnitPosition(b.Grid, b.Positions[sample]), side);
            if (isOpen && !next.IsCell(cell.X, cell.Y, cell.Z))
            {
                Flush<TFeatures, TAccumulation>(a, level, cell, feature, sums);
                sums = default;
            }

            cell = next;
            isOpen = true;
            sums = Added<TFeatures>(sums, next.Weights(), r);
            if (isSecond)
            {
                sums = Added<TFeatures>(sums, next.WeightDerivatives(direction), u);
            }
        }

        if (isOpen)
        {
            Flush<TFeatures, TAccumulation>(a, level, cell, feature, sums);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Flush<TFeatures, TAccumulation>(TableArgs a, int level, HashGridPair cell, int feature, CornerSums sums)
        where TFeatures : struct, IFeatureGroup
        where TAccumulation : struct, ITableAccumulation
    {
        TFeatures.Add<TAccumulation>(a, level, cell.I0 + feature, sums.C0);
        TFeatures.Add<TAccumulation>(a, level, cell.I1 + feature, sums.C1);
        TFeatures.Add<TAccumulation>(a, level, cell.I2 + feature, sums.C2);
        TFeatures.Add<TAccumulation>(a, level, cell.I3 + feature, sums.C3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static CornerSums Added<TFeatures>(CornerSums sums, HalfCell weights, Float4 value)
        where TFeatures : struct, IFeatureGroup
    {
        sums.C0 = Added<TFeatures>(sums.C0, weights.C0, value);
        sums.C1 = Added<TFeatures>(sums.C1, weights.C1, value);
        sums.C2 = Added<TFeatures>(sums.C2, weights.C2, value);
        sums.C3 = Added<TFeatures>(sums.C3, weights.C3, value);
        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Float4 Added<TFeatures>(Float4 sum, float weight, Float4 value)
        where TFeatures : struct, IFeatureGroup
    {
        sum.X = Intrinsics.Fma(weight, value.X, sum.X);
        sum.Y = Intrinsics.Fma(weight, value.Y, sum.Y);
        if (TFeatures.Count == 4)
        {
            sum.Z = Intrinsics.Fma(weight, value.Z, sum.Z);
            sum.W = Intrinsics.Fma(weight, value.W, sum.W);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsZero<TFeatures>(Float4 value)
        where TFeatures : struct, IFeatureGroup
        => value.X == 0f && value.Y == 0f && (TFeatures.Count == 2 || (value.Z == 0f && value.W == 0f));

    // The pair's sum of the even feature in the even lane and of the odd one in the odd: one exchange for both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Exchanged(float even, float odd, int side)
        => (side == 0 ? even : odd) + Warp.ShuffleXor(side == 0 ? odd : even, 1);
}
