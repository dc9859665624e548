using System;

namespace ILGPU;

/// <summary>A three-dimensional index or extent with 64-bit components; X runs fastest.</summary>
/// <param name="x">The X component.</param>
/// <param name="y">The Y component.</param>
/// <param name="z">The Z component.</param>
public readonly struct LongIndex3D(long x, long y, long z) : ILongIndex<LongIndex3D, Index3D>, IEquatable<LongIndex3D>
{
    /// <summary>All components are zero.</summary>
    public static readonly LongIndex3D Zero;

    /// <summary>All components are one.</summary>
    public static readonly LongIndex3D One = new(1, 1, 1);

    /// <summary>All components are -1: no element has this index.</summary>
    public static readonly LongIndex3D Invalid = new(-1, -1, -1);

    /// <summary>An index whose components all are <paramref name="value"/>.</summary>
    public LongIndex3D(long value)
        : this(value, value, value)
    {
    }

    /// <summary>An index from its X and Y components and Z.</summary>
    public LongIndex3D(LongIndex2D xy, long z)
        : this(xy.X, xy.Y, z)
    {
    }

    /// <summary>The X component.</summary>
    public long X { get; } = x;

    /// <summary>The Y component.</summary>
    public long Y { get; } = y;

    /// <summary>The Z component.</summary>
    public long Z { get; } = z;

    /// <inheritdoc/>
    public long Size => X * Y * Z;

    /// <inheritdoc/>
    public long LongSize => X * Y * Z;

    /// <summary>The X and Y components.</summary>
    public LongIndex2D XY => new(X, Y);

    /// <summary>The Y and Z components.</summary>
    public LongIndex2D YZ => new(Y, Z);

    /// <inheritdoc/>
    public Index3D ToIntIndex() => new(checked((int)X), checked((int)Y), checked((int)Z));

    /// <inheritdoc/>
    public bool InBounds(LongIndex3D dimension) => X >= 0 && X < dimension.X && Y >= 0 && Y < dimension.Y && Z >= 0 && Z < dimension.Z;

    /// <inheritdoc/>
    public bool InBoundsInclusive(LongIndex3D dimension) => X >= 0 && X <= dimension.X && Y >= 0 && Y <= dimension.Y && Z >= 0 && Z <= dimension.Z;

    /// <inheritdoc/>
    public LongIndex3D Add(LongIndex3D rhs) => this + rhs;

    /// <inheritdoc/>
    public LongIndex3D Subtract(LongIndex3D rhs) => this - rhs;

    /// <summary>The component-wise sum.</summary>
    public static LongIndex3D operator +(LongIndex3D first, LongIndex3D second) => new(first.X + second.X, first.Y + second.Y, first.Z + second.Z);

    /// <summary>The component-wise difference.</summary>
    public static LongIndex3D operator -(LongIndex3D first, LongIndex3D second) => new(first.X - second.X, first.Y - second.Y, first.Z - second.Z);

    /// <summary>The component-wise product.</summary>
    public static LongIndex3D operator *(LongIndex3D first, LongIndex3D second) => new(first.X * second.X, first.Y * second.Y, first.Z * second.Z);

    /// <summary>The component-wise quotient, rounded towards zero.</summary>
    public static LongIndex3D operator /(LongIndex3D first, LongIndex3D second) => new(first.X / second.X, first.Y / second.Y, first.Z / second.Z);

    /// <summary>The component-wise minimum.</summary>
    public static LongIndex3D Min(LongIndex3D first, LongIndex3D second) => new(Math.Min(first.X, second.X), Math.Min(first.Y, second.Y), Math.Min(first.Z, second.Z));

    /// <summary>The component-wise maximum.</summary>
    public static LongIndex3D Max(LongIndex3D first, LongIndex3D second) => new(Math.Max(first.X, second.X), Math.Max(first.Y, second.Y), Math.Max(first.Z, second.Z));

    /// <summary>Limits every component to [min, max].</summary>
    public static LongIndex3D Clamp(LongIndex3D value, LongIndex3D min, LongIndex3D max) => Max(min, Min(max, value));

    /// <summary>The component-wise sum.</summary>
    public static LongIndex3D Add(LongIndex3D first, LongIndex3D second) => first + second;

    /// <summary>The component-wise difference.</summary>
    public static LongIndex3D Subtract(LongIndex3D first, LongIndex3D second) => first - second;

    /// <summary>The component-wise product.</summary>
    public static LongIndex3D Multiply(LongIndex3D first, LongIndex3D second) => first * second;

    /// <summary>The component-wise quotient, rounded towards zero.</summary>
    public static LongIndex3D Divide(LongIndex3D first, LongIndex3D second) => first / second;

    /// <summary>True if all components agree.</summary>
    public static bool operator ==(LongIndex3D first, LongIndex3D second) => first.X == second.X && first.Y == second.Y && first.Z == second.Z;

    /// <summary>True if some component differs.</summary>
    public static bool operator !=(LongIndex3D first, LongIndex3D second) => !(first == second);

    /// <summary>The index with the components of a tuple.</summary>
    public static implicit operator LongIndex3D((long X, long Y, long Z) values) => new(values.X, values.Y, values.Z);

    /// <summary>Takes the index apart.</summary>
    public void Deconstruct(out long x, out long y, out long z)
    {
        x = X;
        y = Y;
        z = Z;
    }

    /// <summary>The same index with 32-bit components.</summary>
    public static explicit operator Index3D(LongIndex3D index) => index.ToIntIndex();

    /// <inheritdoc/>
    public bool Equals(LongIndex3D other) => this == other;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LongIndex3D other && this == other;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(X, Y, Z);

    /// <summary>The components in brackets.</summary>
    public override string ToString() => $"({X}, {Y}, {Z})";
}
