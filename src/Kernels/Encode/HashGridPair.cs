using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Encode;

/// <summary>One number per corner that one lane of a pair has; the suffix is b_y + 2 b_z.</summary>
internal struct HalfCell
{
    public float C0;
    public float C1;
    public float C2;
    public float C3;
}

/// <summary>What the corners that one lane of a pair has get, up to four features each.</summary>
internal struct CornerSums
{
    public Float4 C0;
    public Float4 C1;
    public Float4 C2;
    public Float4 C3;
}

/// <summary>
/// Half of a cell: the four corners with the same b_x, which is the lane's number in its pair. Neighbours along x lie side by side in a table, also in a hashed one (π₁ = 1),
/// so the two lanes read the same sector most of the time.
/// </summary>
internal struct HashGridPair
{
    /// <summary>The cell's vertex c = ⌊p⌋.</summary>
    public int X;
    public int Y;
    public int Z;

    /// <summary>Element index of the first feature of the lane's corners.</summary>
    public int I0;
    public int I1;
    public int I2;
    public int I3;

    /// <summary>w_bx of the lane, and sgn(b_x).</summary>
    public float WeightX;
    public float SignX;

    /// <summary>g(u_a) on the other axes; s g'(u_a) on all.</summary>
    public float UpperY;
    public float UpperZ;
    public Float3 Slope;

    /// <summary>Finds the corners of a lane.</summary>
    /// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
    /// <param name="level">Level.</param>
    /// <param name="featuresPerLevel">F.</param>
    /// <param name="unit">Position in [0, 1]³.</param>
    /// <param name="side">b_x, 0 or 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HashGridPair Locate<TInterpolation>(HashGridLevel level, int featuresPerLevel, Float3 unit, int side)
        where TInterpolation : struct, IGridInterpolation
    {
        float px = Intrinsics.Fma(level.Scale, unit.X, 0.5f);
        float py = Intrinsics.Fma(level.Scale, unit.Y, 0.5f);
        float pz = Intrinsics.Fma(level.Scale, unit.Z, 0.5f);
        HashGridPair pair = default;
        // As in HashGridCell: unit coordinates are not negative, so truncation is floor.
        pair.X = (int)px;
        pair.Y = (int)py;
        pair.Z = (int)pz;
        float ux = px - pair.X;
        float uy = py - pair.Y;
        float uz = pz - pair.Z;
        float upperX = TInterpolation.Weight(ux);
        pair.WeightX = side == 0 ? 1f - upperX : upperX;
        pair.SignX = side == 0 ? -1f : 1f;
        pair.UpperY = TInterpolation.Weight(uy);
        pair.UpperZ = TInterpolation.Weight(uz);
        pair.Slope = new Float3(
            level.Scale * TInterpolation.Derivative(ux), level.Scale * TInterpolation.Derivative(uy), level.Scale * TInterpolation.Derivative(uz));
        int x = pair.X + side;
        int dense = x + pair.Y * level.Resolution + pair.Z * level.Resolution * level.Resolution;
        uint y0 = (uint)pair.Y * HashGridCell.PrimeY;
        uint z0 = (uint)pair.Z * HashGridCell.PrimeZ;
        uint y1 = y0 + HashGridCell.PrimeY;
        uint z1 = z0 + HashGridCell.PrimeZ;
        int stepZ = level.Resolution * level.Resolution;
        // By selection: all lanes of a warp are on one level, so either side is wasted for all of them or for none.
        bool isDense = level.IsDense != 0;
        pair.I0 = featuresPerLevel * (isDense ? HashGridCell.Dense(dense, level) : HashGridCell.Slot((uint)x ^ y0 ^ z0, level));
        pair.I1 = featuresPerLevel * (isDense ? HashGridCell.Dense(dense + level.Resolution, level) : HashGridCell.Slot((uint)x ^ y1 ^ z0, level));
        pair.I2 = featuresPerLevel * (isDense ? HashGridCell.Dense(dense + stepZ, level) : HashGridCell.Slot((uint)x ^ y0 ^ z1, level));
        pair.I3 = featuresPerLevel * (isDense ? HashGridCell.Dense(dense + stepZ + level.Resolution, level) : HashGridCell.Slot((uint)x ^ y1 ^ z1, level));
        return pair;
    }

    /// <summary>W_b of the lane's corners, with the products in HashGridCell's order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly HalfCell Weights()
    {
        float y0 = 1f - UpperY;
        float z0 = 1f - UpperZ;
        HalfCell w = default;
        w.C0 = WeightX * (y0 * z0);
        w.C1 = WeightX * (UpperY * z0);
        w.C2 = WeightX * (y0 * UpperZ);
        w.C3 = WeightX * (UpperY * UpperZ);
        return w;
    }

    /// <summary>κ_b of the lane's corners for a direction in unit coordinates.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly HalfCell WeightDerivatives(Float3 direction)
    {
        float y0 = 1f - UpperY;
        float z0 = 1f - UpperZ;
        float dx = SignX * (direction.X * Slope.X);
        float dy = direction.Y * Slope.Y;
        float dz = direction.Z * Slope.Z;
        HalfCell k = default;
        k.C0 = WeightX * (-dy * z0 - dz * y0) + dx * (y0 * z0);
        k.C1 = WeightX * (dy * z0 - dz * UpperY) + dx * (UpperY * z0);
        k.C2 = WeightX * (dz * y0 - dy * UpperZ) + dx * (y0 * UpperZ);
        k.C3 = WeightX * (dy * UpperZ + dz * UpperY) + dx * (UpperY * UpperZ);
        return k;
    }

    /// <summary>The lane's share of Σ_b s_b dW_b/dx, in unit coordinates; the pair's sum is the gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float3 Gradient(float s0, float s1, float s2, float s3)
    {
        float y0 = 1f - UpperY;
        float z0 = 1f - UpperZ;
        float gx = z0 * (y0 * s0 + UpperY * s1) + UpperZ * (y0 * s2 + UpperY * s3);
        float gy = z0 * (s1 - s0) + UpperZ * (s3 - s2);
        float gz = y0 * (s2 - s0) + UpperY * (s3 - s1);
        return new Float3(SignX * Slope.X * gx, WeightX * Slope.Y * gy, WeightX * Slope.Z * gz);
    }

    /// <summary>The lane's share of Σ_b W_b T_b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Blend(HalfCell w, float s0, float s1, float s2, float s3)
        => Intrinsics.Fma(w.C3, s3, Intrinsics.Fma(w.C2, s2, Intrinsics.Fma(w.C1, s1, w.C0 * s0)));

    /// <summary>Whether both are the same cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool IsCell(int x, int y, int z) => X == x && Y == y && Z == z;
}
