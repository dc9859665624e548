using System;

namespace ILGPU;

/// <summary>A two-dimensional index or extent with 32-bit components; X runs fastest.</summary>
/// <param name="x">The X component.</param>
/// <param name="y">The Y component.</param>
public readonly struct Index2D(int x, int y) : IIntIndex<Index2D, LongIndex2D>, IEquatable<Index2D>
{
    /// <summary>All components are zero.</summary>
    public static readonly Index2D Zero;

    /// <summary>All components are one.</summary>
    public static readonly Index2D One = new(1, 1);

    /// <summary>All components are -1: no element has this index.</summary>
    public static readonly Index2D Invalid = new(-1, -1);

    /// <summary>An index whose components all are <paramref name="value"/>.</summary>
    public Index2D(int value)
        : this(value, value)
    {
    }

    /// <summary>The X component.</summary>
    public int X { get; } = x;

    /// <summary>The Y component.</summary>
    public int Y { get; } = y;

    /// <inheritdoc/>
    public int Size => X * Y;

    /// <inheritdoc/>
    public long LongSize => (long)X * Y;

    /// <inheritdoc/>
    public LongIndex2D ToLongIndex() => new(X, Y);

    /// <inheritdoc/>
    public bool InBounds(Index2D dimension) => X >= 0 && X < dimension.X && Y >= 0 && Y < dimension.Y;

    /// <inheritdoc/>
    public bool InBoundsInclusive(Index2D dimension) => X >= 0 && X <= dimension.X && Y >= 0 && Y <= dimension.Y;

    /// <inheritdoc/>
    public Index2D Add(Index2D rhs) => this + rhs;

    /// <inheritdoc/>
    public Index2D Subtract(Index2D rhs) => this - rhs;

    /// <summary>The component-wise sum.</summary>
    public static Index2D operator +(Index2D first, Index2D second) => new(first.X + second.X, first.Y + second.Y);

    /// <summary>The component-wise difference.</summary>
    public static Index2D operator -(Index2D first, Index2D second) => new(first.X - second.X, first.Y - second.Y);

    /// <summary>The component-wise product.</summary>
    public static Index2D operator *(Index2D first, Index2D second) => new(first.X * second.X, first.Y * second.Y);

    /// <summary>The component-wise quotient, rounded towards zero.</summary>
    public static Index2D operator /(Index2D first, Index2D second) => new(first.X / second.X, first.Y / second.Y);

    /// <summary>The component-wise minimum.</summary>
    public static Index2D Min(Index2D first, Index2D second) => new(Math.Min(first.X, second.X), Math.Min(first.Y, second.Y));

    /// <summary>The component-wise maximum.</summary>
    public static Index2D Max(Index2D first, Index2D second) => new(Math.Max(first.X, second.X), Math.Max(first.Y, second.Y));

    /// <summary>Limits every component to [min, max].</summary>
    public static Index2D Clamp(Index2D value, Index2D min, Index2D max) => Max(min, Min(max, value));

    /// <summary>The component-wise sum.</summary>
    public static Index2D Add(Index2D first, Index2D second) => first + second;

    /// <summary>The component-wise difference.</summary>
    public static Index2D Subtract(Index2D first, Index2D second) => first - second;

    /// <summary>The component-wise product.</summary>
    public static Index2D Multiply(Index2D first, Index2D second) => first * second;

    /// <summary>The component-wise quotient, rounded towards zero.</summary>
    public static Index2D Divide(Index2D first, Index2D second) => first / second;

    /// <summary>True if all components agree.</summary>
    public static bool operator ==(Index2D first, Index2D second) => first.X == second.X && first.Y == second.Y;

    /// <summary>True if some component differs.</summary>
    public static bool operator !=(Index2D first, Index2D second) => !(first == second);

    /// <summary>The index with the components of a tuple.</summary>
    public static implicit operator Index2D((int X, int Y) values) => new(values.X, values.Y);

    /// <summary>Takes the index apart.</summary>
    public void Deconstruct(out int x, out int y)
    {
        x = X;
        y = Y;
    }

    /// <summary>The same index with 64-bit components.</summary>
    public static implicit operator LongIndex2D(Index2D index) => index.ToLongIndex();

    /// <inheritdoc/>
    public bool Equals(Index2D other) => this == other;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Index2D other && this == other;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(X, Y);

    /// <summary>The components in brackets.</summary>
    public override string ToString() => $"({X}, {Y})";
}
