using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Optimize;

/// <summary>
/// Host twin of <see cref="GradientInspectionKernels"/>: each range is summed one value after the other as in the kernel, four ranges side by side,
/// because a single sum waits for the addition before it.
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

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int item, float* scratch)
        {
            int chunk = item * ChunksAtOnce;
            float* g0 = Gradients + FirstOf(chunk);
            float* g1 = Gradients + FirstOf(chunk + 1);
            float* g2 = Gradients + FirstOf(chunk + 2);
            float* g3 = Gradients + FirstOf(chunk + 3);
            // Lengths of ranges differ by one at most.
            long common = Length / GradientInspectionKernels.ChunkCount;
            double sum0 = 0d;
            double sum1 = 0d;
            double sum2 = 0d;
            double sum3 = 0d;
            float poison = 0f;
            for (long i = 0; i < common; i++)
            {
                float a = g0[i];
                float b = g1[i];
                float c = g2[i];
                float d = g3[i];
                sum0 += (double)a * a;
                sum1 += (double)b * b;
                sum2 += (double)c * c;
                sum3 += (double)d * d;
                // Not a number as soon as one value is not finite.
                poison += a - a + (b - b) + (c - c + (d - d));
            }

            if (poison == 0f)
            {
                Finish(chunk, g0, common, sum0);
                Finish(chunk + 1, g1, common, sum1);
                Finish(chunk + 2, g2, common, sum2);
                Finish(chunk + 3, g3, common, sum3);
                return;
            }

            Finish(chunk, g0, 0, 0d);
            Finish(chunk + 1, g1, 0, 0d);
            Finish(chunk + 2, g2, 0, 0d);
            Finish(chunk + 3, g3, 0, 0d);
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
