using System;
using ILGPU.Runtime;

namespace ILGPU;

public static class Grid
{
    public static int IdxX => throw null!;
    public static int IdxY => throw null!;
    public static int IdxZ => throw null!;
    public static int DimX => throw null!;
    public static int DimY => throw null!;
    public static int DimZ => throw null!;
    public static int LinearIndex => throw null!;
    public static int GlobalLinearIndex => throw null!;
    public static Index3D Index => throw null!;
    public static Index3D Dimension => throw null!;
    public static Index3D GlobalIndex => throw null!;
    public static LongIndex3D LongGlobalIndex => throw null!;
}

public static class Group
{
    public static int IdxX => throw null!;
    public static int IdxY => throw null!;
    public static int IdxZ => throw null!;
    public static int DimX => throw null!;
    public static int DimY => throw null!;
    public static int DimZ => throw null!;
    public static int LinearIndex => throw null!;
    public static Index3D Index => throw null!;
    public static Index3D Dimension => throw null!;
    public static bool IsFirstThread => throw null!;
    public static bool IsLastThread => throw null!;
    public static void Barrier() => throw null!;
    public static bool BarrierAnd(bool predicate) => throw null!;
    public static bool BarrierOr(bool predicate) => throw null!;
    public static int BarrierPopCount(bool predicate) => throw null!;
    public static T Broadcast<T>(T value, int threadIndex)
        where T : unmanaged => throw null!;
}

public static class Warp
{
    public static int WarpSize => throw null!;
    public static int LaneIdx => throw null!;
    public static int WarpIdx => throw null!;
    public static bool IsFirstLane => throw null!;
    public static bool IsLastLane => throw null!;
    public static void Barrier() => throw null!;
    public static T Broadcast<T>(T value, int laneIndex)
        where T : unmanaged => throw null!;
    public static T Shuffle<T>(T variable, int sourceLane) where T : unmanaged => throw null!;
    public static T Shuffle<T>(T variable, int sourceLane, int width) where T : unmanaged => throw null!;
    public static T ShuffleDown<T>(T variable, int delta) where T : unmanaged => throw null!;
    public static T ShuffleDown<T>(T variable, int delta, int width) where T : unmanaged => throw null!;
    public static T ShuffleUp<T>(T variable, int delta) where T : unmanaged => throw null!;
    public static T ShuffleUp<T>(T variable, int delta, int width) where T : unmanaged => throw null!;
    public static T ShuffleXor<T>(T variable, int mask) where T : unmanaged => throw null!;
    public static T ShuffleXor<T>(T variable, int mask, int width) where T : unmanaged => throw null!;
}

public static class SharedMemory
{
    public static ref T Allocate<T>()
        where T : unmanaged => throw null!;
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged => throw null!;
    public static ArrayView1D<T, Stride1D.Dense> Allocate1D<T>(Index1D extent)
        where T : unmanaged => throw null!;
    public static ArrayView2D<T, Stride2D.DenseX> Allocate2DDenseX<T>(Index2D extent)
        where T : unmanaged => throw null!;
    public static ArrayView2D<T, Stride2D.DenseY> Allocate2DDenseY<T>(Index2D extent)
        where T : unmanaged => throw null!;
    public static ArrayView<T> GetDynamic<T>()
        where T : unmanaged => throw null!;
}

public static class LocalMemory
{
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged => throw null!;
    public static ArrayView1D<T, Stride1D.Dense> Allocate1D<T>(Index1D extent)
        where T : unmanaged => throw null!;
}

public static class MemoryFence
{
    public static void GroupLevel() => throw null!;
    public static void DeviceLevel() => throw null!;
    public static void SystemLevel() => throw null!;
}

public static class Interop
{
    public static ushort FloatAsInt(Half value) => throw null!;
    public static uint FloatAsInt(float value) => throw null!;
    public static ulong FloatAsInt(double value) => throw null!;
    public static Half IntAsFloat(ushort value) => throw null!;
    public static float IntAsFloat(uint value) => throw null!;
    public static double IntAsFloat(ulong value) => throw null!;
    public static int SizeOf<T>()
        where T : unmanaged => throw null!;
    public static int OffsetOf<T>(string fieldName)
        where T : unmanaged => throw null!;
    public static void Write(string format) => throw null!;
    public static void WriteLine(string format) => throw null!;
    public static void Write<T1>(string format, T1 argument)
        where T1 : unmanaged => throw null!;
    public static void WriteLine<T1>(string format, T1 argument)
        where T1 : unmanaged => throw null!;
}

public readonly struct Half : IEquatable<Half>, IComparable<Half>
{
    public static implicit operator float(Half value) => throw null!;
    public static implicit operator double(Half value) => throw null!;
    public static explicit operator Half(byte value) => throw null!;
    public static explicit operator Half(sbyte value) => throw null!;
    public static explicit operator Half(short value) => throw null!;
    public static explicit operator Half(ushort value) => throw null!;
    public static explicit operator Half(int value) => throw null!;
    public static explicit operator Half(uint value) => throw null!;
    public static explicit operator Half(long value) => throw null!;
    public static explicit operator Half(ulong value) => throw null!;
    public static explicit operator Half(float value) => throw null!;
    public static explicit operator Half(double value) => throw null!;
    public static explicit operator byte(Half value) => throw null!;
    public static explicit operator sbyte(Half value) => throw null!;
    public static explicit operator short(Half value) => throw null!;
    public static explicit operator ushort(Half value) => throw null!;
    public static explicit operator int(Half value) => throw null!;
    public static explicit operator uint(Half value) => throw null!;
    public static explicit operator long(Half value) => throw null!;
    public static explicit operator ulong(Half value) => throw null!;
    public static Half operator +(Half left, Half right) => throw null!;
    public static Half operator -(Half left, Half right) => throw null!;
    public static Half operator *(Half left, Half right) => throw null!;
    public static Half operator /(Half left, Half right) => throw null!;
    public static Half operator -(Half value) => throw null!;
    public static bool operator ==(Half left, Half right) => throw null!;
    public static bool operator !=(Half left, Half right) => throw null!;
    public static bool operator <(Half left, Half right) => throw null!;
    public static bool operator <=(Half left, Half right) => throw null!;
    public static bool operator >(Half left, Half right) => throw null!;
    public static bool operator >=(Half left, Half right) => throw null!;
    public bool Equals(Half other) => throw null!;
    public override bool Equals(object? obj) => throw null!;
    public override int GetHashCode() => throw null!;
    public int CompareTo(Half other) => throw null!;
}
