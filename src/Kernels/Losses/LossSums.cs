using System;
using ILGPU;

namespace DreamFusion.Kernels.Losses;

/// <summary>
/// How a loss adds up its terms: each work item owns a fixed range of <see cref="TermsPerSum"/> terms and adds them in order,
/// then one work item adds the range sums in order. The value has the same bits for any number of threads.
/// </summary>
public static class LossSumKernels
{
    /// <summary>Terms that one work item adds up.</summary>
    public const int TermsPerSum = 512;

    /// <summary>Device arguments of <see cref="Total"/>.</summary>
    public struct Args
    {
        /// <summary>Sums of the ranges [⌈n/512⌉].</summary>
        public ArrayView<float> Sums;

        /// <summary>The loss [1]; overwritten.</summary>
        public ArrayView<float> Value;

        /// <summary>Factor on the sum of all terms.</summary>
        public float Scale;
    }

    /// <summary>Length of the scratch for a number of terms.</summary>
    public static int ScratchLength(long termCount) => (int)((termCount + TermsPerSum - 1) / TermsPerSum);

    /// <summary>One work item: Value = Scale · Σ Sums.</summary>
    public static void Total(Index1D one, Args a)
    {
        float total = 0f;
        for (int i = 0; i < a.Sums.IntLength; i++)
        {
            total += a.Sums[i];
        }
        a.Value[one] = a.Scale * total;
    }

    internal static int EndOfRange(int range, int termCount)
    {
        int end = (range + 1) * TermsPerSum;
        return end < termCount ? end : termCount;
    }

    internal static void CheckBuffers(string loss, long terms, long scratch, long value, long gradients)
    {
        if (scratch != ScratchLength(terms))
        {
            throw new ArgumentException($"{loss}: {terms} terms need a scratch of exactly {ScratchLength(terms)} values, got {scratch}.");
        }
        if (value != 1)
        {
            throw new ArgumentException($"{loss}: the value needs a buffer of 1 element, got {value}.");
        }
        if (gradients != 0 && gradients != terms)
        {
            throw new ArgumentException($"{loss}: {gradients} gradients for {terms} terms; pass one each or none.");
        }
    }
}
