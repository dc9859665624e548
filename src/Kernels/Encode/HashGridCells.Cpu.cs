using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DreamFusion.Kernels.Encode;

/// <summary>One number per corner of eight cells; see <see cref="CellCorners"/>.</summary>
internal struct CellCornersOfEight
{
    public Vector256<float> C0;
    public Vector256<float> C1;
    public Vector256<float> C2;
    public Vector256<float> C3;
    public Vector256<float> C4;
    public Vector256<float> C5;
    public Vector256<float> C6;
    public Vector256<float> C7;

    /// <summary>Writes the numbers [cell, corner].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly unsafe void StoreByCell(float* values)
    {
        if (Avx.IsSupported)
        {
            CellCornersOfEight t = Transposed();
            t.Store(values);
            return;
        }

        float* byCorner = stackalloc float[64];
        Store(byCorner);
        for (int i = 0; i < 64; i++)
        {
            values[i] = byCorner[i % 8 * 8 + i / 8];
        }
    }

    /// <summary>Reads numbers [cell, corner].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe CellCornersOfEight LoadByCell(float* values)
    {
        CellCornersOfEight c = default;
        c.C0 = Vector256.Load(values);
        c.C1 = Vector256.Load(values + 8);
        c.C2 = Vector256.Load(values + 16);
        c.C3 = Vector256.Load(values + 24);
        c.C4 = Vector256.Load(values + 32);
        c.C5 = Vector256.Load(values + 40);
        c.C6 = Vector256.Load(values + 48);
        c.C7 = Vector256.Load(values + 56);
        if (Avx.IsSupported)
        {
            return c.Transposed();
        }

        float* byCorner = stackalloc float[64];
        c.StoreByCell(byCorner);
        c.C0 = Vector256.Load(byCorner);
        c.C1 = Vector256.Load(byCorner + 8);
        c.C2 = Vector256.Load(byCorner + 16);
        c.C3 = Vector256.Load(byCorner + 24);
        c.C4 = Vector256.Load(byCorner + 32);
        c.C5 = Vector256.Load(byCorner + 40);
        c.C6 = Vector256.Load(byCorner + 48);
        c.C7 = Vector256.Load(byCorner + 56);
        return c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly CellCornersOfEight Transposed()
    {
        Vector256<float> a0 = Avx.UnpackLow(C0, C1);
        Vector256<float> a1 = Avx.UnpackHigh(C0, C1);
        Vector256<float> a2 = Avx.UnpackLow(C2, C3);
        Vector256<float> a3 = Avx.UnpackHigh(C2, C3);
        Vector256<float> a4 = Avx.UnpackLow(C4, C5);
        Vector256<float> a5 = Avx.UnpackHigh(C4, C5);
        Vector256<float> a6 = Avx.UnpackLow(C6, C7);
        Vector256<float> a7 = Avx.UnpackHigh(C6, C7);
        Vector256<float> b0 = Avx.Shuffle(a0, a2, 0x44);
        Vector256<float> b1 = Avx.Shuffle(a0, a2, 0xEE);
        Vector256<float> b2 = Avx.Shuffle(a1, a3, 0x44);
        Vector256<float> b3 = Avx.Shuffle(a1, a3, 0xEE);
        Vector256<float> b4 = Avx.Shuffle(a4, a6, 0x44);
        Vector256<float> b5 = Avx.Shuffle(a4, a6, 0xEE);
        Vector256<float> b6 = Avx.Shuffle(a5, a7, 0x44);
        Vector256<float> b7 = Avx.Shuffle(a5, a7, 0xEE);
        CellCornersOfEight t = default;
        t.C0 = Avx.Permute2x128(b0, b4, 0x20);
        t.C1 = Avx.Permute2x128(b1, b5, 0x20);
        t.C2 = Avx.Permute2x128(b2, b6, 0x20);
        t.C3 = Avx.Permute2x128(b3, b7, 0x20);
        t.C4 = Avx.Permute2x128(b0, b4, 0x31);
        t.C5 = Avx.Permute2x128(b1, b5, 0x31);
        t.C6 = Avx.Permute2x128(b2, b6, 0x31);
        t.C7 = Avx.Permute2x128(b3, b7, 0x31);
        return t;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly unsafe void Store(float* values)
    {
        C0.Store(values);
        C1.Store(values + 8);
        C2.Store(values + 16);
        C3.Store(values + 24);
        C4.Store(values + 32);
        C5.Store(values + 40);
        C6.Store(values + 48);
        C7.Store(values + 56);
    }
}

/// <summary>
/// The cells of one level around eight positions: <see cref="HashGridCell"/> with a position in each lane, operation by operation, so that
/// every lane has the bits of that struct.
/// </summary>
internal struct HashGridCells
{
    private const uint PrimeY = 2654435761u;
    private const uint PrimeZ = 805459861u;

    public Vector256<float> UpperX;
    public Vector256<float> UpperY;
    public Vector256<float> UpperZ;
    public Vector256<float> SlopeX;
    public Vector256<float> SlopeY;
    public Vector256<float> SlopeZ;

    /// <summary>Locates the cells.</summary>
    /// <param name="level">Level.</param>
    /// <param name="perLevel">Features per entry F.</param>
    /// <param name="x">Unit coordinates.</param>
    /// <param name="y">Unit coordinates.</param>
    /// <param name="z">Unit coordinates.</param>
    /// <param name="indices">
    /// Element index of the first feature, counted from the level's first entry: of every corner [corner, cell], or only of corner 0 [cell]
    /// if the result is true.
    /// </param>
    /// <param name="cells">Weights and slopes.</param>
    /// <returns>True on a dense level if no cell wraps around: the corners then lie at fixed distances from corner 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe bool Locate<TInterpolation>(
        in HashGridLevel level, int perLevel, Vector256<float> x, Vector256<float> y, Vector256<float> z, int* indices, out HashGridCells cells)
        where TInterpolation : struct, IGridInterpolation
    {
        var scale = Vector256.Create(level.Scale);
        var half = Vector256.Create(0.5f);
        Vector256<float> px = Vector256.FusedMultiplyAdd(scale, x, half);
        Vector256<float> py = Vector256.FusedMultiplyAdd(scale, y, half);
        Vector256<float> pz = Vector256.FusedMultiplyAdd(scale, z, half);
        Vector256<int> ix = Truncate(px);
        Vector256<int> iy = Truncate(py);
        Vector256<int> iz = Truncate(pz);
        Vector256<float> ux = px - Vector256.ConvertToSingle(ix);
        Vector256<float> uy = py - Vector256.ConvertToSingle(iy);
        Vector256<float> uz = pz - Vector256.ConvertToSingle(iz);
        cells.UpperX = Weight<TInterpolation>(ux);
        cells.UpperY = Weight<TInterpolation>(uy);
        cells.UpperZ = Weight<TInterpolation>(uz);
        cells.SlopeX = scale * Derivative<TInterpolation>(ux);
        cells.SlopeY = scale * Derivative<TInterpolation>(uy);
        cells.SlopeZ = scale * Derivative<TInterpolation>(uz);
        if (level.IsDense == 0)
        {
            Hashed(level, perLevel, ix, iy, iz, indices);
            return false;
        }

        int stepY = level.Resolution;
        int stepZ = stepY * stepY;
        Vector256<int> corner = ix + iy * stepY + iz * stepZ;
        var last = Vector256.Create(level.EntryCount - 1 - (stepZ + stepY + 1));
        if (Vector256.LessThanOrEqualAll(corner, last))
        {
            (corner * perLevel).Store(indices);
            return true;
        }

        for (int i = 0; i < 8; i++)
        {
            Vector256<int> index = corner + Vector256.Create((i & 1) + ((i >> 1) & 1) * stepY + (i >> 2) * stepZ);
            var count = Vector256.Create(level.EntryCount);
            index -= Vector256.GreaterThanOrEqual(index, count) & count;
            (index * perLevel).Store(indices + 8 * i);
        }

        return false;
    }

    /// <summary>W_b, the interpolation weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly CellCornersOfEight Weights()
    {
        Vector256<float> x0 = Vector256<float>.One - UpperX;
        Vector256<float> y0 = Vector256<float>.One - UpperY;
        Vector256<float> z0 = Vector256<float>.One - UpperZ;
        Vector256<float> y0z0 = y0 * z0;
        Vector256<float> y1z0 = UpperY * z0;
        Vector256<float> y0z1 = y0 * UpperZ;
        Vector256<float> y1z1 = UpperY * UpperZ;
        CellCornersOfEight w = default;
        w.C0 = x0 * y0z0;
        w.C1 = UpperX * y0z0;
        w.C2 = x0 * y1z0;
        w.C3 = UpperX * y1z0;
        w.C4 = x0 * y0z1;
        w.C5 = UpperX * y0z1;
        w.C6 = x0 * y1z1;
        w.C7 = UpperX * y1z1;
        return w;
    }

    /// <summary>κ_b, the change of the weights in a direction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly CellCornersOfEight WeightDerivatives(Vector256<float> directionX, Vector256<float> directionY, Vector256<float> directionZ)
    {
        Vector256<float> x0 = Vector256<float>.One - UpperX;
        Vector256<float> y0 = Vector256<float>.One - UpperY;
        Vector256<float> z0 = Vector256<float>.One - UpperZ;
        Vector256<float> dx = directionX * SlopeX;
        Vector256<float> dy = directionY * SlopeY;
        Vector256<float> dz = directionZ * SlopeZ;
        Vector256<float> yz00 = y0 * z0;
        Vector256<float> yz10 = UpperY * z0;
        Vector256<float> yz01 = y0 * UpperZ;
        Vector256<float> yz11 = UpperY * UpperZ;
        Vector256<float> d00 = -dy * z0 - dz * y0;
        Vector256<float> d10 = dy * z0 - dz * UpperY;
        Vector256<float> d01 = dz * y0 - dy * UpperZ;
        Vector256<float> d11 = dy * UpperZ + dz * UpperY;
        CellCornersOfEight k = default;
        k.C0 = x0 * d00 - dx * yz00;
        k.C1 = UpperX * d00 + dx * yz00;
        k.C2 = x0 * d10 - dx * yz10;
        k.C3 = UpperX * d10 + dx * yz10;
        k.C4 = x0 * d01 - dx * yz01;
        k.C5 = UpperX * d01 + dx * yz01;
        k.C6 = x0 * d11 - dx * yz11;
        k.C7 = UpperX * d11 + dx * yz11;
        return k;
    }

    /// <summary>Per axis the upper weight, then per axis the slope; the last two numbers are not used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly CellCornersOfEight Axes()
    {
        CellCornersOfEight axes = default;
        axes.C0 = UpperX;
        axes.C1 = UpperY;
        axes.C2 = UpperZ;
        axes.C3 = SlopeX;
        axes.C4 = SlopeY;
        axes.C5 = SlopeZ;
        return axes;
    }

    /// <summary>Adds Σ_b s_b dW_b/dx to a gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly unsafe void AddGradient(in CellCornersOfEight s, float* gradientX, float* gradientY, float* gradientZ)
    {
        Vector256<float> x0 = Vector256<float>.One - UpperX;
        Vector256<float> y0 = Vector256<float>.One - UpperY;
        Vector256<float> z0 = Vector256<float>.One - UpperZ;
        Vector256<float> e00 = x0 * s.C0 + UpperX * s.C1;
        Vector256<float> e10 = x0 * s.C2 + UpperX * s.C3;
        Vector256<float> e01 = x0 * s.C4 + UpperX * s.C5;
        Vector256<float> e11 = x0 * s.C6 + UpperX * s.C7;
        Vector256<float> gx = z0 * (y0 * (s.C1 - s.C0) + UpperY * (s.C3 - s.C2))
            + UpperZ * (y0 * (s.C5 - s.C4) + UpperY * (s.C7 - s.C6));
        Vector256<float> gy = z0 * (e10 - e00) + UpperZ * (e11 - e01);
        Vector256<float> gz = y0 * (e01 - e00) + UpperY * (e11 - e10);
        (Vector256.Load(gradientX) + SlopeX * gx).Store(gradientX);
        (Vector256.Load(gradientY) + SlopeY * gy).Store(gradientY);
        (Vector256.Load(gradientZ) + SlopeZ * gz).Store(gradientZ);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Hashed(
        in HashGridLevel level, int perLevel, Vector256<int> x, Vector256<int> y, Vector256<int> z, int* indices)
    {
        var mask = Vector256.Create((uint)(level.EntryCount - 1));
        Vector256<uint> x0 = x.AsUInt32();
        Vector256<uint> x1 = x0 + Vector256<uint>.One;
        Vector256<uint> y0 = y.AsUInt32() * PrimeY;
        Vector256<uint> y1 = y0 + Vector256.Create(PrimeY);
        Vector256<uint> z0 = z.AsUInt32() * PrimeZ;
        Vector256<uint> z1 = z0 + Vector256.Create(PrimeZ);
        (((x0 ^ y0 ^ z0) & mask).AsInt32() * perLevel).Store(indices);
        (((x1 ^ y0 ^ z0) & mask).AsInt32() * perLevel).Store(indices + 8);
        (((x0 ^ y1 ^ z0) & mask).AsInt32() * perLevel).Store(indices + 16);
        (((x1 ^ y1 ^ z0) & mask).AsInt32() * perLevel).Store(indices + 24);
        (((x0 ^ y0 ^ z1) & mask).AsInt32() * perLevel).Store(indices + 32);
        (((x1 ^ y0 ^ z1) & mask).AsInt32() * perLevel).Store(indices + 40);
        (((x0 ^ y1 ^ z1) & mask).AsInt32() * perLevel).Store(indices + 48);
        (((x1 ^ y1 ^ z1) & mask).AsInt32() * perLevel).Store(indices + 56);
    }

    // Coordinates are in range unless they are NaN, which becomes vertex 0 as in the kernel.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Truncate(Vector256<float> value)
        => Vector256.ConvertToInt32Native(value) & Vector256.Equals(value, value).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Weight<TInterpolation>(Vector256<float> u)
        => typeof(TInterpolation) == typeof(SmoothstepInterpolation) ? u * u * (Vector256.Create(3f) - Vector256.Create(2f) * u) : u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Derivative<TInterpolation>(Vector256<float> u)
        => typeof(TInterpolation) == typeof(SmoothstepInterpolation)
            ? Vector256.Create(6f) * u * (Vector256<float>.One - u)
            : Vector256<float>.One;
}
