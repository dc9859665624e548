using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Encode;

/// <summary>One number per corner b of a cell; the suffix is b_x + 2 b_y + 4 b_z.</summary>
internal struct CellCorners
{
    public float C0;
    public float C1;
    public float C2;
    public float C3;
    public float C4;
    public float C5;
    public float C6;
    public float C7;
}

/// <summary>
/// The cell of one level around a position: table indices of its corners, axis weights and their derivatives.
/// <code>
/// p = s x + ½   c = ⌊p⌋   u = p - c   w_0 = 1 - g(u), w_1 = g(u)   W_b = w_bx w_by w_bz   dW_b/dx_a = s g'(u_a) sgn(b_a) Π_{c≠a} w_bc
/// </code>
/// </summary>
internal struct HashGridCell
{
    /// <summary>π₂ and π₃ of Müller et al. 2022, eq. 4; π₁ is 1.</summary>
    internal const uint PrimeY = 2654435761u;
    internal const uint PrimeZ = 805459861u;

    /// <summary>Element index of the first feature of corner 0 to 7 in the table.</summary>
    public int I0;
    public int I1;
    public int I2;
    public int I3;
    public int I4;
    public int I5;
    public int I6;
    public int I7;

    /// <summary>Weight g(u_a) of the upper corners on each axis.</summary>
    public Float3 Upper;

    /// <summary>s g'(u_a) on each axis, per unit coordinate.</summary>
    public Float3 Slope;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HashGridCell Locate<TInterpolation>(HashGridLevel level, int featuresPerLevel, Float3 unit)
        where TInterpolation : struct, IGridInterpolation
    {
        float px = Intrinsics.Fma(level.Scale, unit.X, 0.5f);
        float py = Intrinsics.Fma(level.Scale, unit.Y, 0.5f);
        float pz = Intrinsics.Fma(level.Scale, unit.Z, 0.5f);
        // Unit coordinates are not negative, so truncation is floor; NaN becomes vertex 0 and stays in the weights.
        int x = (int)px;
        int y = (int)py;
        int z = (int)pz;
        float ux = px - x;
        float uy = py - y;
        float uz = pz - z;
        HashGridCell cell = default;
        cell.Upper = new Float3(TInterpolation.Weight(ux), TInterpolation.Weight(uy), TInterpolation.Weight(uz));
        cell.Slope = new Float3(
            level.Scale * TInterpolation.Derivative(ux),
            level.Scale * TInterpolation.Derivative(uy),
            level.Scale * TInterpolation.Derivative(uz));
        if (level.IsDense != 0)
        {
            int stepY = level.Resolution;
            int stepZ = stepY * stepY;
            int corner = x + y * stepY + z * stepZ;
            cell.I0 = Dense(corner, level);
            cell.I1 = Dense(corner + 1, level);
            cell.I2 = Dense(corner + stepY, level);
            cell.I3 = Dense(corner + stepY + 1, level);
            cell.I4 = Dense(corner + stepZ, level);
            cell.I5 = Dense(corner + stepZ + 1, level);
            cell.I6 = Dense(corner + stepZ + stepY, level);
            cell.I7 = Dense(corner + stepZ + stepY + 1, level);
        }
        else
        {
            uint y0 = (uint)y * PrimeY;
            uint y1 = y0 + PrimeY;
            uint z0 = (uint)z * PrimeZ;
            uint z1 = z0 + PrimeZ;
            uint x0 = (uint)x;
            uint x1 = x0 + 1u;
            cell.I0 = Slot(x0 ^ y0 ^ z0, level);
            cell.I1 = Slot(x1 ^ y0 ^ z0, level);
            cell.I2 = Slot(x0 ^ y1 ^ z0, level);
            cell.I3 = Slot(x1 ^ y1 ^ z0, level);
            cell.I4 = Slot(x0 ^ y0 ^ z1, level);
            cell.I5 = Slot(x1 ^ y0 ^ z1, level);
            cell.I6 = Slot(x0 ^ y1 ^ z1, level);
            cell.I7 = Slot(x1 ^ y1 ^ z1, level);
        }

        cell.I0 *= featuresPerLevel;
        cell.I1 *= featuresPerLevel;
        cell.I2 *= featuresPerLevel;
        cell.I3 *= featuresPerLevel;
        cell.I4 *= featuresPerLevel;
        cell.I5 *= featuresPerLevel;
        cell.I6 *= featuresPerLevel;
        cell.I7 *= featuresPerLevel;
        return cell;
    }

    /// <summary>The hash of a vertex before reduction to the table size.</summary>
    internal static uint Hash(uint x, uint y, uint z) => x ^ (y * PrimeY) ^ (z * PrimeZ);

    /// <summary>W_b, the interpolation weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly CellCorners Weights()
    {
        float x0 = 1f - Upper.X;
        float y0 = 1f - Upper.Y;
        float z0 = 1f - Upper.Z;
        float y0z0 = y0 * z0;
        float y1z0 = Upper.Y * z0;
        float y0z1 = y0 * Upper.Z;
        float y1z1 = Upper.Y * Upper.Z;
        CellCorners w = default;
        w.C0 = x0 * y0z0;
        w.C1 = Upper.X * y0z0;
        w.C2 = x0 * y1z0;
        w.C3 = Upper.X * y1z0;
        w.C4 = x0 * y0z1;
        w.C5 = Upper.X * y0z1;
        w.C6 = x0 * y1z1;
        w.C7 = Upper.X * y1z1;
        return w;
    }

    /// <summary>κ_b = Σ_a d_a dW_b/dx_a, the change of the weights in direction d (unit coordinates).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly CellCorners WeightDerivatives(Float3 direction)
    {
        float x0 = 1f - Upper.X;
        float y0 = 1f - Upper.Y;
        float z0 = 1f - Upper.Z;
        float dx = direction.X * Slope.X;
        float dy = direction.Y * Slope.Y;
        float dz = direction.Z * Slope.Z;
        // d(w_y w_z) for the four (b_y, b_z), then the product rule with w_x.
        float yz00 = y0 * z0;
        float yz10 = Upper.Y * z0;
        float yz01 = y0 * Upper.Z;
        float yz11 = Upper.Y * Upper.Z;
        float d00 = -dy * z0 - dz * y0;
        float d10 = dy * z0 - dz * Upper.Y;
        float d01 = dz * y0 - dy * Upper.Z;
        float d11 = dy * Upper.Z + dz * Upper.Y;
        CellCorners k = default;
        k.C0 = x0 * d00 - dx * yz00;
        k.C1 = Upper.X * d00 + dx * yz00;
        k.C2 = x0 * d10 - dx * yz10;
        k.C3 = Upper.X * d10 + dx * yz10;
        k.C4 = x0 * d01 - dx * yz01;
        k.C5 = Upper.X * d01 + dx * yz01;
        k.C6 = x0 * d11 - dx * yz11;
        k.C7 = Upper.X * d11 + dx * yz11;
        return k;
    }

    /// <summary>Σ_b s_b dW_b/dx: the gradient of Σ_b s_b W_b in unit coordinates.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float3 Gradient(CellCorners s)
    {
        float x0 = 1f - Upper.X;
        float y0 = 1f - Upper.Y;
        float z0 = 1f - Upper.Z;
        // Blend along x first: the four edges parallel to x.
        float e00 = x0 * s.C0 + Upper.X * s.C1;
        float e10 = x0 * s.C2 + Upper.X * s.C3;
        float e01 = x0 * s.C4 + Upper.X * s.C5;
        float e11 = x0 * s.C6 + Upper.X * s.C7;
        float gx = z0 * (y0 * (s.C1 - s.C0) + Upper.Y * (s.C3 - s.C2))
            + Upper.Z * (y0 * (s.C5 - s.C4) + Upper.Y * (s.C7 - s.C6));
        float gy = z0 * (e10 - e00) + Upper.Z * (e11 - e01);
        float gz = y0 * (e01 - e00) + Upper.Y * (e11 - e10);
        return new Float3(Slope.X * gx, Slope.Y * gy, Slope.Z * gz);
    }

    /// <summary>Σ_b c_b T_b for one feature.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float Blend(CellCorners c, ArrayView<float> table, int feature)
    {
        float low = Intrinsics.Fma(c.C1, table[I1 + feature], c.C0 * table[I0 + feature]);
        float high = Intrinsics.Fma(c.C5, table[I5 + feature], c.C4 * table[I4 + feature]);
        low = Intrinsics.Fma(c.C2, table[I2 + feature], low);
        high = Intrinsics.Fma(c.C6, table[I6 + feature], high);
        low = Intrinsics.Fma(c.C3, table[I3 + feature], low);
        high = Intrinsics.Fma(c.C7, table[I7 + feature], high);
        return low + high;
    }

    /// <summary>T_b += c_b value for one feature; corners that share an entry add up one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Scatter(CellCorners c, float value, ArrayView<float> table, int feature)
    {
        Add(table, I0 + feature, c.C0, value);
        Add(table, I1 + feature, c.C1, value);
        Add(table, I2 + feature, c.C2, value);
        Add(table, I3 + feature, c.C3, value);
        Add(table, I4 + feature, c.C4, value);
        Add(table, I5 + feature, c.C5, value);
        Add(table, I6 + feature, c.C6, value);
        Add(table, I7 + feature, c.C7, value);
    }

    /// <summary>T_b += c_b value + k_b second for one feature, corner after corner.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Scatter(CellCorners c, float value, CellCorners k, float second, ArrayView<float> table, int feature)
    {
        Add(table, I0 + feature, c.C0, value, k.C0, second);
        Add(table, I1 + feature, c.C1, value, k.C1, second);
        Add(table, I2 + feature, c.C2, value, k.C2, second);
        Add(table, I3 + feature, c.C3, value, k.C3, second);
        Add(table, I4 + feature, c.C4, value, k.C4, second);
        Add(table, I5 + feature, c.C5, value, k.C5, second);
        Add(table, I6 + feature, c.C6, value, k.C6, second);
        Add(table, I7 + feature, c.C7, value, k.C7, second);
    }

    /// <summary>T_b of one feature.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly CellCorners Corners(ArrayView<float> table, int feature)
    {
        CellCorners corners = default;
        corners.C0 = table[I0 + feature];
        corners.C1 = table[I1 + feature];
        corners.C2 = table[I2 + feature];
        corners.C3 = table[I3 + feature];
        corners.C4 = table[I4 + feature];
        corners.C5 = table[I5 + feature];
        corners.C6 = table[I6 + feature];
        corners.C7 = table[I7 + feature];
        return corners;
    }

    /// <summary>s_b = Σ_f value_f T_b,f accumulated over features: adds one feature's share.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly CellCorners Gather(CellCorners sum, float value, ArrayView<float> table, int feature)
    {
        sum.C0 = Intrinsics.Fma(value, table[I0 + feature], sum.C0);
        sum.C1 = Intrinsics.Fma(value, table[I1 + feature], sum.C1);
        sum.C2 = Intrinsics.Fma(value, table[I2 + feature], sum.C2);
        sum.C3 = Intrinsics.Fma(value, table[I3 + feature], sum.C3);
        sum.C4 = Intrinsics.Fma(value, table[I4 + feature], sum.C4);
        sum.C5 = Intrinsics.Fma(value, table[I5 + feature], sum.C5);
        sum.C6 = Intrinsics.Fma(value, table[I6 + feature], sum.C6);
        sum.C7 = Intrinsics.Fma(value, table[I7 + feature], sum.C7);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ArrayView<float> table, int index, float weight, float value)
    {
        ref float entry = ref table[index];
        entry = Intrinsics.Fma(weight, value, entry);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ArrayView<float> table, int index, float weight, float value, float secondWeight, float second)
    {
        ref float entry = ref table[index];
        entry = Intrinsics.Fma(secondWeight, second, Intrinsics.Fma(weight, value, entry));
    }

    /// <summary>
    /// Vertex index mod entry count. At the upper faces the upper corner lies outside the R³ vertices; tiny-cuda-nn lets it wrap
    /// around there, and since an index stays below twice the entry count, one subtraction is the remainder.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Dense(int index, HashGridLevel level)
        => level.Offset + (index >= level.EntryCount ? index - level.EntryCount : index);

    // A hashed level has 2^T entries.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Slot(uint hash, HashGridLevel level) => level.Offset + (int)(hash & (uint)(level.EntryCount - 1));
}
