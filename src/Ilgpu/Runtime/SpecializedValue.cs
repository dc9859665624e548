using System;

namespace ILGPU.Runtime;

/// <summary>
/// A kernel argument that a compiler treats as a constant: one kernel is compiled per value. The CPU accelerator passes it like any other argument.
/// </summary>
/// <typeparam name="T">The value type.</typeparam>
/// <param name="value">The value.</param>
public readonly struct SpecializedValue<T>(T value) : IEquatable<SpecializedValue<T>>
    where T : unmanaged, IEquatable<T>
{
    /// <summary>The value.</summary>
    public T Value { get; } = value;

    /// <summary>The value.</summary>
    public static implicit operator T(SpecializedValue<T> specialized) => specialized.Value;

    /// <summary>True if the values agree.</summary>
    public static bool operator ==(SpecializedValue<T> first, SpecializedValue<T> second) => first.Equals(second);

    /// <summary>True if the values differ.</summary>
    public static bool operator !=(SpecializedValue<T> first, SpecializedValue<T> second) => !first.Equals(second);

    /// <inheritdoc/>
    public bool Equals(SpecializedValue<T> other) => Value.Equals(other.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SpecializedValue<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>The value.</summary>
    public override string ToString() => Value.ToString() ?? string.Empty;
}

/// <summary>Makes specialised values.</summary>
public static class SpecializedValue
{
    /// <summary>A kernel argument that a compiler treats as a constant.</summary>
    public static SpecializedValue<T> New<T>(T value)
        where T : unmanaged, IEquatable<T>
        => new(value);
}
