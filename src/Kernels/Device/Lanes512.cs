using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DreamFusion.Kernels.Device;

/// <summary>Sixteen lanes (AVX-512).</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* address) => Vector512.Load(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* address) => value.Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SquareRoot(Vector512<float> a) => Vector512.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c)
        => Vector512.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> KeepWherePositive(Vector512<float> value, Vector512<float> condition)
        => Vector512.AndNot(value, Vector512.LessThanOrEqual(condition, Vector512<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SelectGreater(Vector512<float> a, Vector512<float> b, Vector512<float> yes, Vector512<float> no)
        => Vector512.ConditionalSelect(Vector512.GreaterThan(a, b), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ScaleByPowerOfTwo(Vector512<float> value, Vector512<float> shiftedExponent)
    {
        Vector512<int> exponent = shiftedExponent.AsInt32() - Vector512.Create(Elementary.RoundingShift).AsInt32();
        Vector512<int> half = exponent >> 1;
        Vector512<int> bias = Vector512.Create(127);
        return value * ((half + bias) << 23).AsSingle() * ((exponent - half + bias) << 23).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exponent(Vector512<float> a)
        => Vector512.ConvertToSingle((a.AsUInt32() >> 23).AsInt32() - Vector512.Create(127));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Mantissa(Vector512<float> a)
        => ((a.AsUInt32() & Vector512.Create(0x007FFFFFu)) | Vector512.Create(0x3F800000u)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTriples(float* address, out Vector512<float> x, out Vector512<float> y, out Vector512<float> z)
    {
        Lanes256.LoadTriples(address, out Vector256<float> lowX, out Vector256<float> lowY, out Vector256<float> lowZ);
        Lanes256.LoadTriples(address + 24, out Vector256<float> highX, out Vector256<float> highY, out Vector256<float> highZ);
        x = Vector512.Create(lowX, highX);
        y = Vector512.Create(lowY, highY);
        z = Vector512.Create(lowZ, highZ);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTriples(Vector512<float> x, Vector512<float> y, Vector512<float> z, float* address)
    {
        Lanes256.StoreTriples(x.GetLower(), y.GetLower(), z.GetLower(), address);
        Lanes256.StoreTriples(x.GetUpper(), y.GetUpper(), z.GetUpper(), address + 24);
    }
}
