using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Shade;

/// <summary>
/// Host twin of <see cref="DensityKernels"/>: blocks of samples, several at a time through the kernel's operations in the kernel's
/// order, so the bits are the same for any vector width and any number of threads.
/// </summary>
internal static unsafe class DensityHost
{
    /// <summary>The formula that a launcher's types stand for.</summary>
    public static DensityFormula FormulaOf<TActivation, TBlob>()
        where TActivation : struct, IDensityActivation
        where TBlob : struct, IDensityBlob
        => new()
        {
            IsSoftplus = typeof(TActivation) == typeof(SoftplusDensity) ? 1
                : typeof(TActivation) == typeof(ExpDensity) ? 0
                : throw new NotSupportedException($"Density: no host twin for {typeof(TActivation).Name}; use KernelChoice.Portable."),
            IsLinear = typeof(TBlob) == typeof(LinearBlob) ? 1
                : typeof(TBlob) == typeof(GaussianBlob) || typeof(TBlob) == typeof(AddedGaussianBlob) ? 0
                : throw new NotSupportedException($"Density: no host twin for {typeof(TBlob).Name}; use KernelChoice.Portable."),
            IsAdded = TBlob.IsAdded,
        };

    /// <summary>Twin of <see cref="DensityKernels.Forward"/>.</summary>
    public static void Forward(HostThreads threads, DensityFormula formula, in DensityKernels.Args args) => Run(threads, DensityWork.Of(formula, args, isBackward: 0));

    /// <summary>Twin of <see cref="DensityKernels.Backward"/>.</summary>
    public static void Backward(HostThreads threads, DensityFormula formula, in DensityKernels.Args args) => Run(threads, DensityWork.Of(formula, args, isBackward: 1));

    /// <summary>The twin for one vector width.</summary>
    internal static void Run<TLanes, TVector>(HostThreads threads, in DensityWork work)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        => threads.Run(work.ItemCount, 2 * DensityWork.SamplesPerItem, new DensityWork<TLanes, TVector> { Arrays = work });

    private static void Run(HostThreads threads, in DensityWork work)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Run<Lanes512, Vector512<float>>(threads, work);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Run<Lanes256, Vector256<float>>(threads, work);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Run<Lanes128, Vector128<float>>(threads, work);
        }
        else
        {
            Run<Lanes32, float>(threads, work);
        }
    }
}

/// <summary>Which activation and blob.</summary>
internal struct DensityFormula
{
    public int IsSoftplus;
    public int IsLinear;
    public int IsAdded;
}

/// <summary>What the twin reads and writes; null for an empty view.</summary>
internal unsafe struct DensityWork
{
    public const int SamplesPerItem = 1024;

    public DensityFormula Formula;
    public DensityKernels.Args Settings;
    public int IsBackward;
    public int Count;
    public float* Raw;
    public float* Positions;
    public float* Sigma;
    public float* DLdSigma;
    public float* DLdRaw;

    public readonly int ItemCount => (Count + SamplesPerItem - 1) / SamplesPerItem;

    public static DensityWork Of(DensityFormula formula, in DensityKernels.Args args, int isBackward) => new()
    {
        Formula = formula,
        Settings = args,
        IsBackward = isBackward,
        Count = args.Positions.IntLength,
        Raw = HostAddress.Of(args.Raw) + args.Column,
        Positions = HostAddress.Of(args.Positions),
        Sigma = HostAddress.Of(args.Sigma),
        DLdSigma = HostAddress.Of(args.DLdSigma),
        DLdRaw = HostAddress.Of(args.DLdRaw) + args.Column,
    };
}

/// <summary>The twin for one vector width.</summary>
/// <typeparam name="TLanes">Vector width.</typeparam>
/// <typeparam name="TVector">Vector.</typeparam>
internal unsafe struct DensityWork<TLanes, TVector> : IHostWork
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    public DensityWork Arrays;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int item, float* scratch)
    {
        int first = item * DensityWork.SamplesPerItem;
        int count = Math.Min(Arrays.Count - first, DensityWork.SamplesPerItem);
        int stride = Arrays.Settings.Stride;
        float* raw = scratch;
        for (int k = 0; k < count; k++)
        {
            raw[k] = Arrays.Raw[(nint)(first + k) * stride];
        }

        float* results = Arrays.IsBackward != 0 ? scratch + DensityWork.SamplesPerItem : Arrays.Sigma + first;
        int whole = count / TLanes.Count * TLanes.Count;
        Evaluate<TLanes, TVector>(raw, first, 0, whole, results);
        Evaluate<Lanes32, float>(raw, first, whole, count, results);
        if (Arrays.IsBackward == 0)
        {
            return;
        }

        for (int k = 0; k < count; k++)
        {
            // As in the kernel: a sample without a gradient must not turn an overflowed derivative into 0·∞.
            if (Arrays.DLdSigma[first + k] != 0f)
            {
                Arrays.DLdRaw[(nint)(first + k) * stride] += results[k];
            }
        }
    }

    /// <summary>σ, or what dL/do grows by, of samples first + from to first + to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Evaluate<TL, TV>(float* raw, int first, int from, int to, float* results)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        for (int k = from; k < to; k += TL.Count)
        {
            nint i = first + k;
            TL.LoadTriples(Arrays.Positions + 3 * i, out TV x, out TV y, out TV z);
            TV squared = TL.Add(TL.Add(TL.Multiply(x, x), TL.Multiply(y, y)), TL.Multiply(z, z));
            TV length = TL.SquareRoot(squared);
            TV argument = TL.Multiply(TL.Broadcast(Arrays.Settings.Gain), TL.Load(raw + k));
            TV blob = TL.Broadcast(0f);
            if (Arrays.Formula.IsAdded == 0 || Arrays.IsBackward == 0)
            {
                blob = Blob<TL, TV>(squared, length);
            }

            if (Arrays.Formula.IsAdded == 0)
            {
                argument = TL.Add(argument, blob);
            }

            argument = TL.Add(argument, TL.Broadcast(Arrays.Settings.Bias));
            TV result;
            if (Arrays.IsBackward != 0)
            {
                TV slope = TL.Broadcast(Arrays.Settings.Gain * Arrays.Settings.Scale);
                result = TL.Multiply(TL.Multiply(slope, Derivative<TL, TV>(argument)), TL.Load(Arrays.DLdSigma + i));
            }
            else
            {
                result = TL.Multiply(TL.Broadcast(Arrays.Settings.Scale), Value<TL, TV>(argument));
                result = Arrays.Formula.IsAdded != 0 ? TL.Add(result, blob) : result;
            }

            TL.Store(TL.SelectGreater(length, TL.Broadcast(Arrays.Settings.Bound), TL.Broadcast(0f), result), results + k);
        }
    }

    /// <summary>Twin of the blobs' values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly TV Blob<TL, TV>(TV squared, TV length)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        float radius = Arrays.Settings.BlobRadius;
        TV shape = Arrays.Formula.IsLinear != 0
            ? TL.Subtract(TL.Broadcast(1f), TL.Divide(length, TL.Broadcast(radius)))
            : ElementaryLanes<TL, TV>.Exp(TL.Divide(TL.Multiply(TL.Broadcast(-0.5f), squared), TL.Broadcast(radius * radius)));
        return TL.Multiply(TL.Broadcast(Arrays.Settings.BlobDensity), shape);
    }

    /// <summary>Twin of the activations' values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly TV Value<TL, TV>(TV a)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        if (Arrays.Formula.IsSoftplus == 0)
        {
            return ElementaryLanes<TL, TV>.Exp(a);
        }

        TV one = TL.Broadcast(1f);
        TV e = ElementaryLanes<TL, TV>.Exp(ElementaryLanes<TL, TV>.NegativeMagnitude(a));
        TV sum = TL.Add(one, e);
        // 1 + e is never below 1, so what is not above it is 1 or NaN.
        TV log1p = TL.SelectGreater(
            sum, one, TL.Multiply(ElementaryLanes<TL, TV>.Log(sum), TL.Divide(e, TL.Subtract(sum, one))), e);
        return TL.SelectGreater(a, TL.Broadcast(0f), TL.Add(a, log1p), log1p);
    }

    /// <summary>Twin of the activations' derivatives.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly TV Derivative<TL, TV>(TV a)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        TV largest = TL.Broadcast(ExpDensity.LargestSlopeArgument);
        return Arrays.Formula.IsSoftplus != 0
            ? ElementaryLanes<TL, TV>.Logistic(a)
            : ElementaryLanes<TL, TV>.Exp(TL.SelectGreater(a, largest, largest, a));
    }
}
