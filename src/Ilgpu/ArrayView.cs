using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>
/// A contiguous run of elements in the memory of an accelerator. The view does not own the memory: it is valid until its buffer is disposed.
/// Element access is not tested, unless the context was built with <see cref="Context.Builder.Assertions"/>: then kernels test every access.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly unsafe struct ArrayView<T>
    where T : unmanaged
{
    private readonly T* _pointer;
    private readonly long _length;

    internal ArrayView(T* pointer, long length)
    {
        _pointer = pointer;
        _length = length;
    }

    /// <summary>A view of no elements.</summary>
    public static ArrayView<T> Empty => default;

    /// <summary>The size of one element in bytes.</summary>
    public static int ElementSize => sizeof(T);

    /// <summary>The number of elements.</summary>
    public long Length => _length;

    /// <summary>The number of elements as an int.</summary>
    /// <exception cref="OverflowException">There are more than 2^31 - 1 elements.</exception>
    public int IntLength => checked((int)_length);

    /// <summary>The number of bytes that the elements take.</summary>
    public long LengthInBytes => _length * sizeof(T);

    /// <summary>True if the view refers to memory.</summary>
    public bool IsValid => _pointer != null;

    internal T* Pointer => _pointer;

    /// <summary>The element at <paramref name="index"/>, in [0, Length).</summary>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _pointer[index];
    }

    /// <summary>The element at <paramref name="index"/>, in [0, Length).</summary>
    public ref T this[long index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _pointer[index];
    }

    /// <summary>The element at <paramref name="index"/>, in [0, Length).</summary>
    public ref T this[Index1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _pointer[index.X];
    }

    /// <summary>The element at <paramref name="index"/>, in [0, Length).</summary>
    public ref T this[LongIndex1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _pointer[index.X];
    }

    /// <summary>The elements from <paramref name="index"/> to the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is outside [0, Length].</exception>
    public ArrayView<T> SubView(long index) => SubView(index, _length - index);

    /// <summary>The elements from <paramref name="index"/> to the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is outside [0, Length].</exception>
    public ArrayView<T> SubView(int index) => SubView(index, _length - index);

    /// <summary>The <paramref name="length"/> elements from <paramref name="index"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the view.</exception>
    public ArrayView<T> SubView(int index, int length) => SubView((long)index, length);

    /// <summary>The <paramref name="length"/> elements from <paramref name="index"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the view.</exception>
    public ArrayView<T> SubView(long index, long length)
    {
        if ((ulong)index > (ulong)_length || (ulong)length > (ulong)(_length - index))
        {
            ThrowSubViewOutOfRange(index, length, _length);
        }

        return new ArrayView<T>(_pointer + index, length);
    }

    /// <summary>The same bytes as elements of another type; a rest that does not fill an element is left out.</summary>
    /// <typeparam name="TOther">The other element type.</typeparam>
    public ArrayView<TOther> Cast<TOther>()
        where TOther : unmanaged
        => new((TOther*)_pointer, LengthInBytes / sizeof(TOther));

    /// <summary>The same elements as a dense one-dimensional view.</summary>
    public static implicit operator ArrayView1D<T, Stride1D.Dense>(ArrayView<T> view) => new(view, view.Length, default);

    /// <summary>The elements of a dense one-dimensional view.</summary>
    public static implicit operator ArrayView<T>(ArrayView1D<T, Stride1D.Dense> view) => view.BaseView;

    /// <summary>Type and length, for messages.</summary>
    public override string ToString() => $"ArrayView<{typeof(T).Name}>[{_length}]";

    internal Span<T> AsSpan() => new(_pointer, IntLength);

    [DoesNotReturn]
    private static void ThrowSubViewOutOfRange(long index, long length, long available)
        => throw new ArgumentOutOfRangeException(
            nameof(index), $"A sub-view of {length} elements from index {index} does not fit a view of {typeof(T).Name} of length {available}.");
}
