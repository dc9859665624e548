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
        return sum + Vector128.Shuffle(sum, Vector128.Create(2, 3, 2, 3));
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
