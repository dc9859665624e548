using System;
using System.Runtime.CompilerServices;

namespace DreamFusion.Kernels.Device;

/// <summary>
/// Three floats: a position, direction, normal or colour in device code. 12 bytes without padding, so that a row of a
/// [M, 3] float matrix and a <see cref="Float3"/> are the same memory.
/// </summary>
/// <param name="x">First component.</param>
/// <param name="y">Second component.</param>
/// <param name="z">Third component.</param>
public struct Float3(float x, float y, float z) : IEquatable<Float3>
{
    /// <summary>First component (x, or red).</summary>
    public float X = x;

    /// <summary>Second component (y, or green).</summary>
    public float Y = y;

    /// <summary>Third component (z, or blue).</summary>
    public float Z = z;

    /// <summary>The same value in all three components.</summary>
    /// <param name="value">Value of each component.</param>
    public Float3(float value)
        : this(value, value, value)
    {
    }

    /// <summary>(0, 0, 0).</summary>
    public static Float3 Zero => new(0f, 0f, 0f);

    /// <summary>(1, 1, 1).</summary>
    public static Float3 One => new(1f, 1f, 1f);

    /// <summary>Squared Euclidean length |a|².</summary>
    public readonly float LengthSquared => X * X + Y * Y + Z * Z;

    /// <summary>Euclidean length |a|.</summary>
    public readonly float Length => MathF.Sqrt(LengthSquared);

    /// <summary>Inner product a·b.</summary>
    /// <param name="a">First vector.</param>
    /// <param name="b">Second vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot(Float3 a, Float3 b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

    /// <summary>Right-handed cross product a × b.</summary>
    /// <param name="a">First vector.</param>
    /// <param name="b">Second vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float3 Cross(Float3 a, Float3 b)
        => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);

    /// <summary>a / |a|. The zero vector has no direction and gives NaN: the caller decides that case first.</summary>
    /// <param name="a">Vector of positive length.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float3 Normalize(Float3 a) => a * (1f / a.Length);

    /// <summary>Componentwise sum.</summary>
    /// <param name="a">First vector.</param>
    /// <param name="b">Second vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float3 operator +(Float3 a, Float3 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    /// <summary>Componentwise difference.</summary>
    /// <param name="a">First vector.</param>
    /// <param name="b">Second vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float3 operator -(Float3 a, Float3 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    /// <summary>Negation.</summary>
    /// <param name="a">Vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float3 operator -(Float3 a) => new(-a.X, -a.Y, -a.Z);

    /// <summary>Componentwise product (colour times albedo), not an inner product.</summary>
    /// <param name="a">First vector.</param>
    /// <param name="b">Second vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float3 operator *(Float3 a, Float3 b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z);

    /// <summary>Scaled vector.</summary>
    /// <param name="a">Vector.</param>
    /// <param name="scale">Factor.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float3 operator *(Float3 a, float scale) => new(a.X * scale, a.Y * scale, a.Z * scale);

    /// <summary>Scaled vector.</summary>
    /// <param name="scale">Factor.</param>
    /// <param name="a">Vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float3 operator *(float scale, Float3 a) => new(a.X * scale, a.Y * scale, a.Z * scale);

    /// <summary>Exact componentwise equality.</summary>
    /// <param name="a">First vector.</param>
    /// <param name="b">Second vector.</param>
    public static bool operator ==(Float3 a, Float3 b) => a.X == b.X && a.Y == b.Y && a.Z == b.Z;

    /// <summary>Exact componentwise inequality.</summary>
    /// <param name="a">First vector.</param>
    /// <param name="b">Second vector.</param>
    public static bool operator !=(Float3 a, Float3 b) => !(a == b);

    /// <inheritdoc/>
    public readonly bool Equals(Float3 other) => X.Equals(other.X) && Y.Equals(other.Y) && Z.Equals(other.Z);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Float3 other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(X, Y, Z);

    /// <summary>(x, y, z) in the invariant culture, for messages.</summary>
    public override readonly string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"({X}, {Y}, {Z})");
}
