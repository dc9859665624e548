using System;
using System.Globalization;

namespace ILGPU;

/// <summary>
/// A 16-bit floating-point number of IEEE 754 (1 sign, 5 exponent, 10 fraction bits). Arithmetic is done in float and rounded to nearest even.
/// </summary>
public readonly struct Half : IEquatable<Half>, IComparable<Half>
{
    internal Half(ushort rawValue)
    {
        RawValue = rawValue;
    }

    /// <summary>Positive infinity.</summary>
    public static readonly Half PositiveInfinity = new(0x7c00);

    /// <summary>Negative infinity.</summary>
    public static readonly Half NegativeInfinity = new(0xfc00);

    /// <summary>Not a number.</summary>
    public static readonly Half NaN = new(0xfe00);

    /// <summary>The largest finite number, 65504.</summary>
    public static readonly Half MaxValue = new(0x7bff);

    /// <summary>The smallest finite number, -65504.</summary>
    public static readonly Half MinValue = new(0xfbff);

    /// <summary>The smallest positive number, 2^-24.</summary>
    public static readonly Half Epsilon = new(0x0001);

    /// <summary>Zero.</summary>
    public static readonly Half Zero;

    /// <summary>One.</summary>
    public static readonly Half One = new(0x3c00);

    internal ushort RawValue { get; }

    /// <summary>True if the value is not a number.</summary>
    public static bool IsNaN(Half value) => (value.RawValue & 0x7fff) > 0x7c00;

    /// <summary>True if the value is an infinity.</summary>
    public static bool IsInfinity(Half value) => (value.RawValue & 0x7fff) == 0x7c00;

    /// <summary>True if the value is finite.</summary>
    public static bool IsFinite(Half value) => (value.RawValue & 0x7fff) < 0x7c00;

    /// <summary>True if the value is zero, of either sign.</summary>
    public static bool IsZero(Half value) => (value.RawValue & 0x7fff) == 0;

    /// <summary>The absolute value.</summary>
    public static Half Abs(Half value) => new((ushort)(value.RawValue & 0x7fff));

    /// <summary>The same number as a float.</summary>
    public static implicit operator float(Half value) => (float)BitConverter.UInt16BitsToHalf(value.RawValue);

    /// <summary>The same number as a double.</summary>
    public static implicit operator double(Half value) => (double)BitConverter.UInt16BitsToHalf(value.RawValue);

    /// <summary>The nearest half; ties go to the even one.</summary>
    public static explicit operator Half(float value) => new(BitConverter.HalfToUInt16Bits((System.Half)value));

    /// <summary>The nearest half; ties go to the even one.</summary>
    public static explicit operator Half(double value) => new(BitConverter.HalfToUInt16Bits((System.Half)value));

    /// <summary>The nearest half; ties go to the even one.</summary>
    public static explicit operator Half(sbyte value) => (Half)(double)value;

    /// <summary>The nearest half; ties go to the even one.</summary>
    public static explicit operator Half(byte value) => (Half)(double)value;

    /// <summary>The nearest half; ties go to the even one.</summary>
    public static explicit operator Half(short value) => (Half)(double)value;

    /// <summary>The nearest half; ties go to the even one.</summary>
    public static explicit operator Half(ushort value) => (Half)(double)value;

    /// <summary>The nearest half; ties go to the even one.</summary>
    public static explicit operator Half(int value) => (Half)(double)value;

    /// <summary>The nearest half; ties go to the even one.</summary>
    public static explicit operator Half(uint value) => (Half)(double)value;

    /// <summary>The nearest half; ties go to the even one.</summary>
    public static explicit operator Half(long value) => (Half)(double)value;

    /// <summary>The nearest half; ties go to the even one.</summary>
    public static explicit operator Half(ulong value) => (Half)(double)value;

    /// <summary>The integer next to zero on the value's side.</summary>
    public static explicit operator sbyte(Half value) => (sbyte)(float)value;

    /// <summary>The integer next to zero on the value's side.</summary>
    public static explicit operator byte(Half value) => (byte)(float)value;

    /// <summary>The integer next to zero on the value's side.</summary>
    public static explicit operator short(Half value) => (short)(float)value;

    /// <summary>The integer next to zero on the value's side.</summary>
    public static explicit operator ushort(Half value) => (ushort)(float)value;

    /// <summary>The integer next to zero on the value's side.</summary>
    public static explicit operator int(Half value) => (int)(float)value;

    /// <summary>The integer next to zero on the value's side.</summary>
    public static explicit operator uint(Half value) => (uint)(float)value;

    /// <summary>The integer next to zero on the value's side.</summary>
    public static explicit operator long(Half value) => (long)(float)value;

    /// <summary>The integer next to zero on the value's side.</summary>
    public static explicit operator ulong(Half value) => (ulong)(float)value;

    /// <summary>The sum.</summary>
    public static Half operator +(Half first, Half second) => (Half)((float)first + (float)second);

    /// <summary>The difference.</summary>
    public static Half operator -(Half first, Half second) => (Half)((float)first - (float)second);

    /// <summary>The product.</summary>
    public static Half operator *(Half first, Half second) => (Half)((float)first * (float)second);

    /// <summary>The quotient.</summary>
    public static Half operator /(Half first, Half second) => (Half)((float)first / (float)second);

    /// <summary>The value with the other sign.</summary>
    public static Half operator -(Half value) => new((ushort)(value.RawValue ^ 0x8000));

    /// <summary>True if the numbers are equal; NaN equals nothing.</summary>
    public static bool operator ==(Half first, Half second) => (float)first == (float)second;

    /// <summary>True if the numbers differ; NaN differs from everything.</summary>
    public static bool operator !=(Half first, Half second) => (float)first != (float)second;

    /// <summary>True if <paramref name="first"/> is less than <paramref name="second"/>.</summary>
    public static bool operator <(Half first, Half second) => (float)first < (float)second;

    /// <summary>True if <paramref name="first"/> is at most <paramref name="second"/>.</summary>
    public static bool operator <=(Half first, Half second) => (float)first <= (float)second;

    /// <summary>True if <paramref name="first"/> is greater than <paramref name="second"/>.</summary>
    public static bool operator >(Half first, Half second) => (float)first > (float)second;

    /// <summary>True if <paramref name="first"/> is at least <paramref name="second"/>.</summary>
    public static bool operator >=(Half first, Half second) => (float)first >= (float)second;

    /// <inheritdoc/>
    public int CompareTo(Half other) => ((float)this).CompareTo(other);

    /// <inheritdoc/>
    public bool Equals(Half other) => ((float)this).Equals(other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Half other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ((float)this).GetHashCode();

    /// <summary>The number in invariant notation.</summary>
    public override string ToString() => ((float)this).ToString(CultureInfo.InvariantCulture);
}
