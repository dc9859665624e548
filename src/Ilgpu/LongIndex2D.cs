using System;

namespace ILGPU;

/// <summary>A two-dimensional index or extent with 64-bit components; X runs fastest.</summary>
/// <param name="x">The X component.</param>
/// <param name="y">The Y component.</param>
public readonly struct LongIndex2D(long x, long y) : ILongIndex<LongIndex2D, Index2D>, IEquatable<LongIndex2D>
{
    /// <summary>All components are zero.</summary>
    public static readonly LongIndex2D Zero;

    /// <summary>All components are one.</summary>
    public static readonly LongIndex2D One = new(1, 1);

    /// <summary>All components are -1: no element has this index.</summary>
    public static readonly LongIndex2D Invalid = new(-1, -1);

    /// <summary>An index whose components all are <paramref name="value"/>.</summary>
    public LongIndex2D(long value)
        : this(value, value)
    {
    }

    /// <summary>The X component.</summary>
    public long X { get; } = x;

    /// <summary>The Y component.</summary>
    public long Y { get; } = y;

    /// <inheritdoc/>
    public long Size => X * Y;

    /// <inheritdoc/>
    public long LongSize => X * Y;

    /// <inheritdoc/>
    public Index2D ToIntIndex() => new(checked((int)X), checked((int)Y));

    /// <inheritdoc/>
    public bool InBounds(LongIndex2D dimension) => X >= 0 && X < dimension.X && Y >= 0 && Y < dimension.Y;

    /// <inheritdoc/>
    public bool InBoundsInclusive(LongIndex2D dimension) => X >= 0 && X <= dimension.X && Y >= 0 && Y <= dimension.Y;

    /// <inheritdoc/>
    public LongIndex2D Add(LongIndex2D rhs) => this + rhs;

    /// <inheritdoc/>
    public LongIndex2D Subtract(LongIndex2D rhs) => this - rhs;

    /// <summary>The component-wise sum.</summary>
    public static LongIndex2D operator +(LongIndex2D first, LongIndex2D second) => new(first.X + second.X, first.Y + second.Y);

    /// <summary>The component-wise difference.</summary>
    public static LongIndex2D operator -(LongIndex2D first, LongIndex2D second) => new(first.X - second.X, first.Y - second.Y);

    /// <summary>The component-wise product.</summary>
    public static LongIndex2D operator *(LongIndex2D first, LongIndex2D second) => new(first.X * second.X, first.Y * second.Y);

    /// <summary>The component-wise quotient, rounded towards zero.</summary>
    public static LongIndex2D operator /(LongIndex2D first, LongIndex2D second) => new(first.X / second.X, first.Y / second.Y);

    /// <summary>The component-wise minimum.</summary>
    public static LongIndex2D Min(LongIndex2D first, LongIndex2D second) => new(Math.Min(first.X, second.X), Math.Min(first.Y, second.Y));

    /// <summary>The component-wise maximum.</summary>
    public static LongIndex2D Max(LongIndex2D first, LongIndex2D second) => new(Math.Max(first.X, second.X), Math.Max(first.Y, second.Y));

    /// <summary>Limits every component to [min, max].</summary>
    public static LongIndex2D Clamp(LongIndex2D value, LongIndex2D min, LongIndex2D max) => Max(min, Min(max, value));

    /// <summary>The component-wise sum.</summary>
    public static LongIndex2D Add(LongIndex2D first, LongIndex2D second) => first + second;

    /// <summary>The component-wise difference.</summary>
    public static LongIndex2D Subtract(LongIndex2D first, LongIndex2D second) => first - second;

    /// <summary>The component-wise product.</summary>
    public static LongIndex2D Multiply(LongIndex2D first, LongIndex2D second) => first * second;

    /// <summary>The component-wise quotient, rounded towards zero.</summary>
    public static LongIndex2D Divide(LongIndex2D first, LongIndex2D second) => first / second;

    /// <summary>True if all components agree.</summary>
    public static bool operator ==(LongIndex2D first, LongIndex2D second) => first.X == second.X && first.Y == second.Y;

    /// <summary>True if some component differs.</summary>
    public static bool operator !=(LongIndex2D first, LongIndex2D second) => !(first == second);

    /// <summary>The index with the components of a tuple.</summary>
    public static implicit operator LongIndex2D((long X, long Y) values) => new(values.X, values.Y);

    /// <summary>Takes the index apart.</summary>
    public void Deconstruct(out long x, out long y)
    {
        x = X;
        y = Y;
    }

    /// <summary>The same index with 32-bit components.</summary>
    public static explicit operator Index2D(LongIndex2D index) => index.ToIntIndex();

    /// <inheritdoc/>
    public bool Equals(LongIndex2D other) => this == other;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LongIndex2D other && this == other;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(X, Y);

    /// <summary>The components in brackets.</summary>
    public override string ToString() => $"({X}, {Y})";
}
