using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Optimize;

/// <summary>
/// Host twin of <see cref="GradientInspectionKernels"/>: each range is summed one value after the other as in the kernel, four ranges side by side in
/// the lanes of a vector, because a single sum waits for the addition before it.
/// </summary>
internal static unsafe class GradientInspectionHost
{
    /// <summary>Twin of <see cref="GradientInspectionKernels.Inspect"/>.</summary>
    public static void Inspect(HostThreads threads, in GradientInspectionKernels.Args a)
        => threads.Run(GradientInspectionKernels.ChunkCount / Work.ChunksAtOnce, 0, new Work
        {
            Gradients = (float*)a.Gradients.LoadEffectiveAddressAsPtr(),
            Length = a.Gradients.Length,
            SquaredNorms = (double*)a.SquaredNorms.LoadEffectiveAddressAsPtr(),
            NonFiniteCounts = (long*)a.NonFiniteCounts.LoadEffectiveAddressAsPtr(),
        });

    private struct Work : IHostWork
    {
        public const int ChunksAtOnce = 4;

        public float* Gradients;
        public long Length;
        public double* SquaredNorms;
        public long* NonFiniteCounts;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            int chunk = item * ChunksAtOnce;
            float* g0 = Gradients + FirstOf(chunk);
            float* g1 = Gradients + FirstOf(chunk + 1);
            float* g2 = Gradients + FirstOf(chunk + 2);
            float* g3 = Gradients + FirstOf(chunk + 3);
            // Lengths of ranges differ by one at most.
            long common = Length / GradientInspectionKernels.ChunkCount;
            Vector128<double> low = Vector128<double>.Zero;
            Vector128<double> high = Vector128<double>.Zero;
            Vector128<float> poison = Vector128<float>.Zero;
            for (long i = 0; i < common; i++)
            {
                var g = Vector128.Create(g0[i], g1[i], g2[i], g3[i]);
                Vector128<double> lower = Vector128.WidenLower(g);
                Vector128<double> upper = Vector128.WidenUpper(g);
                // The square of a float is exact in double, so the fused form has the bits of the kernel's product and sum.
                low = Vector128.FusedMultiplyAdd(lower, lower, low);
                high = Vector128.FusedMultiplyAdd(upper, upper, high);
                // Zero for finite values; not a number, for good, as soon as one is not finite.
                poison += g - g;
            }

            bool isFinite = poison == Vector128<float>.Zero;
            long from = isFinite ? common : 0;
            double* sums = stackalloc double[ChunksAtOnce];
            low.Store(sums);
            high.Store(sums + 2);
            Finish(chunk, g0, from, isFinite ? sums[0] : 0d);
            Finish(chunk + 1, g1, from, isFinite ? sums[1] : 0d);
            Finish(chunk + 2, g2, from, isFinite ? sums[2] : 0d);
            Finish(chunk + 3, g3, from, isFinite ? sums[3] : 0d);
        }

        private readonly long FirstOf(int chunk) => Length * chunk / GradientInspectionKernels.ChunkCount;

        /// <summary>Goes on with one range from a value on, as the kernel does, and stores the result.</summary>
        private readonly void Finish(int chunk, float* gradients, long from, double sum)
        {
            long nonFinite = 0;
            long count = FirstOf(chunk + 1) - FirstOf(chunk);
            for (long i = from; i < count; i++)
            {
                float g = gradients[i];
                if (g - g == 0f)
                {
                    sum += (double)g * g;
                }
                else
                {
                    nonFinite++;
                }
            }

            SquaredNorms[chunk] = sum;
            NonFiniteCounts[chunk] = nonFinite;
        }
    }
}
