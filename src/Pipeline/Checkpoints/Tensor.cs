using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;

namespace DreamFusion.Pipeline.Checkpoints;

/// <summary>A tensor in memory: row-major, packed, little-endian, as in the file.</summary>
public sealed class Tensor
{
    /// <summary>Wraps bytes; the array is not copied.</summary>
    /// <param name="type">Type of the elements, of whole bytes.</param>
    /// <param name="shape">Sizes, slowest first; empty for a scalar.</param>
    /// <param name="bytes">The elements, product of the shape times the type's width.</param>
    /// <exception cref="ArgumentException">If the number of bytes does not fit.</exception>
    public Tensor(TensorType type, ImmutableArray<long> shape, ReadOnlyMemory<byte> bytes)
    {
        long expected = shape.Aggregate(1L, (product, size) => checked(product * size)) * type.Bits() / 8;
        if (bytes.Length != expected)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"Tensor: {type.FileName()} [{string.Join(", ", shape)}] has {expected} bytes, got {bytes.Length}."),
                nameof(bytes));
        }

        Type = type;
        Shape = shape;
        Bytes = bytes;
    }

    /// <summary>Type of the elements.</summary>
    public TensorType Type { get; }

    /// <summary>Sizes, slowest first; empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>The elements.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Type and shape for messages, <c>F32 [3, 4]</c>.</summary>
    public string Describe()
    {
        return string.Create(CultureInfo.InvariantCulture, $"{Type.FileName()} [{string.Join(", ", Shape)}]");
    }

    /// <summary>A copy of floats as <see cref="TensorType.F32"/>.</summary>
    public static Tensor From(ReadOnlySpan<float> values, params ImmutableArray<long> shape)
    {
        return new Tensor(TensorType.F32, shape, MemoryMarshal.AsBytes(values).ToArray());
    }

    /// <summary>A copy of integers as <see cref="TensorType.I32"/>.</summary>
    public static Tensor From(ReadOnlySpan<int> values, params ImmutableArray<long> shape)
    {
        return new Tensor(TensorType.I32, shape, MemoryMarshal.AsBytes(values).ToArray());
    }

    /// <summary>A copy of integers as <see cref="TensorType.U32"/>.</summary>
    public static Tensor From(ReadOnlySpan<uint> values, params ImmutableArray<long> shape)
    {
        return new Tensor(TensorType.U32, shape, MemoryMarshal.AsBytes(values).ToArray());
    }

    /// <summary>A copy of bytes as <see cref="TensorType.U8"/>.</summary>
    public static Tensor From(ReadOnlySpan<byte> values, params ImmutableArray<long> shape)
    {
        return new Tensor(TensorType.U8, shape, values.ToArray());
    }

    /// <summary>The elements as <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">float, int, uint or byte: the type that <see cref="Type"/> names.</typeparam>
    /// <exception cref="InvalidOperationException">If the elements are of another type.</exception>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged
    {
        TensorType asked = TypeOf<T>();
        return asked == Type
            ? MemoryMarshal.Cast<byte, T>(Bytes.Span)
            : throw new InvalidOperationException($"Tensor: expected {asked.FileName()}, got {Type.FileName()}.");
    }

    private static TensorType TypeOf<T>()
    {
        return typeof(T) == typeof(float) ? TensorType.F32
            : typeof(T) == typeof(int) ? TensorType.I32
            : typeof(T) == typeof(uint) ? TensorType.U32
            : typeof(T) == typeof(byte) ? TensorType.U8
            : throw new NotSupportedException($"Tensor: values are read as float, int, uint or byte, not as {typeof(T).Name}.");
    }
}
