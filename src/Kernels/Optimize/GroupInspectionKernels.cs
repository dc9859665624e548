using ILGPU;

namespace DreamFusion.Kernels.Optimize;

/// <summary>
/// The inspection of a gradient for GPUs: ranges and sums of <see cref="GradientInspectionKernels"/>, a group for each range. Neighbouring threads read neighbouring values, and the
/// threads' sums are added in a tree, so the order is fixed.
/// </summary>
public static class GroupInspectionKernels
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 256;

    /// <summary>Squared norm and number of values that are not finite of one range.</summary>
    /// <param name="a">Arguments.</param>
    public static void Inspect(GradientInspectionKernels.Args a)
    {
        ArrayView<double> sums = SharedMemory.Allocate<double>(GroupSize);
        ArrayView<int> counts = SharedMemory.Allocate<int>(GroupSize);
        int thread = Group.IdxX;
        long first = a.Gradients.Length * Grid.IdxX / GradientInspectionKernels.ChunkCount;
        long last = a.Gradients.Length * (Grid.IdxX + 1) / GradientInspectionKernels.ChunkCount;
        double sum = 0d;
        int nonFinite = 0;
        for (long i = first + thread; i < last; i += GroupSize)
        {
            float g = a.Gradients[i];
            // As in the portable kernel: false exactly for infinities and NaN.
            if (g - g == 0f)
            {
                sum += (double)g * g;
            }
            else
            {
                nonFinite++;
            }
        }

        sums[thread] = sum;
        counts[thread] = nonFinite;
        Group.Barrier();
        for (int reach = GroupSize / 2; reach > 0; reach /= 2)
        {
            if (thread < reach)
            {
                sums[thread] += sums[thread + reach];
                counts[thread] += counts[thread + reach];
            }

            Group.Barrier();
        }

        if (thread == 0)
        {
            a.SquaredNorms[Grid.IdxX] = sums[0];
            a.NonFiniteCounts[Grid.IdxX] = counts[0];
        }
    }
}
