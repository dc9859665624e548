using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Encode;

/// <summary>The entries at the corners of one cell.</summary>
internal unsafe struct CellEntries
{
    public float* T0;
    public float* T1;
    public float* T2;
    public float* T3;
    public float* T4;
    public float* T5;
    public float* T6;
    public float* T7;

    /// <summary>The corners at fixed distances from corner 0, in elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellEntries Adjacent(float* first, nint stepX, nint stepY, nint stepZ)
    {
        CellEntries entries;
        entries.T0 = first;
        entries.T1 = first + stepX;
        entries.T2 = first + stepY;
        entries.T3 = first + stepY + stepX;
        first += stepZ;
        entries.T4 = first;
        entries.T5 = first + stepX;
        entries.T6 = first + stepY;
        entries.T7 = first + stepY + stepX;
        return entries;
    }

    /// <summary>The corners at the indices [corner, 8] of one cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellEntries Indexed(float* level, int* indices)
    {
        CellEntries entries;
        entries.T0 = level + indices[0];
        entries.T1 = level + indices[8];
        entries.T2 = level + indices[16];
        entries.T3 = level + indices[24];
        entries.T4 = level + indices[32];
        entries.T5 = level + indices[40];
        entries.T6 = level + indices[48];
        entries.T7 = level + indices[56];
        return entries;
    }

    /// <summary>Σ_b c_b T_b of two features in the lower half of the result: the lower corners in one half, the upper in the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector128<float> BlendTwo(float* c)
    {
        Vector128<float> low = Vector128.Load(c);
        Vector128<float> high = Vector128.Load(c + 4);
        Vector128<float> sum = Two(T0, T4) * Spread(low, high, 0);
        sum = Vector128.FusedMultiplyAdd(Two(T1, T5), Spread(low, high, 1), sum);
        sum = Vector128.FusedMultiplyAdd(Two(T2, T6), Spread(low, high, 2), sum);
        sum = Vector128.FusedMultiplyAdd(Two(T3, T7), Spread(low, high, 3), sum);
        return sum + Vector128.Shuffle(sum, Vector128.Create(2, 3, 2, 3));
    }

    /// <summary>Σ_b c_b T_b of four features.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector128<float> BlendFour(float* c, int feature)
    {
        Vector128<float> low = Vector128.Load(T0 + feature) * c[0];
        Vector128<float> high = Vector128.Load(T4 + feature) * c[4];
        low = Vector128.FusedMultiplyAdd(Vector128.Load(T1 + feature), Vector128.Create(c[1]), low);
        high = Vector128.FusedMultiplyAdd(Vector128.Load(T5 + feature), Vector128.Create(c[5]), high);
        low = Vector128.FusedMultiplyAdd(Vector128.Load(T2 + feature), Vector128.Create(c[2]), low);
        high = Vector128.FusedMultiplyAdd(Vector128.Load(T6 + feature), Vector128.Create(c[6]), high);
        low = Vector128.FusedMultiplyAdd(Vector128.Load(T3 + feature), Vector128.Create(c[3]), low);
        high = Vector128.FusedMultiplyAdd(Vector128.Load(T7 + feature), Vector128.Create(c[7]), high);
        return low + high;
    }

    /// <summary>Σ_b c_b T_b of the only feature.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float BlendOne(float* c)
    {
        float low = Intrinsics.Fma(c[1], *T1, c[0] * *T0);
        float high = Intrinsics.Fma(c[5], *T5, c[4] * *T4);
        low = Intrinsics.Fma(c[2], *T2, low);
        high = Intrinsics.Fma(c[6], *T6, high);
        low = Intrinsics.Fma(c[3], *T3, low);
        high = Intrinsics.Fma(c[7], *T7, high);
        return low + high;
    }

    /// <summary>T_b += c_b value, two features, for corners that lie side by side in pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void ScatterTwoInPairs(float* c, float* value)
    {
        Vector128<float> v = Vector128.Create(*(double*)value).AsSingle();
        Vector128<float> low = Vector128.Load(c);
        Vector128<float> high = Vector128.Load(c + 4);
        Vector128.FusedMultiplyAdd(Vector128.Shuffle(low, Vector128.Create(0, 0, 1, 1)), v, Vector128.Load(T0)).Store(T0);
        Vector128.FusedMultiplyAdd(Vector128.Shuffle(low, Vector128.Create(2, 2, 3, 3)), v, Vector128.Load(T2)).Store(T2);
        Vector128.FusedMultiplyAdd(Vector128.Shuffle(high, Vector128.Create(0, 0, 1, 1)), v, Vector128.Load(T4)).Store(T4);
        Vector128.FusedMultiplyAdd(Vector128.Shuffle(high, Vector128.Create(2, 2, 3, 3)), v, Vector128.Load(T6)).Store(T6);
    }

    /// <summary>T_b += c_b value for any number of features, corner after corner: corners may share an entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Scatter(float* c, float* value, int count)
    {
        Add(T0, c[0], value, count);
        Add(T1, c[1], value, count);
        Add(T2, c[2], value, count);
        Add(T3, c[3], value, count);
        Add(T4, c[4], value, count);
        Add(T5, c[5], value, count);
        Add(T6, c[6], value, count);
        Add(T7, c[7], value, count);
    }

    /// <summary>s_b = Σ_f value_f T_b,f of two features.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void GatherTwo(float* value, float* s)
    {
        var v0 = Vector128.Create(value[0]);
        var v1 = Vector128.Create(value[1]);
        SumOfTwo(Two(T0, T1), Two(T2, T3), v0, v1).Store(s);
        SumOfTwo(Two(T4, T5), Two(T6, T7), v0, v1).Store(s + 4);
    }

    /// <summary>s_b = Σ_f value_f T_b,f for any number of features.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Gather(float* value, int count, float* s)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        for (int f = 0; f < count; f++)
        {
            var entries = Vector256.Create(T0[f], T1[f], T2[f], T3[f], T4[f], T5[f], T6[f], T7[f]);
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
