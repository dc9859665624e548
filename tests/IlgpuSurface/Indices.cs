using System;

namespace ILGPU;

public interface IIndex
{
    long Size { get; }
}

public interface IGenericIndex<TIndex> : IIndex, IEquatable<TIndex>
    where TIndex : struct, IIndex
{
    bool InBounds(TIndex dimension);
}

public interface IIntIndex<TIndex, TLongIndex> : IGenericIndex<TIndex>
    where TIndex : struct, IIndex
    where TLongIndex : struct, IIndex
{
    new int Size { get; }
    TLongIndex ToLongIndex();
}

public interface ILongIndex<TLongIndex, TIndex> : IGenericIndex<TLongIndex>
    where TLongIndex : struct, IIndex
    where TIndex : struct, IIndex
{
    TIndex ToIntIndex();
}

public readonly struct Index1D : IIntIndex<Index1D, LongIndex1D>
{
    public Index1D(int x) => throw null!;
    public static Index1D Zero => throw null!;
    public static Index1D One => throw null!;
    public static Index1D Invalid => throw null!;
    public int X => throw null!;
    public int Size => throw null!;
    public long LongSize => throw null!;
    long IIndex.Size => throw null!;
    public LongIndex1D ToLongIndex() => throw null!;
    public static implicit operator LongIndex1D(Index1D index) => throw null!;
    public static implicit operator Index1D(int value) => throw null!;
    public static implicit operator int(Index1D index) => throw null!;
    public static explicit operator uint(Index1D index) => throw null!;
    public static Index1D Add(Index1D left, Index1D right) => throw null!;
    public static Index1D Subtract(Index1D left, Index1D right) => throw null!;
    public static Index1D Multiply(Index1D left, Index1D right) => throw null!;
    public static Index1D Divide(Index1D left, Index1D right) => throw null!;
    public static Index1D Min(Index1D left, Index1D right) => throw null!;
    public static Index1D Max(Index1D left, Index1D right) => throw null!;
    public static Index1D Clamp(Index1D value, Index1D lower, Index1D upper) => throw null!;
    public static Index1D operator +(Index1D left, Index1D right) => throw null!;
    public static Index1D operator -(Index1D left, Index1D right) => throw null!;
    public static Index1D operator *(Index1D left, Index1D right) => throw null!;
    public static Index1D operator /(Index1D left, Index1D right) => throw null!;
    public static bool operator ==(Index1D left, Index1D right) => throw null!;
    public static bool operator !=(Index1D left, Index1D right) => throw null!;
    public bool InBounds(Index1D dimension) => throw null!;
    public bool Equals(Index1D other) => throw null!;
    public override bool Equals(object? obj) => throw null!;
    public override int GetHashCode() => throw null!;
    public override string ToString() => throw null!;
}

public readonly struct LongIndex1D : ILongIndex<LongIndex1D, Index1D>
{
    public LongIndex1D(long x) => throw null!;
    public static LongIndex1D Zero => throw null!;
    public static LongIndex1D One => throw null!;
    public static LongIndex1D Invalid => throw null!;
    public long X => throw null!;
    public long Size => throw null!;
    public Index1D ToIntIndex() => throw null!;
    public static implicit operator LongIndex1D(long value) => throw null!;
    public static implicit operator long(LongIndex1D index) => throw null!;
    public static explicit operator ulong(LongIndex1D index) => throw null!;
    public static LongIndex1D Add(LongIndex1D left, LongIndex1D right) => throw null!;
    public static LongIndex1D Subtract(LongIndex1D left, LongIndex1D right) => throw null!;
    public static LongIndex1D Multiply(LongIndex1D left, LongIndex1D right) => throw null!;
    public static LongIndex1D Divide(LongIndex1D left, LongIndex1D right) => throw null!;
    public static LongIndex1D Min(LongIndex1D left, LongIndex1D right) => throw null!;
    public static LongIndex1D Max(LongIndex1D left, LongIndex1D right) => throw null!;
    public static LongIndex1D Clamp(LongIndex1D value, LongIndex1D lower, LongIndex1D upper) => throw null!;
    public static LongIndex1D operator +(LongIndex1D left, LongIndex1D right) => throw null!;
    public static LongIndex1D operator -(LongIndex1D left, LongIndex1D right) => throw null!;
    public static LongIndex1D operator *(LongIndex1D left, LongIndex1D right) => throw null!;
    public static LongIndex1D operator /(LongIndex1D left, LongIndex1D right) => throw null!;
    public static bool operator ==(LongIndex1D left, LongIndex1D right) => throw null!;
    public static bool operator !=(LongIndex1D left, LongIndex1D right) => throw null!;
    public bool InBounds(LongIndex1D dimension) => throw null!;
    public bool Equals(LongIndex1D other) => throw null!;
    public override bool Equals(object? obj) => throw null!;
    public override int GetHashCode() => throw null!;
    public override string ToString() => throw null!;
}

public readonly struct Index2D : IIntIndex<Index2D, LongIndex2D>
{
    public Index2D(int x, int y) => throw null!;
    public Index2D(int value) => throw null!;
    public static Index2D Zero => throw null!;
    public static Index2D One => throw null!;
    public static Index2D Invalid => throw null!;
    public int X => throw null!;
    public int Y => throw null!;
    public int Size => throw null!;
    public long LongSize => throw null!;
    long IIndex.Size => throw null!;
    public LongIndex2D ToLongIndex() => throw null!;
    public static implicit operator LongIndex2D(Index2D index) => throw null!;
    public static implicit operator Index2D((int X, int Y) value) => throw null!;
    public static implicit operator (int X, int Y)(Index2D index) => throw null!;
    public static Index2D Add(Index2D left, Index2D right) => throw null!;
    public static Index2D Subtract(Index2D left, Index2D right) => throw null!;
    public static Index2D Multiply(Index2D left, Index2D right) => throw null!;
    public static Index2D Divide(Index2D left, Index2D right) => throw null!;
    public static Index2D Min(Index2D left, Index2D right) => throw null!;
    public static Index2D Max(Index2D left, Index2D right) => throw null!;
    public static Index2D Clamp(Index2D value, Index2D lower, Index2D upper) => throw null!;
    public static Index2D operator +(Index2D left, Index2D right) => throw null!;
    public static Index2D operator -(Index2D left, Index2D right) => throw null!;
    public static Index2D operator *(Index2D left, Index2D right) => throw null!;
    public static Index2D operator /(Index2D left, Index2D right) => throw null!;
    public static bool operator ==(Index2D left, Index2D right) => throw null!;
    public static bool operator !=(Index2D left, Index2D right) => throw null!;
    public bool InBounds(Index2D dimension) => throw null!;
    public bool Equals(Index2D other) => throw null!;
    public override bool Equals(object? obj) => throw null!;
    public override int GetHashCode() => throw null!;
    public override string ToString() => throw null!;
}

public readonly struct LongIndex2D : ILongIndex<LongIndex2D, Index2D>
{
    public LongIndex2D(long x, long y) => throw null!;
    public LongIndex2D(long value) => throw null!;
    public static LongIndex2D Zero => throw null!;
    public static LongIndex2D One => throw null!;
    public static LongIndex2D Invalid => throw null!;
    public long X => throw null!;
    public long Y => throw null!;
    public long Size => throw null!;
    public Index2D ToIntIndex() => throw null!;
    public static implicit operator LongIndex2D((long X, long Y) value) => throw null!;
    public static implicit operator (long X, long Y)(LongIndex2D index) => throw null!;
    public static LongIndex2D Add(LongIndex2D left, LongIndex2D right) => throw null!;
    public static LongIndex2D Subtract(LongIndex2D left, LongIndex2D right) => throw null!;
    public static LongIndex2D Multiply(LongIndex2D left, LongIndex2D right) => throw null!;
    public static LongIndex2D Divide(LongIndex2D left, LongIndex2D right) => throw null!;
    public static LongIndex2D Min(LongIndex2D left, LongIndex2D right) => throw null!;
    public static LongIndex2D Max(LongIndex2D left, LongIndex2D right) => throw null!;
    public static LongIndex2D Clamp(LongIndex2D value, LongIndex2D lower, LongIndex2D upper) => throw null!;
    public static LongIndex2D operator +(LongIndex2D left, LongIndex2D right) => throw null!;
    public static LongIndex2D operator -(LongIndex2D left, LongIndex2D right) => throw null!;
    public static LongIndex2D operator *(LongIndex2D left, LongIndex2D right) => throw null!;
    public static LongIndex2D operator /(LongIndex2D left, LongIndex2D right) => throw null!;
    public static bool operator ==(LongIndex2D left, LongIndex2D right) => throw null!;
    public static bool operator !=(LongIndex2D left, LongIndex2D right) => throw null!;
    public bool InBounds(LongIndex2D dimension) => throw null!;
    public bool Equals(LongIndex2D other) => throw null!;
    public override bool Equals(object? obj) => throw null!;
    public override int GetHashCode() => throw null!;
    public override string ToString() => throw null!;
}

public readonly struct Index3D : IIntIndex<Index3D, LongIndex3D>
{
    public Index3D(int x, int y, int z) => throw null!;
    public Index3D(int value) => throw null!;
    public static Index3D Zero => throw null!;
    public static Index3D One => throw null!;
    public static Index3D Invalid => throw null!;
    public int X => throw null!;
    public int Y => throw null!;
    public int Z => throw null!;
    public int Size => throw null!;
    public long LongSize => throw null!;
    long IIndex.Size => throw null!;
    public LongIndex3D ToLongIndex() => throw null!;
    public static implicit operator LongIndex3D(Index3D index) => throw null!;
    public static implicit operator Index3D((int X, int Y, int Z) value) => throw null!;
    public static implicit operator (int X, int Y, int Z)(Index3D index) => throw null!;
    public static Index3D Add(Index3D left, Index3D right) => throw null!;
    public static Index3D Subtract(Index3D left, Index3D right) => throw null!;
    public static Index3D Multiply(Index3D left, Index3D right) => throw null!;
    public static Index3D Divide(Index3D left, Index3D right) => throw null!;
    public static Index3D Min(Index3D left, Index3D right) => throw null!;
    public static Index3D Max(Index3D left, Index3D right) => throw null!;
    public static Index3D Clamp(Index3D value, Index3D lower, Index3D upper) => throw null!;
    public static Index3D operator +(Index3D left, Index3D right) => throw null!;
    public static Index3D operator -(Index3D left, Index3D right) => throw null!;
    public static Index3D operator *(Index3D left, Index3D right) => throw null!;
    public static Index3D operator /(Index3D left, Index3D right) => throw null!;
    public static bool operator ==(Index3D left, Index3D right) => throw null!;
    public static bool operator !=(Index3D left, Index3D right) => throw null!;
    public bool InBounds(Index3D dimension) => throw null!;
    public bool Equals(Index3D other) => throw null!;
    public override bool Equals(object? obj) => throw null!;
    public override int GetHashCode() => throw null!;
    public override string ToString() => throw null!;
}

public readonly struct LongIndex3D : ILongIndex<LongIndex3D, Index3D>
{
    public LongIndex3D(long x, long y, long z) => throw null!;
    public LongIndex3D(long value) => throw null!;
    public static LongIndex3D Zero => throw null!;
    public static LongIndex3D One => throw null!;
    public static LongIndex3D Invalid => throw null!;
    public long X => throw null!;
    public long Y => throw null!;
    public long Z => throw null!;
    public long Size => throw null!;
    public Index3D ToIntIndex() => throw null!;
    public static implicit operator LongIndex3D((long X, long Y, long Z) value) => throw null!;
    public static implicit operator (long X, long Y, long Z)(LongIndex3D index) => throw null!;
    public static LongIndex3D Add(LongIndex3D left, LongIndex3D right) => throw null!;
    public static LongIndex3D Subtract(LongIndex3D left, LongIndex3D right) => throw null!;
    public static LongIndex3D Multiply(LongIndex3D left, LongIndex3D right) => throw null!;
    public static LongIndex3D Divide(LongIndex3D left, LongIndex3D right) => throw null!;
    public static LongIndex3D Min(LongIndex3D left, LongIndex3D right) => throw null!;
    public static LongIndex3D Max(LongIndex3D left, LongIndex3D right) => throw null!;
    public static LongIndex3D Clamp(LongIndex3D value, LongIndex3D lower, LongIndex3D upper) => throw null!;
    public static LongIndex3D operator +(LongIndex3D left, LongIndex3D right) => throw null!;
    public static LongIndex3D operator -(LongIndex3D left, LongIndex3D right) => throw null!;
    public static LongIndex3D operator *(LongIndex3D left, LongIndex3D right) => throw null!;
    public static LongIndex3D operator /(LongIndex3D left, LongIndex3D right) => throw null!;
    public static bool operator ==(LongIndex3D left, LongIndex3D right) => throw null!;
    public static bool operator !=(LongIndex3D left, LongIndex3D right) => throw null!;
    public bool InBounds(LongIndex3D dimension) => throw null!;
    public bool Equals(LongIndex3D other) => throw null!;
    public override bool Equals(object? obj) => throw null!;
    public override int GetHashCode() => throw null!;
    public override string ToString() => throw null!;
}
