using System;

namespace ILGPU.Algorithms;

/// <summary>
/// Mathematics for kernels, in float and double. The functions are those of <see cref="MathF"/> and <see cref="Math"/>: their edge cases
/// (NaN, infinities, signed zeros) follow IEEE 754 and .NET.
/// </summary>
public static class XMath
{
    /// <summary>Euler's number.</summary>
    public const float E = MathF.E;

    /// <summary>log2(e).</summary>
    public const float Log2E = 1.442695041f;

    /// <summary>log10(e).</summary>
    public const float Log10E = 0.4342944819f;

    /// <summary>ln(2).</summary>
    public const float Ln2 = 0.6931471806f;

    /// <summary>ln(10).</summary>
    public const float Ln10 = 2.302585093f;

    /// <summary>π.</summary>
    public const float PI = MathF.PI;

    /// <summary>π / 2.</summary>
    public const float PIHalf = MathF.PI / 2;

    /// <summary>π / 4.</summary>
    public const float PIFourth = MathF.PI / 4;

    /// <summary>1 / π.</summary>
    public const float OneOverPI = 1 / MathF.PI;

    /// <summary>2 / π.</summary>
    public const float TwoOverPI = 2 / MathF.PI;

    /// <summary>√2.</summary>
    public const float Sqrt2 = 1.414213562f;

    /// <summary>1 / √2.</summary>
    public const float OneOverSqrt2 = 0.7071067812f;

    /// <summary>e to the power of <paramref name="value"/>.</summary>
    public static float Exp(float value) => MathF.Exp(value);

    /// <summary>e to the power of <paramref name="value"/>.</summary>
    public static double Exp(double value) => Math.Exp(value);

    /// <summary>2 to the power of <paramref name="value"/>.</summary>
    public static float Exp2(float value) => MathF.Pow(2, value);

    /// <summary>2 to the power of <paramref name="value"/>.</summary>
    public static double Exp2(double value) => Math.Pow(2, value);

    /// <summary>The natural logarithm.</summary>
    public static float Log(float value) => MathF.Log(value);

    /// <summary>The natural logarithm.</summary>
    public static double Log(double value) => Math.Log(value);

    /// <summary>The logarithm to a base.</summary>
    public static float Log(float value, float newBase) => MathF.Log(value, newBase);

    /// <summary>The logarithm to a base.</summary>
    public static double Log(double value, double newBase) => Math.Log(value, newBase);

    /// <summary>The logarithm to base 2.</summary>
    public static float Log2(float value) => MathF.Log2(value);

    /// <summary>The logarithm to base 2.</summary>
    public static double Log2(double value) => Math.Log2(value);

    /// <summary>The logarithm to base 10.</summary>
    public static float Log10(float value) => MathF.Log10(value);

    /// <summary>The logarithm to base 10.</summary>
    public static double Log10(double value) => Math.Log10(value);

    /// <summary>A number to a power.</summary>
    public static float Pow(float @base, float exp) => MathF.Pow(@base, exp);

    /// <summary>A number to a power.</summary>
    public static double Pow(double @base, double exp) => Math.Pow(@base, exp);

    /// <summary>The square root.</summary>
    public static float Sqrt(float value) => MathF.Sqrt(value);

    /// <summary>The square root.</summary>
    public static double Sqrt(double value) => Math.Sqrt(value);

    /// <summary>1 / √value.</summary>
    public static float Rsqrt(float value) => 1f / MathF.Sqrt(value);

    /// <summary>1 / √value.</summary>
    public static double Rsqrt(double value) => 1.0 / Math.Sqrt(value);

    /// <summary>1 / value.</summary>
    public static float Rcp(float value) => 1f / value;

    /// <summary>1 / value.</summary>
    public static double Rcp(double value) => 1.0 / value;

    /// <summary>The sine of an angle in radians.</summary>
    public static float Sin(float value) => MathF.Sin(value);

    /// <summary>The sine of an angle in radians.</summary>
    public static double Sin(double value) => Math.Sin(value);

    /// <summary>The cosine of an angle in radians.</summary>
    public static float Cos(float value) => MathF.Cos(value);

    /// <summary>The cosine of an angle in radians.</summary>
    public static double Cos(double value) => Math.Cos(value);

    /// <summary>Sine and cosine of an angle in radians.</summary>
    public static void SinCos(float value, out float sine, out float cosine)
    {
        sine = MathF.Sin(value);
        cosine = MathF.Cos(value);
    }

    /// <summary>Sine and cosine of an angle in radians.</summary>
    public static void SinCos(double value, out double sine, out double cosine)
    {
        sine = Math.Sin(value);
        cosine = Math.Cos(value);
    }

    /// <summary>The tangent of an angle in radians.</summary>
    public static float Tan(float value) => MathF.Tan(value);

    /// <summary>The tangent of an angle in radians.</summary>
    public static double Tan(double value) => Math.Tan(value);

    /// <summary>The hyperbolic sine.</summary>
    public static float Sinh(float value) => MathF.Sinh(value);

    /// <summary>The hyperbolic sine.</summary>
    public static double Sinh(double value) => Math.Sinh(value);

    /// <summary>The hyperbolic cosine.</summary>
    public static float Cosh(float value) => MathF.Cosh(value);

    /// <summary>The hyperbolic cosine.</summary>
    public static double Cosh(double value) => Math.Cosh(value);

    /// <summary>The hyperbolic tangent.</summary>
    public static float Tanh(float value) => MathF.Tanh(value);

    /// <summary>The hyperbolic tangent.</summary>
    public static double Tanh(double value) => Math.Tanh(value);

    /// <summary>The angle in radians, in [-π/2, π/2], whose sine is given.</summary>
    public static float Asin(float value) => MathF.Asin(value);

    /// <summary>The angle in radians, in [-π/2, π/2], whose sine is given.</summary>
    public static double Asin(double value) => Math.Asin(value);

    /// <summary>The angle in radians, in [0, π], whose cosine is given.</summary>
    public static float Acos(float value) => MathF.Acos(value);

    /// <summary>The angle in radians, in [0, π], whose cosine is given.</summary>
    public static double Acos(double value) => Math.Acos(value);

    /// <summary>The angle in radians, in [-π/2, π/2], whose tangent is given.</summary>
    public static float Atan(float value) => MathF.Atan(value);

    /// <summary>The angle in radians, in [-π/2, π/2], whose tangent is given.</summary>
    public static double Atan(double value) => Math.Atan(value);

    /// <summary>The angle in radians, in [-π, π], of the point (x, y).</summary>
    public static float Atan2(float y, float x) => MathF.Atan2(y, x);

    /// <summary>The angle in radians, in [-π, π], of the point (x, y).</summary>
    public static double Atan2(double y, double x) => Math.Atan2(y, x);

    /// <summary>The largest integer that is not above the value.</summary>
    public static float Floor(float value) => MathF.Floor(value);

    /// <summary>The largest integer that is not above the value.</summary>
    public static double Floor(double value) => Math.Floor(value);

    /// <summary>The smallest integer that is not below the value.</summary>
    public static float Ceiling(float value) => MathF.Ceiling(value);

    /// <summary>The smallest integer that is not below the value.</summary>
    public static double Ceiling(double value) => Math.Ceiling(value);

    /// <summary>The integer next to zero on the value's side.</summary>
    public static float Truncate(float value) => MathF.Truncate(value);

    /// <summary>The integer next to zero on the value's side.</summary>
    public static double Truncate(double value) => Math.Truncate(value);

    /// <summary>The nearest integer; halves go to the even one.</summary>
    public static float Round(float value) => MathF.Round(value);

    /// <summary>The nearest integer; halves go to the even one.</summary>
    public static double Round(double value) => Math.Round(value);

    /// <summary>The nearest integer; halves go to the even one.</summary>
    public static float RoundToEven(float value) => MathF.Round(value);

    /// <summary>The nearest integer; halves go to the even one.</summary>
    public static double RoundToEven(double value) => Math.Round(value);

    /// <summary>The nearest integer; halves go away from zero.</summary>
    public static float RoundAwayFromZero(float value) => MathF.Round(value, MidpointRounding.AwayFromZero);

    /// <summary>The nearest integer; halves go away from zero.</summary>
    public static double RoundAwayFromZero(double value) => Math.Round(value, MidpointRounding.AwayFromZero);

    /// <summary>The nearest integer; <paramref name="mode"/> says where halves go.</summary>
    public static float Round(float value, MidpointRounding mode) => MathF.Round(value, mode);

    /// <summary>The nearest number with <paramref name="digits"/> decimals; halves go to the even one.</summary>
    public static float Round(float value, int digits) => MathF.Round(value, digits);

    /// <summary>The nearest integer; <paramref name="mode"/> says where halves go.</summary>
    public static double Round(double value, MidpointRounding mode) => Math.Round(value, mode);

    /// <summary>The nearest number with <paramref name="digits"/> decimals; halves go to the even one.</summary>
    public static double Round(double value, int digits) => Math.Round(value, digits);

    /// <summary>The remainder of the quotient rounded towards zero; it has the sign of <paramref name="x"/>.</summary>
    public static float Rem(float x, float y) => x % y;

    /// <summary>The remainder of the quotient rounded towards zero; it has the sign of <paramref name="x"/>.</summary>
    public static double Rem(double x, double y) => x % y;

    /// <summary>The remainder of the quotient rounded to the nearest integer.</summary>
    public static float IEEERemainder(float x, float y) => MathF.IEEERemainder(x, y);

    /// <summary>The remainder of the quotient rounded to the nearest integer.</summary>
    public static double IEEERemainder(double x, double y) => Math.IEEERemainder(x, y);

    /// <summary>True if the value is not a number.</summary>
    public static bool IsNaN(float value) => float.IsNaN(value);

    /// <summary>True if the value is not a number.</summary>
    public static bool IsNaN(double value) => double.IsNaN(value);

    /// <summary>True if the value is an infinity.</summary>
    public static bool IsInfinity(float value) => float.IsInfinity(value);

    /// <summary>True if the value is an infinity.</summary>
    public static bool IsInfinity(double value) => double.IsInfinity(value);

    /// <summary>True if the value is finite.</summary>
    public static bool IsFinite(float value) => float.IsFinite(value);

    /// <summary>True if the value is finite.</summary>
    public static bool IsFinite(double value) => double.IsFinite(value);

    /// <summary>The magnitude of the first with the sign of the second value.</summary>
    public static float CopySign(float x, float y) => MathF.CopySign(x, y);

    /// <summary>The magnitude of the first with the sign of the second value.</summary>
    public static double CopySign(double x, double y) => Math.CopySign(x, y);

    /// <summary>-1, 0 or 1: the sign of the value.</summary>
    public static int Sign(sbyte value) => Math.Sign(value);

    /// <summary>-1, 0 or 1: the sign of the value.</summary>
    public static int Sign(short value) => Math.Sign(value);

    /// <summary>-1, 0 or 1: the sign of the value.</summary>
    public static int Sign(int value) => Math.Sign(value);

    /// <summary>-1, 0 or 1: the sign of the value.</summary>
    public static int Sign(long value) => Math.Sign(value);

    /// <summary>-1, 0 or 1: the sign of the value.</summary>
    public static int Sign(float value) => Math.Sign(value);

    /// <summary>-1, 0 or 1: the sign of the value.</summary>
    public static int Sign(double value) => Math.Sign(value);

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
