using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.March;

/// <summary>
/// The march with fixed steps for GPUs: formulas and samples of <see cref="RayMarchKernels"/>. One warp per ray tests 32 lattice points at once, a ballot says which are samples, and its
/// bits below a lane are where the lane's sample goes. The ranges are one scan of a single group of 1024 threads.
/// </summary>
public static class WarpMarchKernels
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 128;

    /// <summary>Threads of the group that scans.</summary>
    public const int ScanGroupSize = 1024;

    private const int Lanes = GpuTuning.WarpSize;

    /// <summary>Counts the samples of one ray.</summary>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
    public static void Count(RayMarchKernels.Args a)
    {
        int ray = OwnRay;
        if (ray >= a.Ranges.IntLength)
        {
            return;
        }

        float first = RayMarchKernels.FirstDistance(ray, a);
        float far = a.Far[ray];
        int count = 0;
        for (int step = 0; step < a.MaxSteps && count < a.MaxSamples && first + (step * a.StepLength) < far; step += Lanes)
        {
            count += IntrinsicMath.PopCount(Samples(ray, first, far, step, a));
        }

        if (Warp.LaneIdx == 0)
        {
            a.Ranges[ray] = new SampleRange { Count = count < a.MaxSamples ? count : a.MaxSamples };
        }
    }

    /// <summary>Turns the counts of all rays into ranges and writes the total behind the last sum. One group.</summary>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
    public static void Scan(RayMarchKernels.Args a)
    {
        ArrayView<int> sums = SharedMemory.Allocate<int>(ScanGroupSize);
        int thread = Group.IdxX;
        int rays = a.Ranges.IntLength;
        int perThread = (rays + ScanGroupSize - 1) / ScanGroupSize;
        int begin = thread * perThread;
        int end = begin + perThread < rays ? begin + perThread : rays;
        int own = 0;
        for (int ray = begin; ray < end; ray++)
        {
            own += a.Ranges[ray].Count;
        }

        sums[thread] = own;
        Group.Barrier();
        for (int distance = 1; distance < ScanGroupSize; distance *= 2)
        {
            int below = thread >= distance ? sums[thread - distance] : 0;
            Group.Barrier();
            sums[thread] += below;
            Group.Barrier();
        }

        int offset = sums[thread] - own;
        for (int ray = begin; ray < end; ray++)
        {
            int count = a.Ranges[ray].Count;
            a.Ranges[ray] = new SampleRange { Offset = offset, Count = count };
            offset += count;
        }

        if (thread == ScanGroupSize - 1)
        {
            a.Sums[a.Sums.IntLength - 1] = sums[thread];
        }
    }

    /// <summary>Writes the samples of one ray.</summary>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
    public static void Write(RayMarchKernels.Args a)
    {
        int ray = OwnRay;
        if (ray >= a.Ranges.IntLength)
        {
            return;
        }

        int lane = Warp.LaneIdx;
        float first = RayMarchKernels.FirstDistance(ray, a);
        float far = a.Far[ray];
        SampleRange range = a.Ranges[ray];
        int sample = range.Offset;
        int end = range.Offset + range.Count;
        for (int step = 0; step < a.MaxSteps && sample < end && first + (step * a.StepLength) < far; step += Lanes)
        {
            uint samples = Samples(ray, first, far, step, a);
            int own = sample + IntrinsicMath.PopCount(samples & ((1u << lane) - 1u));
            if (((samples >> lane) & 1u) != 0u && own < end)
            {
                float t = first + ((step + lane) * a.StepLength);
                a.Positions[own] = a.Origins[ray] + (a.Directions[ray] * t);
                a.RayIndices[own] = ray;
                a.Distances[own] = t;
                a.Lengths[own] = a.StepLength;
            }

            sample += IntrinsicMath.PopCount(samples);
        }
    }

    private static int OwnRay => (Grid.IdxX * Group.DimX + Group.IdxX) / Lanes;

    // Bit i is set where lattice point step + i is a sample.
    private static uint Samples(int ray, float first, float far, int step, RayMarchKernels.Args a)
    {
        int own = step + Warp.LaneIdx;
        float t = first + (own * a.StepLength);
        bool isSample = own < a.MaxSteps && t < far;
        if (isSample)
        {
            isSample = RayMarchKernels.IsOccupiedAt(a.Origins[ray], a.Directions[ray], t, a);
        }

        return WarpMatrix.Ballot(isSample ? 1 : 0);
    }
}
