using System;
using System.Runtime.CompilerServices;
using System.Threading;
using ILGPU.AtomicOperations;

namespace ILGPU;

/// <summary>Indivisible changes of one element. Each returns the value from before the change.</summary>
public static class Atomic
{
    /// <summary>Adds <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static int Add(ref int target, int value) => Interlocked.Add(ref target, value) - value;

    /// <summary>Adds <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static uint Add(ref uint target, uint value) => Interlocked.Add(ref target, value) - value;

    /// <summary>Adds <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static long Add(ref long target, long value) => Interlocked.Add(ref target, value) - value;

    /// <summary>Adds <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static ulong Add(ref ulong target, ulong value) => Interlocked.Add(ref target, value) - value;

    /// <summary>Adds <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static float Add(ref float target, float value)
    {
        float current = Volatile.Read(ref target);
        while (true)
        {
            float seen = Interlocked.CompareExchange(ref target, current + value, current);
            if (BitConverter.SingleToInt32Bits(seen) == BitConverter.SingleToInt32Bits(current))
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Adds <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static double Add(ref double target, double value)
    {
        double current = Volatile.Read(ref target);
        while (true)
        {
            double seen = Interlocked.CompareExchange(ref target, current + value, current);
            if (BitConverter.DoubleToInt64Bits(seen) == BitConverter.DoubleToInt64Bits(current))
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Adds <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static Index1D Add(ref Index1D target, Index1D value) => new(Add(ref Unsafe.As<Index1D, int>(ref target), value.X));

    /// <summary>Keeps the smaller of the element and <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static int Min(ref int target, int value)
    {
        int current = Volatile.Read(ref target);
        while (true)
        {
            int seen = Interlocked.CompareExchange(ref target, Math.Min(current, value), current);
            if (seen == current)
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Keeps the smaller of the element and <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static uint Min(ref uint target, uint value)
    {
        uint current = Volatile.Read(ref target);
        while (true)
        {
            uint seen = Interlocked.CompareExchange(ref target, Math.Min(current, value), current);
            if (seen == current)
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Keeps the smaller of the element and <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static long Min(ref long target, long value)
    {
        long current = Volatile.Read(ref target);
        while (true)
        {
            long seen = Interlocked.CompareExchange(ref target, Math.Min(current, value), current);
            if (seen == current)
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Keeps the smaller of the element and <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static ulong Min(ref ulong target, ulong value)
    {
        ulong current = Volatile.Read(ref target);
        while (true)
        {
            ulong seen = Interlocked.CompareExchange(ref target, Math.Min(current, value), current);
            if (seen == current)
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Keeps the smaller of the element and <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static float Min(ref float target, float value)
    {
        float current = Volatile.Read(ref target);
        while (true)
        {
            float seen = Interlocked.CompareExchange(ref target, Math.Min(current, value), current);
            if (BitConverter.SingleToInt32Bits(seen) == BitConverter.SingleToInt32Bits(current))
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Keeps the smaller of the element and <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static double Min(ref double target, double value)
    {
        double current = Volatile.Read(ref target);
        while (true)
        {
            double seen = Interlocked.CompareExchange(ref target, Math.Min(current, value), current);
            if (BitConverter.DoubleToInt64Bits(seen) == BitConverter.DoubleToInt64Bits(current))
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Keeps the larger of the element and <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static int Max(ref int target, int value)
    {
        int current = Volatile.Read(ref target);
        while (true)
        {
            int seen = Interlocked.CompareExchange(ref target, Math.Max(current, value), current);
            if (seen == current)
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Keeps the larger of the element and <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static uint Max(ref uint target, uint value)
    {
        uint current = Volatile.Read(ref target);
        while (true)
        {
            uint seen = Interlocked.CompareExchange(ref target, Math.Max(current, value), current);
            if (seen == current)
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Keeps the larger of the element and <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static long Max(ref long target, long value)
    {
        long current = Volatile.Read(ref target);
        while (true)
        {
            long seen = Interlocked.CompareExchange(ref target, Math.Max(current, value), current);
            if (seen == current)
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Keeps the larger of the element and <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static ulong Max(ref ulong target, ulong value)
    {
        ulong current = Volatile.Read(ref target);
        while (true)
        {
            ulong seen = Interlocked.CompareExchange(ref target, Math.Max(current, value), current);
            if (seen == current)
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Keeps the larger of the element and <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static float Max(ref float target, float value)
    {
        float current = Volatile.Read(ref target);
        while (true)
        {
            float seen = Interlocked.CompareExchange(ref target, Math.Max(current, value), current);
            if (BitConverter.SingleToInt32Bits(seen) == BitConverter.SingleToInt32Bits(current))
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Keeps the larger of the element and <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static double Max(ref double target, double value)
    {
        double current = Volatile.Read(ref target);
        while (true)
        {
            double seen = Interlocked.CompareExchange(ref target, Math.Max(current, value), current);
            if (BitConverter.DoubleToInt64Bits(seen) == BitConverter.DoubleToInt64Bits(current))
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Keeps the bits that the element and <paramref name="value"/> share.</summary>
    /// <returns>The value from before.</returns>
    public static int And(ref int target, int value) => Interlocked.And(ref target, value);

    /// <summary>Keeps the bits that the element and <paramref name="value"/> share.</summary>
    /// <returns>The value from before.</returns>
    public static uint And(ref uint target, uint value) => Interlocked.And(ref target, value);

    /// <summary>Keeps the bits that the element and <paramref name="value"/> share.</summary>
    /// <returns>The value from before.</returns>
    public static long And(ref long target, long value) => Interlocked.And(ref target, value);

    /// <summary>Keeps the bits that the element and <paramref name="value"/> share.</summary>
    /// <returns>The value from before.</returns>
    public static ulong And(ref ulong target, ulong value) => Interlocked.And(ref target, value);

    /// <summary>Sets the bits of <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static int Or(ref int target, int value) => Interlocked.Or(ref target, value);

    /// <summary>Sets the bits of <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static uint Or(ref uint target, uint value) => Interlocked.Or(ref target, value);

    /// <summary>Sets the bits of <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static long Or(ref long target, long value) => Interlocked.Or(ref target, value);

    /// <summary>Sets the bits of <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static ulong Or(ref ulong target, ulong value) => Interlocked.Or(ref target, value);

    /// <summary>Flips the bits of <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static int Xor(ref int target, int value)
    {
        int current = Volatile.Read(ref target);
        while (true)
        {
            int seen = Interlocked.CompareExchange(ref target, current ^ value, current);
            if (seen == current)
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Flips the bits of <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static uint Xor(ref uint target, uint value)
    {
        uint current = Volatile.Read(ref target);
        while (true)
        {
            uint seen = Interlocked.CompareExchange(ref target, current ^ value, current);
            if (seen == current)
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Flips the bits of <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static long Xor(ref long target, long value)
    {
        long current = Volatile.Read(ref target);
        while (true)
        {
            long seen = Interlocked.CompareExchange(ref target, current ^ value, current);
            if (seen == current)
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Flips the bits of <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static ulong Xor(ref ulong target, ulong value)
    {
        ulong current = Volatile.Read(ref target);
        while (true)
        {
            ulong seen = Interlocked.CompareExchange(ref target, current ^ value, current);
            if (seen == current)
            {
                return current;
            }

            current = seen;
        }
    }

    /// <summary>Stores <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static int Exchange(ref int target, int value) => Interlocked.Exchange(ref target, value);

    /// <summary>Stores <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static uint Exchange(ref uint target, uint value) => Interlocked.Exchange(ref target, value);

    /// <summary>Stores <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static long Exchange(ref long target, long value) => Interlocked.Exchange(ref target, value);

    /// <summary>Stores <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static ulong Exchange(ref ulong target, ulong value) => Interlocked.Exchange(ref target, value);

    /// <summary>Stores <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static float Exchange(ref float target, float value) => Interlocked.Exchange(ref target, value);

    /// <summary>Stores <paramref name="value"/>.</summary>
    /// <returns>The value from before.</returns>
    public static double Exchange(ref double target, double value) => Interlocked.Exchange(ref target, value);

    /// <summary>Stores <paramref name="value"/> if the element equals <paramref name="compare"/>.</summary>
    /// <returns>The value from before.</returns>
    public static int CompareExchange(ref int target, int compare, int value) => Interlocked.CompareExchange(ref target, value, compare);

    /// <summary>Stores <paramref name="value"/> if the element equals <paramref name="compare"/>.</summary>
    /// <returns>The value from before.</returns>
    public static uint CompareExchange(ref uint target, uint compare, uint value) => Interlocked.CompareExchange(ref target, value, compare);

    /// <summary>Stores <paramref name="value"/> if the element equals <paramref name="compare"/>.</summary>
    /// <returns>The value from before.</returns>
    public static long CompareExchange(ref long target, long compare, long value) => Interlocked.CompareExchange(ref target, value, compare);

    /// <summary>Stores <paramref name="value"/> if the element equals <paramref name="compare"/>.</summary>
    /// <returns>The value from before.</returns>
    public static ulong CompareExchange(ref ulong target, ulong compare, ulong value) => Interlocked.CompareExchange(ref target, value, compare);

    /// <summary>Stores <paramref name="value"/> if the element equals <paramref name="compare"/>.</summary>
    /// <returns>The value from before.</returns>
    public static float CompareExchange(ref float target, float compare, float value) => Interlocked.CompareExchange(ref target, value, compare);

    /// <summary>Stores <paramref name="value"/> if the element equals <paramref name="compare"/>.</summary>
    /// <returns>The value from before.</returns>
    public static double CompareExchange(ref double target, double compare, double value) => Interlocked.CompareExchange(ref target, value, compare);

    /// <summary>Changes an element by an operation of the caller, by repeated compare and exchange.</summary>
    /// <returns>The value from before.</returns>
    public static T MakeAtomic<T, TOperation, TCompareExchangeOperation>(ref T target, T value, TOperation operation, TCompareExchangeOperation compareExchangeOperation)
        where T : unmanaged
        where TOperation : struct, IAtomicOperation<T>
        where TCompareExchangeOperation : struct, ICompareExchangeOperation<T>
    {
        T current = target;
        while (true)
        {
            T seen = compareExchangeOperation.CompareExchange(ref target, current, operation.Operation(current, value));
            if (compareExchangeOperation.IsSame(seen, current))
            {
                return current;
            }

            current = seen;
        }
    }
}
