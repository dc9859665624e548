using System;

namespace ILGPU;

/// <summary>A one-dimensional index or extent with 64-bit components.</summary>
/// <param name="x">The X component.</param>
public readonly struct LongIndex1D(long x) : ILongIndex<LongIndex1D, Index1D>, IEquatable<LongIndex1D>, IComparable<LongIndex1D>
{
    /// <summary>All components are zero.</summary>
    public static readonly LongIndex1D Zero;

    /// <summary>All components are one.</summary>
    public static readonly LongIndex1D One = new(1);

    /// <summary>All components are -1: no element has this index.</summary>
    public static readonly LongIndex1D Invalid = new(-1);

    /// <summary>The X component.</summary>
    public long X { get; } = x;

    /// <inheritdoc/>
    public long Size => X;

    /// <inheritdoc/>
    public long LongSize => X;

    /// <inheritdoc/>
    public Index1D ToIntIndex() => new(checked((int)X));

    /// <inheritdoc/>
    public bool InBounds(LongIndex1D dimension) => X >= 0 && X < dimension.X;

    /// <inheritdoc/>
    public bool InBoundsInclusive(LongIndex1D dimension) => X >= 0 && X <= dimension.X;

    /// <inheritdoc/>
    public LongIndex1D Add(LongIndex1D rhs) => this + rhs;

    /// <inheritdoc/>
    public LongIndex1D Subtract(LongIndex1D rhs) => this - rhs;

    /// <summary>The component-wise sum.</summary>
    public static LongIndex1D operator +(LongIndex1D first, LongIndex1D second) => new(first.X + second.X);

    /// <summary>The component-wise difference.</summary>
    public static LongIndex1D operator -(LongIndex1D first, LongIndex1D second) => new(first.X - second.X);

    /// <summary>The component-wise product.</summary>
    public static LongIndex1D operator *(LongIndex1D first, LongIndex1D second) => new(first.X * second.X);

    /// <summary>The component-wise quotient, rounded towards zero.</summary>
    public static LongIndex1D operator /(LongIndex1D first, LongIndex1D second) => new(first.X / second.X);

    /// <summary>The component-wise minimum.</summary>
    public static LongIndex1D Min(LongIndex1D first, LongIndex1D second) => new(Math.Min(first.X, second.X));

    /// <summary>The component-wise maximum.</summary>
    public static LongIndex1D Max(LongIndex1D first, LongIndex1D second) => new(Math.Max(first.X, second.X));

    /// <summary>Limits every component to [min, max].</summary>
    public static LongIndex1D Clamp(LongIndex1D value, LongIndex1D min, LongIndex1D max) => Max(min, Min(max, value));

    /// <summary>The component-wise sum.</summary>
    public static LongIndex1D Add(LongIndex1D first, LongIndex1D second) => first + second;

    /// <summary>The component-wise difference.</summary>
    public static LongIndex1D Subtract(LongIndex1D first, LongIndex1D second) => first - second;

    /// <summary>The component-wise product.</summary>
    public static LongIndex1D Multiply(LongIndex1D first, LongIndex1D second) => first * second;

    /// <summary>The component-wise quotient, rounded towards zero.</summary>
    public static LongIndex1D Divide(LongIndex1D first, LongIndex1D second) => first / second;

    /// <summary>True if all components agree.</summary>
    public static bool operator ==(LongIndex1D first, LongIndex1D second) => first.X == second.X;

    /// <summary>True if some component differs.</summary>
    public static bool operator !=(LongIndex1D first, LongIndex1D second) => !(first == second);

    /// <summary>True if <paramref name="first"/> is less than <paramref name="second"/>.</summary>
    public static bool operator <(LongIndex1D first, LongIndex1D second) => first.X < second.X;

    /// <summary>True if <paramref name="first"/> is at most <paramref name="second"/>.</summary>
    public static bool operator <=(LongIndex1D first, LongIndex1D second) => first.X <= second.X;

    /// <summary>True if <paramref name="first"/> is greater than <paramref name="second"/>.</summary>
    public static bool operator >(LongIndex1D first, LongIndex1D second) => first.X > second.X;

    /// <summary>True if <paramref name="first"/> is at least <paramref name="second"/>.</summary>
    public static bool operator >=(LongIndex1D first, LongIndex1D second) => first.X >= second.X;

    /// <summary>The index of this value.</summary>
    public static implicit operator LongIndex1D(long value) => new(value);

    /// <summary>The X component.</summary>
    public static implicit operator long(LongIndex1D index) => index.X;

    /// <summary>The X component as an unsigned number.</summary>
    public static explicit operator ulong(LongIndex1D index) => (ulong)index.X;

    /// <inheritdoc/>
    public int CompareTo(LongIndex1D other) => X.CompareTo(other.X);

    /// <summary>The same index with 32-bit components.</summary>
    public static explicit operator Index1D(LongIndex1D index) => index.ToIntIndex();

    /// <inheritdoc/>
    public bool Equals(LongIndex1D other) => this == other;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LongIndex1D other && this == other;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(X);

    /// <summary>The components in brackets.</summary>
    public override string ToString() => X.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
