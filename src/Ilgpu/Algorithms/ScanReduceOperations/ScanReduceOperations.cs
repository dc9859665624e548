using System;

namespace ILGPU.Algorithms.ScanReduceOperations;

/// <summary>An associative operation with a neutral element.</summary>
/// <typeparam name="T">The value type.</typeparam>
public interface IScanReduceOperation<T>
    where T : struct
{
    /// <summary>The neutral element.</summary>
    T Identity { get; }

    /// <summary>Combines two values; the first comes from the lower index.</summary>
    T Apply(T first, T second);

    /// <summary>Combines the value at <paramref name="target"/> with <paramref name="value"/>, indivisibly.</summary>
    void AtomicApply(ref T target, T value);
}

/// <summary>Sum of int values.</summary>
public readonly struct AddInt32 : IScanReduceOperation<int>
{
    /// <inheritdoc/>
    public int Identity => 0;

    /// <inheritdoc/>
    public int Apply(int first, int second) => first + second;

    /// <inheritdoc/>
    public void AtomicApply(ref int target, int value) => Atomic.Add(ref target, value);
}

/// <summary>Sum of uint values.</summary>
public readonly struct AddUInt32 : IScanReduceOperation<uint>
{
    /// <inheritdoc/>
    public uint Identity => 0;

    /// <inheritdoc/>
    public uint Apply(uint first, uint second) => first + second;

    /// <inheritdoc/>
    public void AtomicApply(ref uint target, uint value) => Atomic.Add(ref target, value);
}

/// <summary>Sum of long values.</summary>
public readonly struct AddInt64 : IScanReduceOperation<long>
{
    /// <inheritdoc/>
    public long Identity => 0;

    /// <inheritdoc/>
    public long Apply(long first, long second) => first + second;

    /// <inheritdoc/>
    public void AtomicApply(ref long target, long value) => Atomic.Add(ref target, value);
}

/// <summary>Sum of ulong values.</summary>
public readonly struct AddUInt64 : IScanReduceOperation<ulong>
{
    /// <inheritdoc/>
    public ulong Identity => 0;

    /// <inheritdoc/>
    public ulong Apply(ulong first, ulong second) => first + second;

    /// <inheritdoc/>
    public void AtomicApply(ref ulong target, ulong value) => Atomic.Add(ref target, value);
}

/// <summary>Sum of float values.</summary>
public readonly struct AddFloat : IScanReduceOperation<float>
{
    /// <inheritdoc/>
    public float Identity => 0;

    /// <inheritdoc/>
    public float Apply(float first, float second) => first + second;

    /// <inheritdoc/>
    public void AtomicApply(ref float target, float value) => Atomic.Add(ref target, value);
}

/// <summary>Sum of double values.</summary>
public readonly struct AddDouble : IScanReduceOperation<double>
{
    /// <inheritdoc/>
    public double Identity => 0;

    /// <inheritdoc/>
    public double Apply(double first, double second) => first + second;

    /// <inheritdoc/>
    public void AtomicApply(ref double target, double value) => Atomic.Add(ref target, value);
}

/// <summary>Maximum of int values.</summary>
public readonly struct MaxInt32 : IScanReduceOperation<int>
{
    /// <inheritdoc/>
    public int Identity => int.MinValue;

    /// <inheritdoc/>
    public int Apply(int first, int second) => Math.Max(first, second);

    /// <inheritdoc/>
    public void AtomicApply(ref int target, int value) => Atomic.Max(ref target, value);
}

/// <summary>Maximum of uint values.</summary>
public readonly struct MaxUInt32 : IScanReduceOperation<uint>
{
    /// <inheritdoc/>
    public uint Identity => uint.MinValue;

    /// <inheritdoc/>
    public uint Apply(uint first, uint second) => Math.Max(first, second);

    /// <inheritdoc/>
    public void AtomicApply(ref uint target, uint value) => Atomic.Max(ref target, value);
}

/// <summary>Maximum of long values.</summary>
public readonly struct MaxInt64 : IScanReduceOperation<long>
{
    /// <inheritdoc/>
    public long Identity => long.MinValue;

    /// <inheritdoc/>
    public long Apply(long first, long second) => Math.Max(first, second);

    /// <inheritdoc/>
    public void AtomicApply(ref long target, long value) => Atomic.Max(ref target, value);
}

/// <summary>Maximum of ulong values.</summary>
public readonly struct MaxUInt64 : IScanReduceOperation<ulong>
{
    /// <inheritdoc/>
    public ulong Identity => ulong.MinValue;

    /// <inheritdoc/>
    public ulong Apply(ulong first, ulong second) => Math.Max(first, second);

    /// <inheritdoc/>
    public void AtomicApply(ref ulong target, ulong value) => Atomic.Max(ref target, value);
}

/// <summary>Maximum of float values.</summary>
public readonly struct MaxFloat : IScanReduceOperation<float>
{
    /// <inheritdoc/>
    public float Identity => float.NegativeInfinity;

    /// <inheritdoc/>
    public float Apply(float first, float second) => Math.Max(first, second);

    /// <inheritdoc/>
    public void AtomicApply(ref float target, float value) => Atomic.Max(ref target, value);
}

/// <summary>Maximum of double values.</summary>
public readonly struct MaxDouble : IScanReduceOperation<double>
{
    /// <inheritdoc/>
    public double Identity => double.NegativeInfinity;

    /// <inheritdoc/>
    public double Apply(double first, double second) => Math.Max(first, second);

    /// <inheritdoc/>
    public void AtomicApply(ref double target, double value) => Atomic.Max(ref target, value);
}

/// <summary>Minimum of int values.</summary>
public readonly struct MinInt32 : IScanReduceOperation<int>
{
    /// <inheritdoc/>
    public int Identity => int.MaxValue;

    /// <inheritdoc/>
    public int Apply(int first, int second) => Math.Min(first, second);

    /// <inheritdoc/>
    public void AtomicApply(ref int target, int value) => Atomic.Min(ref target, value);
}

/// <summary>Minimum of uint values.</summary>
public readonly struct MinUInt32 : IScanReduceOperation<uint>
{
    /// <inheritdoc/>
    public uint Identity => uint.MaxValue;

    /// <inheritdoc/>
    public uint Apply(uint first, uint second) => Math.Min(first, second);

    /// <inheritdoc/>
    public void AtomicApply(ref uint target, uint value) => Atomic.Min(ref target, value);
}

/// <summary>Minimum of long values.</summary>
public readonly struct MinInt64 : IScanReduceOperation<long>
{
    /// <inheritdoc/>
    public long Identity => long.MaxValue;

    /// <inheritdoc/>
    public long Apply(long first, long second) => Math.Min(first, second);

    /// <inheritdoc/>
    public void AtomicApply(ref long target, long value) => Atomic.Min(ref target, value);
}

/// <summary>Minimum of ulong values.</summary>
public readonly struct MinUInt64 : IScanReduceOperation<ulong>
{
    /// <inheritdoc/>
    public ulong Identity => ulong.MaxValue;

    /// <inheritdoc/>
    public ulong Apply(ulong first, ulong second) => Math.Min(first, second);

    /// <inheritdoc/>
    public void AtomicApply(ref ulong target, ulong value) => Atomic.Min(ref target, value);
}

/// <summary>Minimum of float values.</summary>
public readonly struct MinFloat : IScanReduceOperation<float>
{
    /// <inheritdoc/>
    public float Identity => float.PositiveInfinity;

    /// <inheritdoc/>
    public float Apply(float first, float second) => Math.Min(first, second);

    /// <inheritdoc/>
    public void AtomicApply(ref float target, float value) => Atomic.Min(ref target, value);
}

/// <summary>Minimum of double values.</summary>
public readonly struct MinDouble : IScanReduceOperation<double>
{
    /// <inheritdoc/>
    public double Identity => double.PositiveInfinity;

    /// <inheritdoc/>
    public double Apply(double first, double second) => Math.Min(first, second);

    /// <inheritdoc/>
    public void AtomicApply(ref double target, double value) => Atomic.Min(ref target, value);
}
