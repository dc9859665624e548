using System;
using System.Linq;
using System.Numerics;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace Ilgpu.Tests;

/// <summary>Integer and float operators in kernels. The oracle for integers is BigInteger reduced to the width of the type.</summary>
public sealed class ArithmeticTests
{
    private static readonly int[] _ints = [0, 1, -1, 2, 3, -7, 31, 1 << 16, 123456789, -987654321, int.MaxValue, int.MinValue];
    private static readonly long[] _longs = [0, 1, -1, 5, -13, 1L << 33, 1234567890123, long.MaxValue, long.MinValue];

    public interface IBinary<T>
    {
        T Apply(T a, T b);
    }

    public readonly struct Add<T> : IBinary<T>
        where T : INumber<T>
    {
        public T Apply(T a, T b) => unchecked(a + b);
    }

    public readonly struct Subtract<T> : IBinary<T>
        where T : INumber<T>
    {
        public T Apply(T a, T b) => unchecked(a - b);
    }

    public readonly struct Multiply<T> : IBinary<T>
        where T : INumber<T>
    {
        public T Apply(T a, T b) => unchecked(a * b);
    }

    public readonly struct Divide<T> : IBinary<T>
        where T : INumber<T>
    {
        public T Apply(T a, T b) => a / b;
    }

    public readonly struct Remainder<T> : IBinary<T>
        where T : INumber<T>
    {
        public T Apply(T a, T b) => a % b;
    }

    private static void Binary<T, TOp>(Index1D i, ArrayView<T> a, ArrayView<T> b, ArrayView<T> result)
        where T : unmanaged
        where TOp : struct, IBinary<T>
        => result[i] = default(TOp).Apply(a[i], b[i]);

    private static (T A, T B)[] Pairs<T>(T[] values, Func<T, T, bool> allowed)
        => [.. from a in values from b in values where allowed(a, b) select (a, b)];

    private static void Check<T, TOp>(string kind, T[] values, Func<T, T, T> expected, Func<T, T, bool>? allowed = null)
        where T : unmanaged
        where TOp : struct, IBinary<T>
    {
        using var device = TestDevice.Open(kind);
        (T A, T B)[] pairs = Pairs(values, allowed ?? ((_, _) => true));
        using MemoryBuffer1D<T, Stride1D.Dense> a = device.Accelerator.Allocate1D(pairs.Select(p => p.A).ToArray());
        using MemoryBuffer1D<T, Stride1D.Dense> b = device.Accelerator.Allocate1D(pairs.Select(p => p.B).ToArray());
        using MemoryBuffer1D<T, Stride1D.Dense> result = device.Accelerator.Allocate1D<T>(pairs.Length);
        device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<T>, ArrayView<T>, ArrayView<T>>(Binary<T, TOp>)(
            pairs.Length, a.View, b.View, result.View);
        Assert.Equal(pairs.Select(p => expected(p.A, p.B)), result.GetAsArray1D());
    }

    private static int Wrap32(BigInteger value) => unchecked((int)(uint)(value & uint.MaxValue));

    private static long Wrap64(BigInteger value) => unchecked((long)(ulong)(value & ulong.MaxValue));

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void SignedIntegers(string kind)
    {
        Check<int, Add<int>>(kind, _ints, (a, b) => Wrap32((BigInteger)a + b));
        Check<int, Subtract<int>>(kind, _ints, (a, b) => Wrap32((BigInteger)a - b));
        Check<int, Multiply<int>>(kind, _ints, (a, b) => Wrap32((BigInteger)a * b));
        static bool Defined(int a, int b) => b != 0 && (a != int.MinValue || b != -1);
        Check<int, Divide<int>>(kind, _ints, (a, b) => (int)BigInteger.Divide(a, b), Defined);
        Check<int, Remainder<int>>(kind, _ints, (a, b) => (int)BigInteger.Remainder(a, b), Defined);
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void LongIntegers(string kind)
    {
        Check<long, Add<long>>(kind, _longs, (a, b) => Wrap64((BigInteger)a + b));
        Check<long, Subtract<long>>(kind, _longs, (a, b) => Wrap64((BigInteger)a - b));
        Check<long, Multiply<long>>(kind, _longs, (a, b) => Wrap64((BigInteger)a * b));
        static bool Defined(long a, long b) => b != 0 && (a != long.MinValue || b != -1);
        Check<long, Divide<long>>(kind, _longs, (a, b) => (long)BigInteger.Divide(a, b), Defined);
        Check<long, Remainder<long>>(kind, _longs, (a, b) => (long)BigInteger.Remainder(a, b), Defined);
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void UnsignedIntegers(string kind)
    {
        uint[] uints = [0, 1, 3, 7, 1u << 31, uint.MaxValue];
        Check<uint, Add<uint>>(kind, uints, (a, b) => (uint)(((ulong)a + b) & uint.MaxValue));
        Check<uint, Multiply<uint>>(kind, uints, (a, b) => (uint)(((ulong)a * b) & uint.MaxValue));
        Check<uint, Divide<uint>>(kind, uints, (a, b) => (uint)BigInteger.Divide(a, b), (_, b) => b != 0);
        ulong[] ulongs = [0, 1, 9, 1ul << 63, ulong.MaxValue];
        Check<ulong, Remainder<ulong>>(kind, ulongs, (a, b) => (ulong)BigInteger.Remainder(a, b), (_, b) => b != 0);
        Check<ulong, Subtract<ulong>>(kind, ulongs, (a, b) => (ulong)(((BigInteger)a - b) & ulong.MaxValue));
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void BitsAndShifts(string kind)
    {
        using var device = TestDevice.Open(kind);
        Assert.Equal(_ints.Select(v => -v - 1), device.Map<int, int>((i, s, t) => t[i] = ~s[i], _ints));
        Assert.Equal(_ints.Select(v => Wrap32(-(BigInteger)v)), device.Map<int, int>((i, s, t) => t[i] = unchecked(-s[i]), _ints));
        Assert.Equal(_ints.Select(v => Wrap32((BigInteger)v << 5)), device.Map<int, int>((i, s, t) => t[i] = s[i] << 5, _ints));
        Assert.Equal(_ints.Select(v => (int)((BigInteger)v >> 5)), device.Map<int, int>((i, s, t) => t[i] = s[i] >> 5, _ints));
        Assert.Equal(_ints.Select(v => (uint)v / 32), device.Map<int, uint>((i, s, t) => t[i] = (uint)s[i] >> 5, _ints));
        Assert.Equal(
            _ints.Select(v => Wrap32((((BigInteger)v & 0xff00ff) | 0x10) ^ -3)),
            device.Map<int, int>((i, s, t) => t[i] = ((s[i] & 0xff00ff) | 0x10) ^ -3, _ints));
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void Floats(string kind)
    {
        // 0.1f = 0x3dcccccd, 0.2f = 0x3e4ccccd; their float sum is 0x3e99999a (IEEE 754, round to nearest even).
        using var device = TestDevice.Open(kind);
        uint[] bits = device.Map<float, uint>((i, s, t) => t[i] = Interop.FloatAsInt(s[i] + 0.2f), 0.1f);
        Assert.Equal(0x3e99999au, bits[0]);
        Assert.Equal([float.PositiveInfinity, float.NegativeInfinity], device.Map<float, float>((i, s, t) => t[i] = s[i] / 0f, 1f, -1f));
        Assert.True(float.IsNaN(device.Map<float, float>((i, s, t) => t[i] = s[i] / s[i], 0f)[0]));
        Assert.Equal([-1.5, 1.5], device.Map<double, double>((i, s, t) => t[i] = s[i] % 2.0, -3.5, 3.5));
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void DivisionByZeroReachesTheCaller(string kind)
    {
        using var device = TestDevice.Open(kind);
        Exception exception = Assert.Throws<ILGPU.Runtime.CPU.KernelException>(() => device.Map<int, int>((i, s, t) => t[i] = 10 / s[i], 1, 2, 0, 5));
        Assert.IsType<DivideByZeroException>(exception.InnerException);
        Assert.Contains("at index 2 of 4", exception.Message, StringComparison.Ordinal);
    }
}
