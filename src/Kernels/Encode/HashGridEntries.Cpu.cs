using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Encode;

/// <summary>Where the entries at the corners of a level's cells lie. A type, so that every case has a loop of its own, with constants folded.</summary>
internal unsafe interface ICellEntries
{
    /// <summary>First feature of a corner.</summary>
    /// <param name="index">Where the cell's index, or the first of its indices, lies; see <see cref="HashGridCells.Locate"/>.</param>
    /// <param name="corner">Corner b, a constant.</param>
    float* Corner(int* index, int corner);
}

/// <summary>Corners at fixed distances from corner 0, two features per entry: corners 2k and 2k + 1 lie side by side.</summary>
internal unsafe struct PairedEntries : ICellEntries
{
    public float* Level;
    public nint StepY;
    public nint StepZ;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float* Corner(int* index, int corner)
        => Level + *index + 2 * (corner & 1) + ((corner & 2) != 0 ? StepY : 0) + ((corner & 4) != 0 ? StepZ : 0);
}

/// <summary>Corners at fixed distances from corner 0.</summary>
internal unsafe struct AdjacentEntries : ICellEntries
{
    public float* Level;
    public nint StepX;
    public nint StepY;
    public nint StepZ;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float* Corner(int* index, int corner)
        => Level + *index + ((corner & 1) != 0 ? StepX : 0) + ((corner & 2) != 0 ? StepY : 0) + ((corner & 4) != 0 ? StepZ : 0);
}

/// <summary>Corners anywhere, at indices [corner, 8].</summary>
internal unsafe struct IndexedEntries : ICellEntries
{
    public float* Level;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float* Corner(int* index, int corner) => Level + index[8 * corner];
}

/// <summary>What the passes do with the entries at the corners of one cell, in the kernels' order of operations.</summary>
/// <typeparam name="TEntries">Where the entries lie.</typeparam>
internal static unsafe class CellOperations<TEntries>
    where TEntries : struct, ICellEntries
{
    /// <summary>Σ_b c_b T_b of two features in the lower half of the result: the lower corners in one half, the upper in the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> BlendTwo(in TEntries t, int* index, float* c)
    {
        Vector128<float> low = Vector128.Load(c);
        Vector128<float> high = Vector128.Load(c + 4);
        Vector128<float> sum = Two(t.Corner(index, 0), t.Corner(index, 4)) * Spread(low, high, 0);
        sum = Vector128.FusedMultiplyAdd(Two(t.Corner(index, 1), t.Corner(index, 5)), Spread(low, high, 1), sum);
        sum = Vector128.FusedMultiplyAdd(Two(t.Corner(index, 2), t.Corner(index, 6)), Spread(low, high, 2), sum);
        sum = Vector128.FusedMultiplyAdd(Two(t.Corner(index, 3), t.Corner(index, 7)), Spread(low, high, 3), sum);
        return sum + Upper(sum);
    }

    /// <summary>Σ_b c_b T_b of four features.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> BlendFour(in TEntries t, int* index, float* c, int feature)
    {
        Vector128<float> low = Vector128.Load(t.Corner(index, 0) + feature) * c[0];
        Vector128<float> high = Vector128.Load(t.Corner(index, 4) + feature) * c[4];
        low = Vector128.FusedMultiplyAdd(Vector128.Load(t.Corner(index, 1) + feature), Vector128.Create(c[1]), low);
        high = Vector128.FusedMultiplyAdd(Vector128.Load(t.Corner(index, 5) + feature), Vector128.Create(c[5]), high);
        low = Vector128.FusedMultiplyAdd(Vector128.Load(t.Corner(index, 2) + feature), Vector128.Create(c[2]), low);
        high = Vector128.FusedMultiplyAdd(Vector128.Load(t.Corner(index, 6) + feature), Vector128.Create(c[6]), high);
        low = Vector128.FusedMultiplyAdd(Vector128.Load(t.Corner(index, 3) + feature), Vector128.Create(c[3]), low);
        high = Vector128.FusedMultiplyAdd(Vector128.Load(t.Corner(index, 7) + feature), Vector128.Create(c[7]), high);
        return low + high;
    }

    /// <summary>Σ_b c_b T_b of the only feature.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float BlendOne(in TEntries t, int* index, float* c)
    {
        float low = Intrinsics.Fma(c[1], *t.Corner(index, 1), c[0] * *t.Corner(index, 0));
        float high = Intrinsics.Fma(c[5], *t.Corner(index, 5), c[4] * *t.Corner(index, 4));
        low = Intrinsics.Fma(c[2], *t.Corner(index, 2), low);
        high = Intrinsics.Fma(c[6], *t.Corner(index, 6), high);
        low = Intrinsics.Fma(c[3], *t.Corner(index, 3), low);
        high = Intrinsics.Fma(c[7], *t.Corner(index, 7), high);
        return low + high;
    }

    /// <summary>T_b += c_b value, two features, for corners that lie side by side in pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScatterTwoInPairs(in TEntries t, int* index, float* c, float* value)
    {
        Vector128<float> v = Vector128.Create(*(double*)value).AsSingle();
        Vector128<float> low = Vector128.Load(c);
        Vector128<float> high = Vector128.Load(c + 4);
        // All addresses before the first store: after it the index would be read again.
        float* t0 = t.Corner(index, 0);
        float* t2 = t.Corner(index, 2);
        float* t4 = t.Corner(index, 4);
        float* t6 = t.Corner(index, 6);
        Vector128.FusedMultiplyAdd(Vector128.Shuffle(low, Vector128.Create(0, 0, 1, 1)), v, Vector128.Load(t0)).Store(t0);
        Vector128.FusedMultiplyAdd(Vector128.Shuffle(low, Vector128.Create(2, 2, 3, 3)), v, Vector128.Load(t2)).Store(t2);
        Vector128.FusedMultiplyAdd(Vector128.Shuffle(high, Vector128.Create(0, 0, 1, 1)), v, Vector128.Load(t4)).Store(t4);
        Vector128.FusedMultiplyAdd(Vector128.Shuffle(high, Vector128.Create(2, 2, 3, 3)), v, Vector128.Load(t6)).Store(t6);
    }

    /// <summary>T_b += c_b value, two features, corner after corner: corners may share an entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScatterTwo(in TEntries t, int* index, float* c, float* value)
    {
        Vector128<float> v = Vector128.CreateScalarUnsafe(*(double*)value).AsSingle();
        AddTwo(t.Corner(index, 0), c[0], v);
        AddTwo(t.Corner(index, 1), c[1], v);
        AddTwo(t.Corner(index, 2), c[2], v);
        AddTwo(t.Corner(index, 3), c[3], v);
        AddTwo(t.Corner(index, 4), c[4], v);
        AddTwo(t.Corner(index, 5), c[5], v);
        AddTwo(t.Corner(index, 6), c[6], v);
        AddTwo(t.Corner(index, 7), c[7], v);
    }

    /// <summary>T_b += c_b value for any number of features, corner after corner: corners may share an entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scatter(in TEntries t, int* index, float* c, float* value, int count)
    {
        Add(t.Corner(index, 0), c[0], value, count);
        Add(t.Corner(index, 1), c[1], value, count);
        Add(t.Corner(index, 2), c[2], value, count);
        Add(t.Corner(index, 3), c[3], value, count);
        Add(t.Corner(index, 4), c[4], value, count);
        Add(t.Corner(index, 5), c[5], value, count);
        Add(t.Corner(index, 6), c[6], value, count);
        Add(t.Corner(index, 7), c[7], value, count);
    }

    /// <summary>T_b += c_b value + k_b second, two features, for corners that lie side by side in pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScatterTwoInPairs(in TEntries t, int* index, float* c, float* value, float* k, float* second)
    {
        Vector128<float> v = Vector128.Create(*(double*)value).AsSingle();
        Vector128<float> u = Vector128.Create(*(double*)second).AsSingle();
        float* t0 = t.Corner(index, 0);
        float* t2 = t.Corner(index, 2);
        float* t4 = t.Corner(index, 4);
        float* t6 = t.Corner(index, 6);
        AddPair(t0, Vector128.Create(0, 0, 1, 1), Vector128.Load(c), v, Vector128.Load(k), u);
        AddPair(t2, Vector128.Create(2, 2, 3, 3), Vector128.Load(c), v, Vector128.Load(k), u);
        AddPair(t4, Vector128.Create(0, 0, 1, 1), Vector128.Load(c + 4), v, Vector128.Load(k + 4), u);
        AddPair(t6, Vector128.Create(2, 2, 3, 3), Vector128.Load(c + 4), v, Vector128.Load(k + 4), u);
    }

    /// <summary>T_b += c_b value + k_b second, two features, corner after corner.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScatterTwo(in TEntries t, int* index, float* c, float* value, float* k, float* second)
    {
        Vector128<float> v = Vector128.CreateScalarUnsafe(*(double*)value).AsSingle();
        Vector128<float> u = Vector128.CreateScalarUnsafe(*(double*)second).AsSingle();
        AddTwo(t.Corner(index, 0), c[0], v, k[0], u);
        AddTwo(t.Corner(index, 1), c[1], v, k[1], u);
        AddTwo(t.Corner(index, 2), c[2], v, k[2], u);
        AddTwo(t.Corner(index, 3), c[3], v, k[3], u);
        AddTwo(t.Corner(index, 4), c[4], v, k[4], u);
        AddTwo(t.Corner(index, 5), c[5], v, k[5], u);
        AddTwo(t.Corner(index, 6), c[6], v, k[6], u);
        AddTwo(t.Corner(index, 7), c[7], v, k[7], u);
    }

    /// <summary>T_b += c_b value + k_b second for any number of features, corner after corner.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scatter(in TEntries t, int* index, float* c, float* value, float* k, float* second, int count)
    {
        for (int corner = 0; corner < 8; corner++)
        {
            float* entry = t.Corner(index, corner);
            for (int f = 0; f < count; f++)
            {
                entry[f] = Intrinsics.Fma(k[corner], second[f], Intrinsics.Fma(c[corner], value[f], entry[f]));
            }
        }
    }

    /// <summary>Two features as <see cref="BlendTwo"/> gives them, and their dy/dx, each axis in a row of its own.</summary>
    /// <param name="t">Where the entries lie.</param>
    /// <param name="index">Index of the cell.</param>
    /// <param name="c">Weights of the cell.</param>
    /// <param name="axes">Upper weights and slopes of the cell.</param>
    /// <param name="scale">Unit coordinates per unit of x.</param>
    /// <param name="row">dy/dx₀; those of the other axes follow.</param>
    /// <param name="rowLength">Distance from one axis to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> BlendAndGradientTwo(in TEntries t, int* index, float* c, float* axes, float scale, float* row, int rowLength)
    {
        // The lower corners on the z axis in one half, the upper ones in the other.
        Vector128<float> c04 = Two(t.Corner(index, 0), t.Corner(index, 4));
        Vector128<float> c15 = Two(t.Corner(index, 1), t.Corner(index, 5));
        Vector128<float> c26 = Two(t.Corner(index, 2), t.Corner(index, 6));
        Vector128<float> c37 = Two(t.Corner(index, 3), t.Corner(index, 7));
        var x1 = Vector128.Create(axes[0]);
        var y1 = Vector128.Create(axes[1]);
        var z1 = Vector128.Create(axes[2]);
        Vector128<float> x0 = Vector128<float>.One - x1;
        Vector128<float> y0 = Vector128<float>.One - y1;
        Vector128<float> z0 = Vector128<float>.One - z1;
        Vector128<float> e0 = x0 * c04 + x1 * c15;
        Vector128<float> e1 = x0 * c26 + x1 * c37;
        Vector128<float> gx = AlongZ(y0 * (c15 - c04) + y1 * (c37 - c26), z0, z1);
        Vector128<float> gy = AlongZ(e1 - e0, z0, z1);
        Vector128<float> gz = y0 * (Upper(e0) - e0) + y1 * (Upper(e1) - e1);
        *(double*)row = (Vector128.Create(axes[3]) * gx * scale).AsDouble().ToScalar();
        *(double*)(row + rowLength) = (Vector128.Create(axes[4]) * gy * scale).AsDouble().ToScalar();
        *(double*)(row + (2 * (nint)rowLength)) = (Vector128.Create(axes[5]) * gz * scale).AsDouble().ToScalar();
        Vector128<float> low = Vector128.Load(c);
        Vector128<float> high = Vector128.Load(c + 4);
        Vector128<float> sum = c04 * Spread(low, high, 0);
        sum = Vector128.FusedMultiplyAdd(c15, Spread(low, high, 1), sum);
        sum = Vector128.FusedMultiplyAdd(c26, Spread(low, high, 2), sum);
        sum = Vector128.FusedMultiplyAdd(c37, Spread(low, high, 3), sum);
        return sum + Upper(sum);
    }

    /// <summary>dy/dx of any number of features; see <see cref="BlendAndGradientTwo"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gradient(in TEntries t, int* index, float* axes, float scale, float* row, int rowLength, int count)
    {
        float x1 = axes[0];
        float y1 = axes[1];
        float z1 = axes[2];
        float x0 = 1f - x1;
        float y0 = 1f - y1;
        float z0 = 1f - z1;
        for (int f = 0; f < count; f++)
        {
            float c0 = t.Corner(index, 0)[f];
            float c1 = t.Corner(index, 1)[f];
            float c2 = t.Corner(index, 2)[f];
            float c3 = t.Corner(index, 3)[f];
            float c4 = t.Corner(index, 4)[f];
            float c5 = t.Corner(index, 5)[f];
            float c6 = t.Corner(index, 6)[f];
            float c7 = t.Corner(index, 7)[f];
            float e00 = x0 * c0 + x1 * c1;
            float e10 = x0 * c2 + x1 * c3;
            float e01 = x0 * c4 + x1 * c5;
            float e11 = x0 * c6 + x1 * c7;
            float gx = z0 * (y0 * (c1 - c0) + y1 * (c3 - c2)) + z1 * (y0 * (c5 - c4) + y1 * (c7 - c6));
            float gy = z0 * (e10 - e00) + z1 * (e11 - e01);
            float gz = y0 * (e01 - e00) + y1 * (e11 - e10);
            row[f] = axes[3] * gx * scale;
            row[rowLength + f] = axes[4] * gy * scale;
            row[(2 * (nint)rowLength) + f] = axes[5] * gz * scale;
        }
    }

    /// <summary>s_b = Σ_f value_f T_b,f of two features.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void GatherTwo(in TEntries t, int* index, float* value, float* s)
    {
        var v0 = Vector128.Create(value[0]);
        var v1 = Vector128.Create(value[1]);
        SumOfTwo(Two(t.Corner(index, 0), t.Corner(index, 1)), Two(t.Corner(index, 2), t.Corner(index, 3)), v0, v1).Store(s);
        SumOfTwo(Two(t.Corner(index, 4), t.Corner(index, 5)), Two(t.Corner(index, 6), t.Corner(index, 7)), v0, v1).Store(s + 4);
    }

    /// <summary>s_b = Σ_f value_f T_b,f for any number of features.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gather(in TEntries t, int* index, float* value, int count, float* s)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        for (int f = 0; f < count; f++)
        {
            var entries = Vector256.Create(t.Corner(index, 0)[f], t.Corner(index, 1)[f], t.Corner(index, 2)[f], t.Corner(index, 3)[f], t.Corner(index, 4)[f], t.Corner(index, 5)[f], t.Corner(index, 6)[f], t.Corner(index, 7)[f]);
            sum = Vector256.FusedMultiplyAdd(Vector256.Create(value[f]), entries, sum);
        }

        sum.Store(s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> SumOfTwo(Vector128<float> first, Vector128<float> second, Vector128<float> v0, Vector128<float> v1)
    {
        // Even elements are feature 0 of the four corners, odd ones feature 1.
        Vector128<float> even = Sse.IsSupported
            ? Sse.Shuffle(first, second, 0b10_00_10_00)
            : Vector128.Create(first[0], first[2], second[0], second[2]);
        Vector128<float> odd = Sse.IsSupported
            ? Sse.Shuffle(first, second, 0b11_01_11_01)
            : Vector128.Create(first[1], first[3], second[1], second[3]);
        return Vector128.FusedMultiplyAdd(v1, odd, v0 * even);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTwo(float* entry, float weight, Vector128<float> value)
    {
        Vector128<float> old = Vector128.CreateScalarUnsafe(*(double*)entry).AsSingle();
        *(double*)entry = Vector128.FusedMultiplyAdd(Vector128.Create(weight), value, old).AsDouble().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTwo(float* entry, float weight, Vector128<float> value, float secondWeight, Vector128<float> second)
    {
        Vector128<float> old = Vector128.CreateScalarUnsafe(*(double*)entry).AsSingle();
        Vector128<float> sum = Vector128.FusedMultiplyAdd(Vector128.Create(weight), value, old);
        *(double*)entry = Vector128.FusedMultiplyAdd(Vector128.Create(secondWeight), second, sum).AsDouble().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPair(
        float* entries, Vector128<int> corners, Vector128<float> c, Vector128<float> value, Vector128<float> k, Vector128<float> second)
    {
        Vector128<float> sum = Vector128.FusedMultiplyAdd(Vector128.Shuffle(c, corners), value, Vector128.Load(entries));
        Vector128.FusedMultiplyAdd(Vector128.Shuffle(k, corners), second, sum).Store(entries);
    }

    // z0 lower + z1 upper half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> AlongZ(Vector128<float> halves, Vector128<float> z0, Vector128<float> z1) => z0 * halves + z1 * Upper(halves);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Upper(Vector128<float> halves) => Vector128.Shuffle(halves, Vector128.Create(2, 3, 2, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* entry, float weight, float* value, int count)
    {
        int f = 0;
        for (; f + 4 <= count; f += 4)
        {
            Vector128.FusedMultiplyAdd(Vector128.Create(weight), Vector128.Load(value + f), Vector128.Load(entry + f)).Store(entry + f);
        }

        for (; f < count; f++)
        {
            entry[f] = Intrinsics.Fma(weight, value[f], entry[f]);
        }
    }

    // Two entries of two features each.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Two(float* first, float* second) => Vector128.Create(*(double*)first, *(double*)second).AsSingle();

    // (c_b, c_b, c_b+4, c_b+4) for a constant b; the switch is folded.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Spread(Vector128<float> low, Vector128<float> high, int corner)
    {
        if (!Sse.IsSupported)
        {
            return Vector128.Create(low[corner], low[corner], high[corner], high[corner]);
        }

        return corner switch
        {
            0 => Sse.Shuffle(low, high, 0b00_00_00_00),
            1 => Sse.Shuffle(low, high, 0b01_01_01_01),
            2 => Sse.Shuffle(low, high, 0b10_10_10_10),
            _ => Sse.Shuffle(low, high, 0b11_11_11_11),
        };
    }
}
