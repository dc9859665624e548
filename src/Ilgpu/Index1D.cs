using System;

namespace ILGPU;

/// <summary>A one-dimensional index or extent with 32-bit components.</summary>
/// <param name="x">The X component.</param>
public readonly struct Index1D(int x) : IIntIndex<Index1D, LongIndex1D>, IEquatable<Index1D>, IComparable<Index1D>
{
    /// <summary>All components are zero.</summary>
    public static readonly Index1D Zero;

    /// <summary>All components are one.</summary>
    public static readonly Index1D One = new(1);

    /// <summary>All components are -1: no element has this index.</summary>
    public static readonly Index1D Invalid = new(-1);

    /// <summary>The X component.</summary>
    public int X { get; } = x;

    /// <inheritdoc/>
    public int Size => X;

    /// <inheritdoc/>
    public long LongSize => X;

    /// <inheritdoc/>
    public LongIndex1D ToLongIndex() => new(X);

    /// <inheritdoc/>
    public bool InBounds(Index1D dimension) => X >= 0 && X < dimension.X;

    /// <inheritdoc/>
    public bool InBoundsInclusive(Index1D dimension) => X >= 0 && X <= dimension.X;

    /// <inheritdoc/>
    public Index1D Add(Index1D rhs) => this + rhs;

    /// <inheritdoc/>
    public Index1D Subtract(Index1D rhs) => this - rhs;

    /// <summary>The component-wise sum.</summary>
    public static Index1D operator +(Index1D first, Index1D second) => new(first.X + second.X);

    /// <summary>The component-wise difference.</summary>
    public static Index1D operator -(Index1D first, Index1D second) => new(first.X - second.X);

    /// <summary>The component-wise product.</summary>
    public static Index1D operator *(Index1D first, Index1D second) => new(first.X * second.X);

    /// <summary>The component-wise quotient, rounded towards zero.</summary>
    public static Index1D operator /(Index1D first, Index1D second) => new(first.X / second.X);

    /// <summary>The component-wise minimum.</summary>
    public static Index1D Min(Index1D first, Index1D second) => new(Math.Min(first.X, second.X));

    /// <summary>The component-wise maximum.</summary>
    public static Index1D Max(Index1D first, Index1D second) => new(Math.Max(first.X, second.X));

    /// <summary>Limits every component to [min, max].</summary>
    public static Index1D Clamp(Index1D value, Index1D min, Index1D max) => Max(min, Min(max, value));

    /// <summary>The component-wise sum.</summary>
    public static Index1D Add(Index1D first, Index1D second) => first + second;

    /// <summary>The component-wise difference.</summary>
    public static Index1D Subtract(Index1D first, Index1D second) => first - second;

    /// <summary>The component-wise product.</summary>
    public static Index1D Multiply(Index1D first, Index1D second) => first * second;

    /// <summary>The component-wise quotient, rounded towards zero.</summary>
    public static Index1D Divide(Index1D first, Index1D second) => first / second;

    /// <summary>True if all components agree.</summary>
    public static bool operator ==(Index1D first, Index1D second) => first.X == second.X;

    /// <summary>True if some component differs.</summary>
    public static bool operator !=(Index1D first, Index1D second) => !(first == second);

    /// <summary>True if <paramref name="first"/> is less than <paramref name="second"/>.</summary>
    public static bool operator <(Index1D first, Index1D second) => first.X < second.X;

    /// <summary>True if <paramref name="first"/> is at most <paramref name="second"/>.</summary>
    public static bool operator <=(Index1D first, Index1D second) => first.X <= second.X;

    /// <summary>True if <paramref name="first"/> is greater than <paramref name="second"/>.</summary>
    public static bool operator >(Index1D first, Index1D second) => first.X > second.X;

    /// <summary>True if <paramref name="first"/> is at least <paramref name="second"/>.</summary>
    public static bool operator >=(Index1D first, Index1D second) => first.X >= second.X;

    /// <summary>The index of this value.</summary>
    public static implicit operator Index1D(int value) => new(value);

    /// <summary>The X component.</summary>
    public static implicit operator int(Index1D index) => index.X;

    /// <summary>The X component as an unsigned number.</summary>
    public static explicit operator uint(Index1D index) => (uint)index.X;

    /// <inheritdoc/>
    public int CompareTo(Index1D other) => X.CompareTo(other.X);

    /// <summary>The same index with 64-bit components.</summary>
    public static implicit operator LongIndex1D(Index1D index) => index.ToLongIndex();

    /// <inheritdoc/>
    public bool Equals(Index1D other) => this == other;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Index1D other && this == other;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(X);

    /// <summary>The components in brackets.</summary>
    public override string ToString() => X.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
