using System;

namespace ILGPU;

/// <summary>Mathematics that every device has.</summary>
public static class IntrinsicMath
{
    /// <summary>Bit counts.</summary>
    public static class BitOperations
    {
        /// <summary>The number of bits that are set.</summary>
        public static int PopCount(int value) => System.Numerics.BitOperations.PopCount((uint)value);

        /// <summary>The number of bits that are set.</summary>
        public static int PopCount(uint value) => System.Numerics.BitOperations.PopCount(value);

        /// <summary>The number of bits that are set.</summary>
        public static int PopCount(long value) => System.Numerics.BitOperations.PopCount((ulong)value);

        /// <summary>The number of bits that are set.</summary>
        public static int PopCount(ulong value) => System.Numerics.BitOperations.PopCount(value);

        /// <summary>The number of zero bits above the highest bit that is set.</summary>
        public static int LeadingZeroCount(int value) => System.Numerics.BitOperations.LeadingZeroCount((uint)value);

        /// <summary>The number of zero bits above the highest bit that is set.</summary>
        public static int LeadingZeroCount(uint value) => System.Numerics.BitOperations.LeadingZeroCount(value);

        /// <summary>The number of zero bits above the highest bit that is set.</summary>
        public static int LeadingZeroCount(long value) => System.Numerics.BitOperations.LeadingZeroCount((ulong)value);

        /// <summary>The number of zero bits above the highest bit that is set.</summary>
        public static int LeadingZeroCount(ulong value) => System.Numerics.BitOperations.LeadingZeroCount(value);

        /// <summary>The number of zero bits below the lowest bit that is set.</summary>
        public static int TrailingZeroCount(int value) => System.Numerics.BitOperations.TrailingZeroCount(value);

        /// <summary>The number of zero bits below the lowest bit that is set.</summary>
        public static int TrailingZeroCount(uint value) => System.Numerics.BitOperations.TrailingZeroCount(value);

        /// <summary>The number of zero bits below the lowest bit that is set.</summary>
        public static int TrailingZeroCount(long value) => System.Numerics.BitOperations.TrailingZeroCount(value);

        /// <summary>The number of zero bits below the lowest bit that is set.</summary>
        public static int TrailingZeroCount(ulong value) => System.Numerics.BitOperations.TrailingZeroCount(value);
    }

    /// <summary>The absolute value.</summary>
    public static sbyte Abs(sbyte value) => Math.Abs(value);

    /// <summary>The absolute value.</summary>
    public static short Abs(short value) => Math.Abs(value);

    /// <summary>The absolute value.</summary>
    public static int Abs(int value) => Math.Abs(value);

    /// <summary>The absolute value.</summary>
    public static long Abs(long value) => Math.Abs(value);

    /// <summary>The absolute value.</summary>
    public static float Abs(float value) => Math.Abs(value);

    /// <summary>The absolute value.</summary>
    public static double Abs(double value) => Math.Abs(value);

    /// <summary>The smaller value.</summary>
    public static sbyte Min(sbyte first, sbyte second) => Math.Min(first, second);

    /// <summary>The smaller value.</summary>
    public static short Min(short first, short second) => Math.Min(first, second);

    /// <summary>The smaller value.</summary>
    public static int Min(int first, int second) => Math.Min(first, second);

    /// <summary>The smaller value.</summary>
    public static long Min(long first, long second) => Math.Min(first, second);

    /// <summary>The smaller value.</summary>
    public static byte Min(byte first, byte second) => Math.Min(first, second);

    /// <summary>The smaller value.</summary>
    public static ushort Min(ushort first, ushort second) => Math.Min(first, second);

    /// <summary>The smaller value.</summary>
    public static uint Min(uint first, uint second) => Math.Min(first, second);

    /// <summary>The smaller value.</summary>
    public static ulong Min(ulong first, ulong second) => Math.Min(first, second);

    /// <summary>The smaller value.</summary>
    public static float Min(float first, float second) => Math.Min(first, second);

    /// <summary>The smaller value.</summary>
    public static double Min(double first, double second) => Math.Min(first, second);

    /// <summary>The larger value.</summary>
    public static sbyte Max(sbyte first, sbyte second) => Math.Max(first, second);

    /// <summary>The larger value.</summary>
    public static short Max(short first, short second) => Math.Max(first, second);

    /// <summary>The larger value.</summary>
    public static int Max(int first, int second) => Math.Max(first, second);

    /// <summary>The larger value.</summary>
    public static long Max(long first, long second) => Math.Max(first, second);

    /// <summary>The larger value.</summary>
    public static byte Max(byte first, byte second) => Math.Max(first, second);

    /// <summary>The larger value.</summary>
    public static ushort Max(ushort first, ushort second) => Math.Max(first, second);

    /// <summary>The larger value.</summary>
    public static uint Max(uint first, uint second) => Math.Max(first, second);

    /// <summary>The larger value.</summary>
    public static ulong Max(ulong first, ulong second) => Math.Max(first, second);

    /// <summary>The larger value.</summary>
    public static float Max(float first, float second) => Math.Max(first, second);

    /// <summary>The larger value.</summary>
    public static double Max(double first, double second) => Math.Max(first, second);

    /// <summary>Limits a value to [min, max].</summary>
    public static sbyte Clamp(sbyte value, sbyte min, sbyte max) => Math.Max(Math.Min(value, max), min);

    /// <summary>Limits a value to [min, max].</summary>
    public static short Clamp(short value, short min, short max) => Math.Max(Math.Min(value, max), min);

    /// <summary>Limits a value to [min, max].</summary>
    public static int Clamp(int value, int min, int max) => Math.Max(Math.Min(value, max), min);

    /// <summary>Limits a value to [min, max].</summary>
    public static long Clamp(long value, long min, long max) => Math.Max(Math.Min(value, max), min);

    /// <summary>Limits a value to [min, max].</summary>
    public static byte Clamp(byte value, byte min, byte max) => Math.Max(Math.Min(value, max), min);

    /// <summary>Limits a value to [min, max].</summary>
    public static ushort Clamp(ushort value, ushort min, ushort max) => Math.Max(Math.Min(value, max), min);

    /// <summary>Limits a value to [min, max].</summary>
    public static uint Clamp(uint value, uint min, uint max) => Math.Max(Math.Min(value, max), min);

    /// <summary>Limits a value to [min, max].</summary>
    public static ulong Clamp(ulong value, ulong min, ulong max) => Math.Max(Math.Min(value, max), min);

    /// <summary>Limits a value to [min, max].</summary>
    public static float Clamp(float value, float min, float max) => Math.Max(Math.Min(value, max), min);

    /// <summary>Limits a value to [min, max].</summary>
    public static double Clamp(double value, double min, double max) => Math.Max(Math.Min(value, max), min);

    /// <summary>The magnitude of the first with the sign of the second value.</summary>
    public static float CopySign(float x, float y) => MathF.CopySign(x, y);

    /// <summary>The magnitude of the first with the sign of the second value.</summary>
    public static double CopySign(double x, double y) => Math.CopySign(x, y);

    /// <summary>The quotient of two positive numbers, rounded up.</summary>
    public static int DivRoundUp(int numerator, int denominator) => (numerator + denominator - 1) / denominator;

    /// <summary>The quotient of two positive numbers, rounded down.</summary>
    public static int DivRoundDown(int numerator, int denominator) => numerator / denominator;

    /// <summary>The quotient of two positive numbers, rounded up.</summary>
    public static long DivRoundUp(long numerator, long denominator) => (numerator + denominator - 1) / denominator;

    /// <summary>The quotient of two positive numbers, rounded down.</summary>
    public static long DivRoundDown(long numerator, long denominator) => numerator / denominator;

    /// <summary>The quotient of two positive numbers, rounded up.</summary>
    public static uint DivRoundUp(uint numerator, uint denominator) => (numerator + denominator - 1) / denominator;

    /// <summary>The quotient of two positive numbers, rounded down.</summary>
    public static uint DivRoundDown(uint numerator, uint denominator) => numerator / denominator;

    /// <summary>The quotient of two positive numbers, rounded up.</summary>
    public static ulong DivRoundUp(ulong numerator, ulong denominator) => (numerator + denominator - 1) / denominator;

    /// <summary>The quotient of two positive numbers, rounded down.</summary>
    public static ulong DivRoundDown(ulong numerator, ulong denominator) => numerator / denominator;

    /// <summary>The number of bits that are set.</summary>
    public static int PopCount(int value) => System.Numerics.BitOperations.PopCount((uint)value);

    /// <summary>The number of bits that are set.</summary>
    public static int PopCount(uint value) => System.Numerics.BitOperations.PopCount(value);

    /// <summary>The number of bits that are set.</summary>
    public static int PopCount(long value) => System.Numerics.BitOperations.PopCount((ulong)value);

    /// <summary>The number of bits that are set.</summary>
    public static int PopCount(ulong value) => System.Numerics.BitOperations.PopCount(value);

    /// <summary>The number of zero bits above the highest bit that is set.</summary>
    public static int LeadingZeroCount(int value) => System.Numerics.BitOperations.LeadingZeroCount((uint)value);

    /// <summary>The number of zero bits above the highest bit that is set.</summary>
    public static int LeadingZeroCount(uint value) => System.Numerics.BitOperations.LeadingZeroCount(value);

    /// <summary>The number of zero bits above the highest bit that is set.</summary>
    public static int LeadingZeroCount(long value) => System.Numerics.BitOperations.LeadingZeroCount((ulong)value);

    /// <summary>The number of zero bits above the highest bit that is set.</summary>
    public static int LeadingZeroCount(ulong value) => System.Numerics.BitOperations.LeadingZeroCount(value);

    /// <summary>The number of zero bits below the lowest bit that is set.</summary>
    public static int TrailingZeroCount(int value) => System.Numerics.BitOperations.TrailingZeroCount(value);

    /// <summary>The number of zero bits below the lowest bit that is set.</summary>
    public static int TrailingZeroCount(uint value) => System.Numerics.BitOperations.TrailingZeroCount(value);

    /// <summary>The number of zero bits below the lowest bit that is set.</summary>
    public static int TrailingZeroCount(long value) => System.Numerics.BitOperations.TrailingZeroCount(value);

    /// <summary>The number of zero bits below the lowest bit that is set.</summary>
    public static int TrailingZeroCount(ulong value) => System.Numerics.BitOperations.TrailingZeroCount(value);
}
