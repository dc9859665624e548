using System;
using System.Runtime.InteropServices;

namespace ILGPU.Runtime;

/// <summary>Host memory that stays in place while the scope lives, so that a device can copy it without the processor.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed unsafe class PageLockScope<T> : IDisposable
    where T : unmanaged
{
    private GCHandle _handle;
    private bool _isLocked;

    internal PageLockScope(Accelerator accelerator, T[] pinned)
    {
        Accelerator = accelerator;
        _handle = GCHandle.Alloc(pinned, GCHandleType.Pinned);
        AddrOfLockedObject = _handle.AddrOfPinnedObject();
        Length = pinned.LongLength;
        LockPages();
    }

    internal PageLockScope(Accelerator accelerator, IntPtr address, long length)
    {
        Accelerator = accelerator;
        AddrOfLockedObject = address;
        Length = length;
        LockPages();
    }

    /// <summary>The accelerator.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The address of the first element on the host.</summary>
    public IntPtr AddrOfLockedObject { get; }

    /// <summary>The number of elements.</summary>
    public long Length { get; }

    /// <summary>The size in bytes.</summary>
    public long LengthInBytes => Length * sizeof(T);

    /// <summary>The host memory as a view.</summary>
    public ArrayView<T> ArrayView => new((T*)AddrOfLockedObject, Length);

    /// <summary>Lets the memory move again.</summary>
    public void Dispose()
    {
        if (_isLocked)
        {
            _isLocked = false;
            Accelerator.UnlockPages(AddrOfLockedObject);
        }

        if (_handle.IsAllocated)
        {
            _handle.Free();
        }
    }

    private void LockPages()
    {
        if (Length > 0)
        {
            Accelerator.LockPages(AddrOfLockedObject, LengthInBytes);
            _isLocked = true;
        }
    }
}

/// <summary>A host array that stays in place, so that a device can copy it without the processor.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class PageLockedArray1D<T> : IDisposable
    where T : unmanaged
{
    private readonly T[] _elements;

    internal PageLockedArray1D(Accelerator accelerator, long length)
    {
        _elements = GC.AllocateArray<T>(checked((int)length), pinned: true);
        Scope = new PageLockScope<T>(accelerator, Marshal.UnsafeAddrOfPinnedArrayElement(_elements, 0), length);
    }

    /// <summary>The number of elements.</summary>
    public long Length => _elements.LongLength;

    /// <summary>The number of elements.</summary>
    public LongIndex1D Extent => Length;

    /// <summary>The array as a span of the host.</summary>
    public Span<T> Span => _elements;

    /// <summary>The array as a view.</summary>
    public ArrayView<T> ArrayView => Scope.ArrayView;

    internal PageLockScope<T> Scope { get; }

    /// <summary>The element at an index.</summary>
    public ref T this[Index1D index] => ref _elements[index.X];

    /// <summary>The element at an index.</summary>
    public ref T this[LongIndex1D index] => ref _elements[index.X];

    /// <summary>A new array with a copy of the elements.</summary>
    public T[] GetArray() => [.. _elements];

    /// <summary>Ends the use of the array.</summary>
    public void Dispose() => Scope.Dispose();
}
