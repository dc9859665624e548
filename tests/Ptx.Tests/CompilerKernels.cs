using System;
using System.Numerics;
using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Ptx.Tests;

/// <summary>Kernels for what the compiler must do, and for what it must refuse.</summary>
public static class CompilerKernels
{
    private static readonly float _scale = MathF.Sqrt(2f);
    private static int _counter = 3;

    public static void LocalArray(Index1D i, ArrayView<float> x)
    {
        ArrayView<float> row = LocalMemory.Allocate<float>(6);
        for (int k = 0; k < 6; k++)
        {
            row[k] = x[(6 * i) + k];
        }

        for (int k = 0; k < 6; k++)
        {
            float sum = 0f;
            for (int m = 0; m <= k; m++)
            {
                sum += row[m] * (m + 1);
            }

            x[(6 * i) + k] = sum;
        }
    }

    public static void RemainderOfARotatedConstant(Index1D i, ArrayView<int> x) => x[i] = (int)BitOperations.RotateRight(1u, 1) % ((x[i] & 15) + 3);

    [NoLocalMemory]
    public static void LocalArrayWithAVariableIndex(Index1D i, ArrayView<int> x)
    {
        ArrayView<int> row = LocalMemory.Allocate<int>(4);
        for (int k = 0; k < 4; k++)
        {
            row[k] = k * i;
        }

        x[i] = row[x[i] & 3];
    }

    // A view that is global on the first trip and local afterwards.
    public static void MixedViews(Index1D i, ArrayView<float> x, int count)
    {
        ArrayView<float> scratch = LocalMemory.Allocate<float>(8);
        ArrayView<float> from = x.SubView(8 * i, 8);
        for (int k = 0; k < count; k++)
        {
            for (int m = 0; m < 8; m++)
            {
                scratch[m] = from[7 - m] + from[m];
            }

            from = scratch;
        }

        x[8 * i] = from[3];
    }

    [Unroll(8)]
    public static void Unrolled(Index1D i, ArrayView<float> x)
    {
        float sum = _scale;
        for (int k = 0; k < 8; k++)
        {
            sum = (sum * x[i]) + k;
        }

        x[i] = sum;
    }

    [Unroll(0)]
    public static void NeverUnrolled(Index1D i, ArrayView<float> x)
    {
        for (int k = 0; k < 8; k++)
        {
            x[i] += k;
        }
    }

    public static void Choice(Index1D i, ArrayView<float> x, int mode)
    {
        if (mode == 1)
        {
            x[i] = MathF.Sqrt(x[i]);
        }
        else
        {
            x[i] /= 3f;
        }
    }

    public static void Throws(Index1D i, ArrayView<int> x)
    {
        if (x[i] < 0)
        {
            throw new InvalidOperationException();
        }
    }

    public static void Recurses(Index1D i, ArrayView<int> x) => x[i] = Fibonacci(x[i]);

    public static void ReadsStatic(Index1D i, ArrayView<int> x) => x[i] = _counter;

    public static void Allocates(Index1D i, ArrayView<int> x) => x[i] = new int[3].Length;

    public static void CreatesObject(Index1D i, ArrayView<int> x) => x[i] = new object().GetHashCode();

    public static void CallsDelegate(Index1D i, ArrayView<int> x)
    {
        Func<int, int> twice = value => 2 * value;
        x[i] = twice(x[i]);
    }

    public static void UsesHost(Index1D i, ArrayView<int> x) => x[i] = Environment.TickCount;

    public static void Remainder(Index1D i, ArrayView<float> x) => x[i] %= 3f;

    public static void VariableLength(Index1D i, ArrayView<int> x) => x[i] = LocalMemory.Allocate<int>(x[i])[0];

    public static void DoubleExponential(Index1D i, ArrayView<double> x) => x[i] = Math.Exp(x[i]);

    public static void Catches(Index1D i, ArrayView<int> x)
    {
        try
        {
            x[i]++;
        }
        finally
        {
            x[i]--;
        }
    }

    public static void Bump() => _counter++;

    private static int Fibonacci(int n) => n < 2 ? n : Fibonacci(n - 1) + Fibonacci(n - 2);
}
