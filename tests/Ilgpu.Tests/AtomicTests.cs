using System;
using System.Linq;
using ILGPU;
using ILGPU.AtomicOperations;
using ILGPU.Runtime;
using Xunit;

namespace Ilgpu.Tests;

/// <summary>Atomics: many indices change one element; sums of integers and small whole floats are exact in any order.</summary>
public sealed class AtomicTests
{
    private const int Count = 20_000;

    private static T Reduce<T>(TestDevice device, T start, Action<Index1D, ArrayView<T>> kernel)
        where T : unmanaged
    {
        using MemoryBuffer1D<T, Stride1D.Dense> cell = device.Accelerator.Allocate1D(new[] { start });
        device.Accelerator.LoadAutoGroupedStreamKernel(kernel)(Count, cell.View);
        return cell.GetAsArray1D()[0];
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void Add(string kind)
    {
        using var device = TestDevice.Open(kind);
        Assert.Equal(Count * (Count - 1) / 2, Reduce(device, 0, (i, c) => Atomic.Add(ref c[0], i.X)));
        Assert.Equal((uint)(Count * (Count - 1) / 2), Reduce(device, 0u, (i, c) => Atomic.Add(ref c[0], (uint)i.X)));
        Assert.Equal((long)Count << 33, Reduce(device, 0L, (i, c) => Atomic.Add(ref c[0], 1L << 33)));
        Assert.Equal((ulong)Count << 40, Reduce(device, 0ul, (i, c) => Atomic.Add(ref c[0], 1ul << 40)));
        Assert.Equal(Count * 3f, Reduce(device, 0f, (i, c) => Atomic.Add(ref c[0], 3f)));
        Assert.Equal(Count * 0.5, Reduce(device, 0.0, (i, c) => Atomic.Add(ref c[0], 0.5)));
        Assert.Equal(Count, Reduce(device, Index1D.Zero, (i, c) => Atomic.Add(ref c[0], Index1D.One)).X);
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void MinAndMax(string kind)
    {
        using var device = TestDevice.Open(kind);
        Assert.Equal(1 - Count, Reduce(device, 0, (i, c) => Atomic.Min(ref c[0], -i.X)));
        Assert.Equal(Count - 1, Reduce(device, int.MinValue, (i, c) => Atomic.Max(ref c[0], i.X)));
        Assert.Equal(7u, Reduce(device, uint.MaxValue, (i, c) => Atomic.Min(ref c[0], (uint)i.X + 7)));
        Assert.Equal((long)(Count - 1) << 32, Reduce(device, 0L, (i, c) => Atomic.Max(ref c[0], (long)i.X << 32)));
        Assert.Equal(-(Count - 1f), Reduce(device, 0f, (i, c) => Atomic.Min(ref c[0], -i.X)));
        Assert.Equal(Count - 1.0, Reduce(device, 0.0, (i, c) => Atomic.Max(ref c[0], (double)i.X)));
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void Bits(string kind)
    {
        using var device = TestDevice.Open(kind);
        Assert.Equal(-1, Reduce(device, 0, (i, c) => Atomic.Or(ref c[0], 1 << (i % 32))));
        Assert.Equal(0u, Reduce(device, uint.MaxValue, (i, c) => Atomic.And(ref c[0], ~(1u << (i % 32)))));
        Assert.Equal(0L, Reduce(device, 0L, (i, c) => Atomic.Xor(ref c[0], 5L)));
        Assert.Equal(ulong.MaxValue, Reduce(device, 0ul, (i, c) => Atomic.Or(ref c[0], 1ul << (i % 64))));
    }

    private static void Ticket(Index1D i, ArrayView<int> counter, ArrayView<int> seen) => seen[Atomic.Add(ref counter[0], 1)] = 1;

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void EveryCallReturnsTheValueFromBefore(string kind)
    {
        using var device = TestDevice.Open(kind);
        using MemoryBuffer1D<int, Stride1D.Dense> counter = device.Accelerator.Allocate1D(new int[1]);
        using MemoryBuffer1D<int, Stride1D.Dense> seen = device.Accelerator.Allocate1D(new int[Count]);
        device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<int>>(Ticket)(Count, counter.View, seen.View);
        Assert.All(seen.GetAsArray1D(), value => Assert.Equal(1, value));
    }

    [Fact]
    public void ExchangeAndCompareExchange()
    {
        int cell = 5;
        Assert.Equal(5, Atomic.Exchange(ref cell, 6));
        Assert.Equal(6, Atomic.CompareExchange(ref cell, 1, 9));
        Assert.Equal(6, cell);
        Assert.Equal(6, Atomic.CompareExchange(ref cell, 6, 9));
        Assert.Equal(9, cell);
        double number = 1.5;
        Assert.Equal(1.5, Atomic.CompareExchange(ref number, 1.5, 2.5));
        Assert.Equal(2.5, Atomic.Exchange(ref number, 0.0));
        Assert.Equal(0.0, number);
    }

    private readonly struct Multiply : IAtomicOperation<int>
    {
        public int Operation(int current, int value) => unchecked(current * value);
    }

    private readonly struct CompareExchangeInt : ICompareExchangeOperation<int>
    {
        public int CompareExchange(ref int target, int compare, int value) => Atomic.CompareExchange(ref target, compare, value);

        public bool IsSame(int left, int right) => left == right;
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void MakeAtomic(string kind)
    {
        using var device = TestDevice.Open(kind);
        int expected = Enumerable.Repeat(3, Count).Aggregate(1, (a, b) => unchecked(a * b));
        Assert.Equal(expected, Reduce(device, 1, (i, c) => Atomic.MakeAtomic(ref c[0], 3, default(Multiply), default(CompareExchangeInt))));
    }
}
