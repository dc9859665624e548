using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Rays;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.March;

/// <summary>
/// The march: every ray carries a lattice of fixed steps, and the lattice points inside occupied cells become samples.
/// <code>
/// t_k = near + (u + k) dt,  k = 0, 1, … while t_k &lt; far and k &lt; max steps     u uniform in [0, 1) per ray, ½ without jitter
/// samples = { k : the cell of o + t_k d is occupied },  δ = dt
/// </code>
/// Two passes: <see cref="Count"/>, an exclusive prefix sum over rays, <see cref="Write"/>; so the packing depends on
/// nothing but the input. Source: instant-ngp (Müller et al. 2022), appendix E.1, with t_0 + k dt instead of repeated
/// addition. No backward: the samples of a step are constants (the estimator ignores how they move with the camera).
/// </summary>
public static class RayMarchKernels
{
    /// <summary>Rays that one work item of the prefix sum adds up.</summary>
    public const int RaysPerSum = 256;

    /// <summary>Device arguments. R rays, M samples.</summary>
    public struct Args
    {
        /// <summary>Ray origins [R], world units.</summary>
        public ArrayView<Float3> Origins;

        /// <summary>Unit directions [R].</summary>
        public ArrayView<Float3> Directions;

        /// <summary>Entry distances [R], world units.</summary>
        public ArrayView<float> Near;

        /// <summary>Exit distances [R]; a ray with near ≥ far has no samples.</summary>
        public ArrayView<float> Far;

        /// <summary>Occupancy bits [N³/32], Morton order.</summary>
        public ArrayView<uint> Bits;

        /// <summary>Cells along a side N.</summary>
        public int Resolution;

        /// <summary>Half the side of the grid's cube, world units.</summary>
        public float Bound;

        /// <summary>Lattice step dt, world units.</summary>
        public float StepLength;

        /// <summary>Lattice points per ray.</summary>
        public int MaxSteps;

        /// <summary>1 if each ray's lattice is shifted at random, 0 if it starts half a step behind the entry.</summary>
        public int Jittered;

        /// <summary>Key of the jitter, element = ray.</summary>
        public RandomKey Jitter;

        /// <summary>Samples of each ray [R]: <see cref="Count"/> writes the counts, <see cref="AddOffsets"/> the offsets.</summary>
        public ArrayView<SampleRange> Ranges;

        /// <summary>Samples of each <see cref="RaysPerSum"/> rays, then where they start; last the total [⌈R/256⌉ + 1].</summary>
        public ArrayView<int> Sums;

        /// <summary>Sample positions [M], world units; overwritten by <see cref="Write"/>.</summary>
        public ArrayView<Float3> Positions;

        /// <summary>Ray of each sample [M]; overwritten by <see cref="Write"/>.</summary>
        public ArrayView<int> RayIndices;

        /// <summary>Distance t of each sample [M], world units; overwritten by <see cref="Write"/>.</summary>
        public ArrayView<float> Distances;

        /// <summary>Segment length δ of each sample [M], world units; overwritten by <see cref="Write"/>.</summary>
        public ArrayView<float> Lengths;
    }

    /// <summary>Counts the samples of one ray.</summary>
    public static void Count(Index1D ray, Args a)
    {
        float first = FirstDistance(ray, a);
        int count = 0;
        int step = NextSample(ray, first, 0, a);
        while (step < a.MaxSteps)
        {
            count++;
            step = NextSample(ray, first, step + 1, a);
        }
        a.Ranges[ray] = new SampleRange { Count = count };
    }

    /// <summary>Adds up the counts of one fixed range of rays.</summary>
    public static void SumCounts(Index1D chunk, Args a)
    {
        int end = EndOfChunk(chunk, a);
        int sum = 0;
        for (int ray = chunk * RaysPerSum; ray < end; ray++)
        {
            sum += a.Ranges[ray].Count;
        }
        a.Sums[chunk] = sum;
    }

    /// <summary>One work item: turns the sums into their exclusive prefix, with the total at the end.</summary>
    public static void ScanSums(Index1D one, Args a)
    {
        int offset = 0;
        for (int chunk = one; chunk < a.Sums.IntLength - 1; chunk++)
        {
            int sum = a.Sums[chunk];
            a.Sums[chunk] = offset;
            offset += sum;
        }
        a.Sums[a.Sums.IntLength - 1] = offset;
    }

    /// <summary>Writes the offsets of one fixed range of rays.</summary>
    public static void AddOffsets(Index1D chunk, Args a)
    {
        int end = EndOfChunk(chunk, a);
        int offset = a.Sums[chunk];
        for (int ray = chunk * RaysPerSum; ray < end; ray++)
        {
            int count = a.Ranges[ray].Count;
            a.Ranges[ray] = new SampleRange { Offset = offset, Count = count };
            offset += count;
        }
    }

    /// <summary>Writes the samples of one ray.</summary>
    public static void Write(Index1D ray, Args a)
    {
        float first = FirstDistance(ray, a);
        int sample = a.Ranges[ray].Offset;
        int step = NextSample(ray, first, 0, a);
        while (step < a.MaxSteps)
        {
            float t = first + (step * a.StepLength);
            a.Positions[sample] = a.Origins[ray] + (a.Directions[ray] * t);
            a.RayIndices[sample] = ray;
            a.Distances[sample] = t;
            a.Lengths[sample] = a.StepLength;
            sample++;
            step = NextSample(ray, first, step + 1, a);
        }
    }

    private static float FirstDistance(int ray, in Args a)
    {
        float shift = a.Jittered != 0 ? CounterRandom.Uniform(a.Jitter, (uint)ray, 0) : 0.5f;
        return a.Near[ray] + (shift * a.StepLength);
    }

    // The first lattice point from `step` on that lies in an occupied cell, or MaxSteps if there is none.
    private static int NextSample(int ray, float first, int step, in Args a)
    {
        Float3 origin = a.Origins[ray];
        Float3 direction = a.Directions[ray];
        float far = a.Far[ray];
        float cellsPerUnit = a.Resolution / (2f * a.Bound);
        while (step < a.MaxSteps)
        {
            float t = first + (step * a.StepLength);
            if (!(t < far))
            {
                return a.MaxSteps;
            }
            float x = (origin.X + (t * direction.X) + a.Bound) * cellsPerUnit;
            float y = (origin.Y + (t * direction.Y) + a.Bound) * cellsPerUnit;
            float z = (origin.Z + (t * direction.Z) + a.Bound) * cellsPerUnit;
            int cellX = Cell(x, a.Resolution);
            int cellY = Cell(y, a.Resolution);
            int cellZ = Cell(z, a.Resolution);
            uint cell = Morton.Encode((uint)cellX, (uint)cellY, (uint)cellZ);
            if (((a.Bits[(int)(cell >> 5)] >> (int)(cell & 31)) & 1u) != 0)
            {
                return step;
            }
            float exit = DistanceToFace(x, cellX, direction.X);
            exit = Smaller(exit, DistanceToFace(y, cellY, direction.Y));
            exit = Smaller(exit, DistanceToFace(z, cellZ, direction.Z));
            // Rounded down: the last lattice point before the face is tested again, so rounding can never jump over an occupied one.
            float skipped = Smaller(exit / (cellsPerUnit * a.StepLength), a.MaxSteps - step);
            step += skipped > 1f ? (int)skipped : 1;
        }
        return a.MaxSteps;
    }

    private static int Cell(float x, int resolution)
    {
        int cell = (int)x;
        return cell < 0 ? 0 : cell < resolution ? cell : resolution - 1;
    }

    // Distance, in cells, along a unit direction from coordinate x to the face of its cell that the ray leaves through.
    private static float DistanceToFace(float x, int cell, float direction)
    {
        if (direction == 0f)
        {
            return float.MaxValue;
        }
        float face = direction > 0f ? cell + 1 : cell;
        return (face - x) / direction;
    }

    private static float Smaller(float a, float b) => a < b ? a : b;

    private static int EndOfChunk(int chunk, in Args a)
    {
        int end = (chunk + 1) * RaysPerSum;
        return end < a.Ranges.IntLength ? end : a.Ranges.IntLength;
    }
}

/// <summary>Launcher of <see cref="RayMarchKernels"/>.</summary>
/// <remarks><see cref="Count"/> says how many samples to make room for, <see cref="Write"/> fills them.</remarks>
public sealed class RayMarch : IKernelFamily<RayMarch>
{
    private readonly Action<Index1D, RayMarchKernels.Args> _count;
    private readonly Action<Index1D, RayMarchKernels.Args> _sumCounts;
    private readonly Action<Index1D, RayMarchKernels.Args> _scanSums;
    private readonly Action<Index1D, RayMarchKernels.Args> _addOffsets;
    private readonly Action<Index1D, RayMarchKernels.Args> _write;
    private readonly int[] _total = new int[1];

    private RayMarch(Accelerator accelerator)
    {
        _count = accelerator.LoadAutoGroupedStreamKernel<Index1D, RayMarchKernels.Args>(RayMarchKernels.Count);
        _sumCounts = accelerator.LoadAutoGroupedStreamKernel<Index1D, RayMarchKernels.Args>(RayMarchKernels.SumCounts);
        _scanSums = accelerator.LoadAutoGroupedStreamKernel<Index1D, RayMarchKernels.Args>(RayMarchKernels.ScanSums);
        _addOffsets = accelerator.LoadAutoGroupedStreamKernel<Index1D, RayMarchKernels.Args>(RayMarchKernels.AddOffsets);
        _write = accelerator.LoadAutoGroupedStreamKernel<Index1D, RayMarchKernels.Args>(RayMarchKernels.Write);
    }

    /// <inheritdoc/>
    public static RayMarch Load(Accelerator accelerator) => new(accelerator);

    /// <summary>Length that the scratch of <see cref="Count"/> needs for a number of rays.</summary>
    public static int ScratchLength(int rayCount) =>
        ((rayCount + RayMarchKernels.RaysPerSum - 1) / RayMarchKernels.RaysPerSum) + 1;

    /// <summary>Counts the samples and places each ray's range (waits for the device).</summary>
    /// <param name="rays">R rays.</param>
    /// <param name="grid">Where the scene can hold matter.</param>
    /// <param name="options">Lattice and budget.</param>
    /// <param name="jitter">Key of the per-ray shift, or null for lattices that start half a step behind the entry.</param>
    /// <param name="ranges">Offset and count of each ray [R]; overwritten.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> values; overwritten.</param>
    /// <returns>The total number of samples M; 0 is legal.</returns>
    /// <exception cref="SampleBudgetException">M exceeds the budget.</exception>
    public int Count(in RayBatch rays, OccupancyGridBuffers grid, RayMarchOptions options, RandomKey? jitter, ArrayView<SampleRange> ranges, ArrayView<int> scratch)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        int rayCount = rays.Count;
        if ((long)rayCount * options.MaxSteps > int.MaxValue)
        {
            throw new ArgumentException($"March: {rayCount} rays of {options.MaxSteps} steps can give more than {int.MaxValue} samples; march the image in tiles.");
        }
        if (scratch.Length < ScratchLength(rayCount))
        {
            throw new ArgumentException($"March: {rayCount} rays need a scratch of {ScratchLength(rayCount)} values, got {scratch.Length}.");
        }
        if (rayCount == 0)
        {
            return 0;
        }
        RayMarchKernels.Args args = Arguments(rays, grid, options, jitter, ranges);
        args.Sums = scratch.SubView(0, ScratchLength(rayCount));
        int chunks = args.Sums.IntLength - 1;
        _count(rayCount, args);
        _sumCounts(chunks, args);
        _scanSums(1, args);
        _addOffsets(chunks, args);
        args.Sums.SubView(chunks, 1).CopyToCPU(_total);
        return _total[0] <= options.SampleBudget ? _total[0] : throw new SampleBudgetException(_total[0], options.SampleBudget, rayCount);
    }

    /// <summary>Writes the samples that <see cref="Count"/> announced, with the same rays, grid, options and jitter.</summary>
    public void Write(in RayBatch rays, OccupancyGridBuffers grid, RayMarchOptions options, RandomKey? jitter, in PackedSamples samples)
    {
        ArgumentNullException.ThrowIfNull(options);
        samples.CheckLengths();
        if (samples.Count == 0)
        {
            return;
        }
        RayMarchKernels.Args args = Arguments(rays, grid, options, jitter, samples.Ranges);
        args.Positions = samples.Positions;
        args.RayIndices = samples.RayIndices;
        args.Distances = samples.Distances;
        args.Lengths = samples.Lengths;
        _write(rays.Count, args);
    }

    private static RayMarchKernels.Args Arguments(in RayBatch rays, OccupancyGridBuffers grid, RayMarchOptions options, RandomKey? jitter, ArrayView<SampleRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(grid);
        rays.CheckLengths();
        if (ranges.Length != rays.Count)
        {
            throw new ArgumentException($"March: {rays.Count} rays need as many ranges, got {ranges.Length}.");
        }
        return new RayMarchKernels.Args
        {
            Origins = rays.Origins,
            Directions = rays.Directions,
            Near = rays.Near,
            Far = rays.Far,
            Bits = grid.Bits,
            Resolution = grid.Options.Resolution,
            Bound = grid.Options.Bound,
            StepLength = options.StepLength,
            MaxSteps = options.MaxSteps,
            Jittered = jitter.HasValue ? 1 : 0,
            Jitter = jitter.GetValueOrDefault(),
            Ranges = ranges,
        };
    }
}
