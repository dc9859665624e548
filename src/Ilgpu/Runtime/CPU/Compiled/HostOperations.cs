using System;
using System.Numerics;

namespace ILGPU.Runtime.CPU.Compiled;

/// <summary>Operations of the compiler's code that C# writes in more than one instruction. Shifts by the width or more have the meaning that PTX gives them.</summary>
internal static class HostOperations
{
    public static int Shl(int value, int count) => (uint)count > 31 ? 0 : value << count;

    public static int Shl(uint value, int count) => Shl((int)value, count);

    public static long Shl(long value, int count) => (uint)count > 63 ? 0 : value << count;

    public static long Shl(ulong value, int count) => Shl((long)value, count);

    public static int Shr(int value, int count) => value >> ((uint)count > 31 ? 31 : count);

    public static int Shr(uint value, int count) => (uint)count > 31 ? 0 : (int)(value >> count);

    public static long Shr(long value, int count) => value >> ((uint)count > 63 ? 63 : count);

    public static long Shr(ulong value, int count) => (uint)count > 63 ? 0 : (long)(value >> count);

    public static int MulHigh(int first, int second) => (int)(((long)first * second) >> 32);

    public static int MulHigh(uint first, uint second) => (int)(((ulong)first * second) >> 32);

    public static long MulHigh(long first, long second) => Math.BigMul(first, second, out _);

    public static long MulHigh(ulong first, ulong second) => (long)Math.BigMul(first, second, out _);

    public static int Popc(uint value) => BitOperations.PopCount(value);

    public static int Popc(ulong value) => BitOperations.PopCount(value);

    public static int Popc(int value) => BitOperations.PopCount((uint)value);

    public static int Popc(long value) => BitOperations.PopCount((ulong)value);

    public static int Clz(uint value) => BitOperations.LeadingZeroCount(value);

    public static int Clz(ulong value) => BitOperations.LeadingZeroCount(value);

    public static int Clz(int value) => BitOperations.LeadingZeroCount((uint)value);

    public static int Clz(long value) => BitOperations.LeadingZeroCount((ulong)value);

    /// <summary>The bits in the opposite order.</summary>
    public static int Brev(uint value)
    {
        uint swapped = ((value >> 1) & 0x5555_5555) | ((value & 0x5555_5555) << 1);
        swapped = ((swapped >> 2) & 0x3333_3333) | ((swapped & 0x3333_3333) << 2);
        swapped = ((swapped >> 4) & 0x0f0f_0f0f) | ((swapped & 0x0f0f_0f0f) << 4);
        return (int)System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(swapped);
    }

    /// <summary>The bits in the opposite order.</summary>
    public static long Brev(ulong value) => (long)(((ulong)(uint)Brev((uint)value) << 32) | (uint)Brev((uint)(value >> 32)));

    public static float HalfToSingle(int bits) => (float)BitConverter.UInt16BitsToHalf((ushort)bits);

    public static double HalfToDouble(int bits) => (double)BitConverter.UInt16BitsToHalf((ushort)bits);

    public static int ToHalf(float value) => BitConverter.HalfToUInt16Bits((System.Half)value);

    public static int ToHalf(double value) => BitConverter.HalfToUInt16Bits((System.Half)value);
}
