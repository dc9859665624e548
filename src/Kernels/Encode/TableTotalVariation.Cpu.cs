using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Encode;

/// <summary>
/// Host twin of <see cref="TableTotalVariationKernels"/>. Differences, squares and gradients of a line are computed several entries at a time, then the
/// squares are added one after the other as in the kernel, four lines side by side to hide the latency of the addition. So the bits
/// are the kernel's, for any vector width and any number of threads.
/// </summary>
internal static unsafe class TableTotalVariationHost
{
    /// <summary>Twin of <see cref="TableTotalVariationKernels.ValueAndGradient"/>.</summary>
    public static void ValueAndGradient(HostThreads threads, HashGridLayout layout, in TableTotalVariationKernels.Args a)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            ValueAndGradient<Lanes512, Vector512<float>>(threads, layout, a);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ValueAndGradient<Lanes256, Vector256<float>>(threads, layout, a);
        }
        else
        {
            ValueAndGradient<Lanes128, Vector128<float>>(threads, layout, a);
        }
    }

    /// <summary>The twin for one vector width.</summary>
    internal static void ValueAndGradient<TLanes, TVector>(HostThreads threads, HashGridLayout layout, in TableTotalVariationKernels.Args a)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        int firstLine = 0;
        foreach (HashGridLevel level in layout.Levels)
        {
            if (level.IsDense == 0)
            {
                continue;
            }

            int side = level.Resolution;
            var slab = new SlabWork<TLanes, TVector>
            {
                Table = (float*)a.Table.LoadEffectiveAddressAsPtr() + (nint)level.Offset * a.FeaturesPerLevel,
                DLdTable = (float*)a.DLdTable.LoadEffectiveAddressAsPtr() + (nint)level.Offset * a.FeaturesPerLevel,
                LineValues = (float*)a.LineValues.LoadEffectiveAddressAsPtr() + firstLine,
                Side = side,
                StepX = a.FeaturesPerLevel,
                InverseCount = side < 2 ? 0f : 1f / ((float)side * side * (side - 1) * a.FeaturesPerLevel),
                Weight = a.Weight,
            };
            // One slab of constant z per item.
            threads.Run(side, slab.ScratchLength, slab);
            firstLine += side * side;
        }
    }

    /// <summary>The lines of one z on one level.</summary>
    private struct SlabWork<TLanes, TVector> : IHostWork
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        private const int LinesAtOnce = 4;

        public float* Table;
        public float* DLdTable;
        public float* LineValues;
        public int Side;
        public int StepX;
        public float InverseCount;
        public float Weight;

        public readonly long ScratchLength => (long)LinesAtOnce * Side * StepX;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            if (Side < 2)
            {
                LineValues[0] = 0f;
                return;
            }

            int length = Side * StepX;
            for (int y = 0; y < Side; y += LinesAtOnce)
            {
                int lines = Math.Min(LinesAtOnce, Side - y);
                for (int line = 0; line < lines; line++)
                {
                    Squares(y + line, item, scratch + line * length);
                }

                Sum(scratch, length, lines, LineValues + item * Side + y);
            }
        }

        /// <summary>Σ of each line's squares in ascending order; lines that do not exist are added up and dropped.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void Sum(float* squares, int length, int lines, float* values)
        {
            float sum0 = 0f;
            float sum1 = 0f;
            float sum2 = 0f;
            float sum3 = 0f;
            for (int i = 0; i < length; i++)
            {
                sum0 += squares[i];
                sum1 += squares[i + length];
                sum2 += squares[i + 2 * length];
                sum3 += squares[i + 3 * length];
            }

            ReadOnlySpan<float> sums = [sum0 * InverseCount, sum1 * InverseCount, sum2 * InverseCount, sum3 * InverseCount];
            sums[..lines].CopyTo(new Span<float>(values, lines));
        }

        /// <summary>Squared differences and gradients of one line.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void Squares(int y, int z, float* squares)
        {
            int length = Side * StepX;
            int stepZ = Side * length;
            int first = z * stepZ + y * length;
            int interior = length - 2 * StepX;
            int whole = StepX + (interior > 0 ? interior / TLanes.Count * TLanes.Count : 0);
            Range<Lanes32, float>(first, 0, StepX, y, z, squares);
            Range<TLanes, TVector>(first, StepX, whole, y, z, squares);
            Range<Lanes32, float>(first, whole, length, y, z, squares);
        }

        /// <summary>Entries [from, to) of a line; all of them inside, or one at a time.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Range<TL, TV>(int first, int from, int to, int y, int z, float* squares)
            where TL : struct, ILanes<TV>
            where TV : struct
        {
            int length = Side * StepX;
            int stepZ = Side * length;
            float* table = Table + first;
            float* gradient = DLdTable + first;
            TV zero = TL.Broadcast(0f);
            TV slope = TL.Broadcast(2f * Weight * InverseCount);
            for (int i = from; i < to; i += TL.Count)
            {
                TV centre = TL.Load(table + i);
                TV up = i + StepX < length ? TL.Subtract(TL.Load(table + i + StepX), centre) : zero;
                TV down = i >= StepX ? TL.Subtract(centre, TL.Load(table + i - StepX)) : zero;
                TV upY = y + 1 < Side ? TL.Subtract(TL.Load(table + i + length), centre) : zero;
                TV downY = y > 0 ? TL.Subtract(centre, TL.Load(table + i - length)) : zero;
                TV upZ = z + 1 < Side ? TL.Subtract(TL.Load(table + i + stepZ), centre) : zero;
                TV downZ = z > 0 ? TL.Subtract(centre, TL.Load(table + i - stepZ)) : zero;
                TL.Store(TL.Add(TL.Add(TL.Multiply(up, up), TL.Multiply(upY, upY)), TL.Multiply(upZ, upZ)), squares + i);
                TV change = TL.Add(TL.Add(TL.Subtract(down, up), TL.Subtract(downY, upY)), TL.Subtract(downZ, upZ));
                TL.Store(TL.Add(TL.Load(gradient + i), TL.Multiply(slope, change)), gradient + i);
            }
        }
    }
}
