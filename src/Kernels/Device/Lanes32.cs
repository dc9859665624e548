using System;
using System.Runtime.CompilerServices;

namespace DreamFusion.Kernels.Device;

/// <summary>One lane: plain floats.</summary>
internal readonly unsafe struct Lanes32 : ILanes<float>
{
    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(float* address) => *address;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float value, float* address) => *address = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Broadcast(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float a, float b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Subtract(float a, float b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Multiply(float a, float b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Divide(float a, float b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SquareRoot(float a) => MathF.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyAdd(float a, float b, float c) => Intrinsics.Fma(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float KeepWherePositive(float value, float condition) => condition <= 0f ? 0f : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SelectGreater(float a, float b, float yes, float no) => a > b ? yes : no;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ScaleByPowerOfTwo(float value, float shiftedExponent)
    {
        int exponent = BitConverter.SingleToInt32Bits(shiftedExponent) - BitConverter.SingleToInt32Bits(Elementary.RoundingShift);
        int half = exponent >> 1;
        return value * BitConverter.Int32BitsToSingle((half + 127) << 23) * BitConverter.Int32BitsToSingle((exponent - half + 127) << 23);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exponent(float a) => (int)(BitConverter.SingleToUInt32Bits(a) >> 23) - 127;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Mantissa(float a) => BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(a) & 0x007FFFFFu) | 0x3F800000u);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTriples(float* address, out float x, out float y, out float z)
    {
        x = address[0];
        y = address[1];
        z = address[2];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTriples(float x, float y, float z, float* address)
    {
        address[0] = x;
        address[1] = y;
        address[2] = z;
    }
}
