using System;

namespace ILGPU;

/// <summary>A three-dimensional index or extent with 32-bit components; X runs fastest.</summary>
/// <param name="x">The X component.</param>
/// <param name="y">The Y component.</param>
/// <param name="z">The Z component.</param>
public readonly struct Index3D(int x, int y, int z) : IIntIndex<Index3D, LongIndex3D>, IEquatable<Index3D>
{
    /// <summary>All components are zero.</summary>
    public static readonly Index3D Zero;

    /// <summary>All components are one.</summary>
    public static readonly Index3D One = new(1, 1, 1);

    /// <summary>All components are -1: no element has this index.</summary>
    public static readonly Index3D Invalid = new(-1, -1, -1);

    /// <summary>An index whose components all are <paramref name="value"/>.</summary>
    public Index3D(int value)
        : this(value, value, value)
    {
    }

    /// <summary>An index from its X and Y components and Z.</summary>
    public Index3D(Index2D xy, int z)
        : this(xy.X, xy.Y, z)
    {
    }

    /// <summary>The X component.</summary>
    public int X { get; } = x;

    /// <summary>The Y component.</summary>
    public int Y { get; } = y;

    /// <summary>The Z component.</summary>
    public int Z { get; } = z;

    /// <inheritdoc/>
    public int Size => X * Y * Z;

    /// <inheritdoc/>
    public long LongSize => (long)X * Y * Z;

    /// <summary>The X and Y components.</summary>
    public Index2D XY => new(X, Y);

    /// <summary>The Y and Z components.</summary>
    public Index2D YZ => new(Y, Z);

    /// <inheritdoc/>
    public LongIndex3D ToLongIndex() => new(X, Y, Z);

    /// <inheritdoc/>
    public bool InBounds(Index3D dimension) => X >= 0 && X < dimension.X && Y >= 0 && Y < dimension.Y && Z >= 0 && Z < dimension.Z;

    /// <inheritdoc/>
    public bool InBoundsInclusive(Index3D dimension) => X >= 0 && X <= dimension.X && Y >= 0 && Y <= dimension.Y && Z >= 0 && Z <= dimension.Z;

    /// <inheritdoc/>
    public Index3D Add(Index3D rhs) => this + rhs;

    /// <inheritdoc/>
    public Index3D Subtract(Index3D rhs) => this - rhs;

    /// <summary>The component-wise sum.</summary>
    public static Index3D operator +(Index3D first, Index3D second) => new(first.X + second.X, first.Y + second.Y, first.Z + second.Z);

    /// <summary>The component-wise difference.</summary>
    public static Index3D operator -(Index3D first, Index3D second) => new(first.X - second.X, first.Y - second.Y, first.Z - second.Z);

    /// <summary>The component-wise product.</summary>
    public static Index3D operator *(Index3D first, Index3D second) => new(first.X * second.X, first.Y * second.Y, first.Z * second.Z);

    /// <summary>The component-wise quotient, rounded towards zero.</summary>
    public static Index3D operator /(Index3D first, Index3D second) => new(first.X / second.X, first.Y / second.Y, first.Z / second.Z);

    /// <summary>The component-wise minimum.</summary>
    public static Index3D Min(Index3D first, Index3D second) => new(Math.Min(first.X, second.X), Math.Min(first.Y, second.Y), Math.Min(first.Z, second.Z));

    /// <summary>The component-wise maximum.</summary>
    public static Index3D Max(Index3D first, Index3D second) => new(Math.Max(first.X, second.X), Math.Max(first.Y, second.Y), Math.Max(first.Z, second.Z));

    /// <summary>Limits every component to [min, max].</summary>
    public static Index3D Clamp(Index3D value, Index3D min, Index3D max) => Max(min, Min(max, value));

    /// <summary>The component-wise sum.</summary>
    public static Index3D Add(Index3D first, Index3D second) => first + second;

    /// <summary>The component-wise difference.</summary>
    public static Index3D Subtract(Index3D first, Index3D second) => first - second;

    /// <summary>The component-wise product.</summary>
    public static Index3D Multiply(Index3D first, Index3D second) => first * second;

    /// <summary>The component-wise quotient, rounded towards zero.</summary>
    public static Index3D Divide(Index3D first, Index3D second) => first / second;

    /// <summary>True if all components agree.</summary>
    public static bool operator ==(Index3D first, Index3D second) => first.X == second.X && first.Y == second.Y && first.Z == second.Z;

    /// <summary>True if some component differs.</summary>
    public static bool operator !=(Index3D first, Index3D second) => !(first == second);

    /// <summary>The index with the components of a tuple.</summary>
    public static implicit operator Index3D((int X, int Y, int Z) values) => new(values.X, values.Y, values.Z);

    /// <summary>Takes the index apart.</summary>
    public void Deconstruct(out int x, out int y, out int z)
    {
        x = X;
        y = Y;
        z = Z;
    }

    /// <summary>The same index with 64-bit components.</summary>
    public static implicit operator LongIndex3D(Index3D index) => index.ToLongIndex();

    /// <inheritdoc/>
    public bool Equals(Index3D other) => this == other;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Index3D other && this == other;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(X, Y, Z);

    /// <summary>The components in brackets.</summary>
    public override string ToString() => $"({X}, {Y}, {Z})";
}
