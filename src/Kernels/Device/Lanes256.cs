using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DreamFusion.Kernels.Device;

/// <summary>Eight lanes (AVX2 with FMA).</summary>
internal readonly unsafe struct Lanes256 : ILanes<Vector256<float>>
{
    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* address) => Vector256.Load(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* address) => value.Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SquareRoot(Vector256<float> a) => Vector256.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c)
        => Vector256.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> KeepWherePositive(Vector256<float> value, Vector256<float> condition)
        => Vector256.AndNot(value, Vector256.LessThanOrEqual(condition, Vector256<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SelectGreater(Vector256<float> a, Vector256<float> b, Vector256<float> yes, Vector256<float> no)
        => Vector256.ConditionalSelect(Vector256.GreaterThan(a, b), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ScaleByPowerOfTwo(Vector256<float> value, Vector256<float> shiftedExponent)
    {
        Vector256<int> exponent = shiftedExponent.AsInt32() - Vector256.Create(Elementary.RoundingShift).AsInt32();
        Vector256<int> half = exponent >> 1;
        Vector256<int> bias = Vector256.Create(127);
        return value * ((half + bias) << 23).AsSingle() * ((exponent - half + bias) << 23).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exponent(Vector256<float> a)
        => Vector256.ConvertToSingle((a.AsUInt32() >> 23).AsInt32() - Vector256.Create(127));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Mantissa(Vector256<float> a)
        => ((a.AsUInt32() & Vector256.Create(0x007FFFFFu)) | Vector256.Create(0x3F800000u)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTriples(float* address, out Vector256<float> x, out Vector256<float> y, out Vector256<float> z)
    {
        Lanes128.LoadTriples(address, out Vector128<float> lowX, out Vector128<float> lowY, out Vector128<float> lowZ);
        Lanes128.LoadTriples(address + 12, out Vector128<float> highX, out Vector128<float> highY, out Vector128<float> highZ);
        x = Vector256.Create(lowX, highX);
        y = Vector256.Create(lowY, highY);
        z = Vector256.Create(lowZ, highZ);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTriples(Vector256<float> x, Vector256<float> y, Vector256<float> z, float* address)
    {
        Lanes128.StoreTriples(x.GetLower(), y.GetLower(), z.GetLower(), address);
        Lanes128.StoreTriples(x.GetUpper(), y.GetUpper(), z.GetUpper(), address + 12);
    }
}
