using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DreamFusion.Kernels.Device;

/// <summary>Four lanes (Arm's AdvSimd, or x86 with FMA but without AVX2).</summary>
internal readonly unsafe struct Lanes128 : ILanes<Vector128<float>>
{
    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* address) => Vector128.Load(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* address) => value.Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SquareRoot(Vector128<float> a) => Vector128.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c)
        => Vector128.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> KeepWherePositive(Vector128<float> value, Vector128<float> condition)
        => Vector128.AndNot(value, Vector128.LessThanOrEqual(condition, Vector128<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SelectGreater(Vector128<float> a, Vector128<float> b, Vector128<float> yes, Vector128<float> no)
        => Vector128.ConditionalSelect(Vector128.GreaterThan(a, b), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ScaleByPowerOfTwo(Vector128<float> value, Vector128<float> shiftedExponent)
    {
        Vector128<int> exponent = shiftedExponent.AsInt32() - Vector128.Create(Elementary.RoundingShift).AsInt32();
        Vector128<int> half = exponent >> 1;
        Vector128<int> bias = Vector128.Create(127);
        return value * ((half + bias) << 23).AsSingle() * ((exponent - half + bias) << 23).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exponent(Vector128<float> a)
        => Vector128.ConvertToSingle((a.AsUInt32() >> 23).AsInt32() - Vector128.Create(127));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Mantissa(Vector128<float> a)
        => ((a.AsUInt32() & Vector128.Create(0x007FFFFFu)) | Vector128.Create(0x3F800000u)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTriples(float* address, out Vector128<float> x, out Vector128<float> y, out Vector128<float> z)
    {
        // a = x0 y0 z0 x1, b = y1 z1 x2 y2, c = z2 x3 y3 z3.
        Vector128<float> a = Vector128.Load(address);
        Vector128<float> b = Vector128.Load(address + 4);
        Vector128<float> c = Vector128.Load(address + 8);
        Vector128<int> first = Vector128.Create(-1, 0, 0, -1);
        Vector128<int> second = Vector128.Create(0, -1, 0, 0);
        Vector128<int> third = Vector128.Create(0, 0, -1, 0);
        // One of the three holds each lane's component; then the lanes are put in order.
        Vector128<float> mixedX = Vector128.ConditionalSelect(first.AsSingle(), a, Vector128.ConditionalSelect(third.AsSingle(), b, c));
        Vector128<float> mixedY = Vector128.ConditionalSelect(first.AsSingle(), b, Vector128.ConditionalSelect(second.AsSingle(), a, c));
        Vector128<float> mixedZ = Vector128.ConditionalSelect(first.AsSingle(), c, Vector128.ConditionalSelect(second.AsSingle(), b, a));
        x = Vector128.Shuffle(mixedX, Vector128.Create(0, 3, 2, 1));
        y = Vector128.Shuffle(mixedY, Vector128.Create(1, 0, 3, 2));
        z = Vector128.Shuffle(mixedZ, Vector128.Create(2, 1, 0, 3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTriples(Vector128<float> x, Vector128<float> y, Vector128<float> z, float* address)
    {
        Vector128<float> mixedX = Vector128.Shuffle(x, Vector128.Create(0, 3, 2, 1));
        Vector128<float> mixedY = Vector128.Shuffle(y, Vector128.Create(1, 0, 3, 2));
        Vector128<float> mixedZ = Vector128.Shuffle(z, Vector128.Create(2, 1, 0, 3));
        Vector128<float> first = Vector128.Create(-1, 0, 0, -1).AsSingle();
        Vector128<float> second = Vector128.Create(0, -1, 0, 0).AsSingle();
        Vector128.ConditionalSelect(first, mixedX, Vector128.ConditionalSelect(second, mixedY, mixedZ)).Store(address);
        Vector128.ConditionalSelect(first, mixedY, Vector128.ConditionalSelect(second, mixedZ, mixedX)).Store(address + 4);
        Vector128.ConditionalSelect(first, mixedZ, Vector128.ConditionalSelect(second, mixedX, mixedY)).Store(address + 8);
    }
}
