using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Rays;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.March;

/// <summary>
/// The march: every ray carries a lattice of points, and the lattice points inside occupied cells become samples.
/// <code>
/// near' = max(near, min near)        u uniform in [0, 1) per ray, ½ without jitter
/// fixed steps (γ = 0):  t_k = near' + (u + k) dt
/// cone steps (γ &gt; 0):   t_0 = near' + u dt(near'),  t_{k+1} = t_k + dt(t_k),  dt(t) = clamp(γ t, dt, dt_max)
/// while t_k &lt; far and k &lt; max steps and there are fewer than max samples
/// samples = { k : the cell of x = o + t_k d is occupied },  δ = dt(t_k)
/// cell: of the cascade max(by position, by step) of <see cref="Cascades"/>, ⌊(x / b + 1) N / 2⌋ in its cube ±b
/// </code>
/// Empty cells, and coarser ones that are empty as a whole, are left in one go; which lattice points become samples does not depend on that. Two passes:
/// <see cref="Count"/>, an exclusive prefix sum over rays, <see cref="Write"/>; so the packing depends on nothing but the
/// input. Source: instant-ngp (Müller et al. 2022), appendix E.1; fixed steps are t_0 + k dt instead of repeated addition.
/// No backward: the samples of a step are constants (the estimator ignores how they move with the camera).
/// </summary>
public static class RayMarchKernels
{
    /// <summary>Rays that one work item of the prefix sum adds up.</summary>
    public const int RaysPerSum = 256;

    // Two roundings of half a unit in the last place each for o + t d, two for its cell coordinate, and as much again for the other end of a skip.
    private const float RelativeRounding = 4f / (1 << 23);

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

        /// <summary>Occupancy bits [C·N³/32], by cascade, then in Morton order.</summary>
        public ArrayView<uint> Bits;

        /// <summary>Cells along a side N.</summary>
        public int Resolution;

        /// <summary>Number of cascades C.</summary>
        public int CascadeCount;

        /// <summary>Number of cascades, from the finest on, of which each has twice the side of the one before; C or C - 1.</summary>
        public int NestedCascadeCount;

        /// <summary>Half the side of the grid's cube, world units.</summary>
        public float Bound;

        /// <summary>Lattice step dt, world units; with cone steps the shortest.</summary>
        public float StepLength;

        /// <summary>Longest cone step dt_max, world units.</summary>
        public float MaxStepLength;

        /// <summary>Growth γ of the step with the distance; 0 for fixed steps.</summary>
        public float ConeAngle;

        /// <summary>Distance at which the lattice starts at the earliest, world units.</summary>
        public float MinNear;

        /// <summary>Lattice points per ray.</summary>
        public int MaxSteps;

        /// <summary>Samples per ray.</summary>
        public int MaxSamples;

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

    // Where a ray stands: lattice point Step at distance T; First is the distance of point 0.
    private struct Walk
    {
        public float First;
        public float T;
        public int Step;
    }

    /// <summary>Counts the samples of one ray.</summary>
    public static void Count(Index1D ray, Args a)
    {
        Walk walk = Start(ray, a);
        int count = 0;
        while (count < a.MaxSamples && FindSample(ray, ref walk, a))
        {
            count++;
            Advance(ref walk, a);
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
        Walk walk = Start(ray, a);
        int sample = a.Ranges[ray].Offset;
        int end = sample + a.Ranges[ray].Count;
        while (sample < end && FindSample(ray, ref walk, a))
        {
            a.Positions[sample] = a.Origins[ray] + (a.Directions[ray] * walk.T);
            a.RayIndices[sample] = ray;
            a.Distances[sample] = walk.T;
            a.Lengths[sample] = StepAt(walk.T, a);
            sample++;
            Advance(ref walk, a);
        }
    }

    private static Walk Start(int ray, in Args a)
    {
        float first = FirstDistance(ray, a);
        return new Walk { First = first, T = first };
    }

    /// <summary>t_0 of a ray.</summary>
    internal static float FirstDistance(int ray, in Args a)
    {
        float shift = a.Jittered != 0 ? CounterRandom.Uniform(a.Jitter, (uint)ray, 0) : 0.5f;
        float near = a.Near[ray] < a.MinNear ? a.MinNear : a.Near[ray];
        return near + (shift * StepAt(near, a));
    }

    // dt(t); γ = 0 gives the shortest step everywhere.
    private static float StepAt(float t, in Args a)
    {
        float step = t * a.ConeAngle;
        step = step < a.MaxStepLength ? step : a.MaxStepLength;
        return step > a.StepLength ? step : a.StepLength;
    }

    private static void Advance(ref Walk walk, in Args a)
    {
        walk.Step++;
        walk.T = a.ConeAngle > 0f ? walk.T + StepAt(walk.T, a) : walk.First + (walk.Step * a.StepLength);
    }

    // Moves on to the first lattice point, this one included, that lies in an occupied cell; false if there is none.
    private static bool FindSample(int ray, ref Walk walk, in Args a)
    {
        Float3 origin = a.Origins[ray];
        Float3 direction = a.Directions[ray];
        float far = a.Far[ray];
        while (walk.Step < a.MaxSteps && walk.T < far)
        {
            float t = walk.T;
            float worldX = origin.X + (t * direction.X);
            float worldY = origin.Y + (t * direction.Y);
            float worldZ = origin.Z + (t * direction.Z);
            int cascade = CascadeOf(worldX, worldY, worldZ, t, a);
            float half = Cascades.HalfSide(cascade, a.CascadeCount, a.Bound);
            float cellsPerUnit = a.Resolution / (2f * half);
            float x = (worldX + half) * cellsPerUnit;
            float y = (worldY + half) * cellsPerUnit;
            float z = (worldZ + half) * cellsPerUnit;
            int cellX = Cell(x, a.Resolution);
            int cellY = Cell(y, a.Resolution);
            int cellZ = Cell(z, a.Resolution);
            int side = EmptySide(cascade, cellX, cellY, cellZ, a);
            if (side == 0)
            {
                return true;
            }
            // As far as rounding can put a lattice point from where it belongs, in cells: a ray that grazes a face crosses it that much earlier.
            float margin = (half + t) * cellsPerUnit * RelativeRounding;
            float exit = DistanceToFace(x, cellX & -side, side, direction.X, margin);
            exit = MathF.Min(exit, DistanceToFace(y, cellY & -side, side, direction.Y, margin));
            exit = MathF.Min(exit, DistanceToFace(z, cellZ & -side, side, direction.Z, margin));
            if (a.ConeAngle > 0f)
            {
                LeaveByConeSteps(ref walk, t + (exit / cellsPerUnit), cascade, a);
            }
            else
            {
                // Rounded down: the last lattice point before the face is tested again, so rounding can never jump over an occupied one.
                float skipped = Smaller(exit / (cellsPerUnit * a.StepLength), a.MaxSteps - walk.Step);
                walk.Step += skipped > 1f ? (int)skipped : 1;
                walk.T = walk.First + (walk.Step * a.StepLength);
            }
        }
        return false;
    }

    // Steps through an empty cell. Two kinds of points are tested again: the last one before the face, so that rounding can
    // never jump over an occupied cell, and the first one whose step has grown into a coarser cascade, whose cell may be
    // occupied. Finer cells inside are empty because the grid is max-pooled.
    private static void LeaveByConeSteps(ref Walk walk, float face, int cascade, in Args a)
    {
        Advance(ref walk, a);
        float step = StepAt(walk.T, a);
        while (walk.Step < a.MaxSteps && walk.T + step < face && Cascades.OfStep(step, a.Resolution, a.CascadeCount) <= cascade)
        {
            Advance(ref walk, a);
            step = StepAt(walk.T, a);
        }
    }

    private static int CascadeOf(float x, float y, float z, float t, in Args a)
    {
        if (a.CascadeCount == 1)
        {
            return 0;
        }
        float largest = Larger(Larger(MathF.Abs(x), MathF.Abs(y)), MathF.Abs(z));
        int byPosition = Cascades.OfPosition(largest, a.CascadeCount);
        int byStep = Cascades.OfStep(StepAt(t, a), a.Resolution, a.CascadeCount);
        return byPosition > byStep ? byPosition : byStep;
    }

    private static int Cell(float x, int resolution)
    {
        int cell = (int)x;
        return cell < 0 ? 0 : cell < resolution ? cell : resolution - 1;
    }

    /// <summary>Whether the point at distance t of a ray lies in an occupied cell.</summary>
    internal static bool IsOccupiedAt(Float3 origin, Float3 direction, float t, in Args a)
    {
        float worldX = origin.X + (t * direction.X);
        float worldY = origin.Y + (t * direction.Y);
        float worldZ = origin.Z + (t * direction.Z);
        int cascade = CascadeOf(worldX, worldY, worldZ, t, a);
        float half = Cascades.HalfSide(cascade, a.CascadeCount, a.Bound);
        float cellsPerUnit = a.Resolution / (2f * half);
        return IsOccupied(
            cascade, Cell((worldX + half) * cellsPerUnit, a.Resolution), Cell((worldY + half) * cellsPerUnit, a.Resolution),
            Cell((worldZ + half) * cellsPerUnit, a.Resolution), a);
    }

    private static bool IsOccupied(int cascade, int cellX, int cellY, int cellZ, in Args a)
    {
        uint cell = Morton.Encode((uint)cellX, (uint)cellY, (uint)cellZ) + (uint)(cascade * a.Resolution * a.Resolution * a.Resolution);
        return ((a.Bits[(int)(cell >> 5)] >> (int)(cell & 31)) & 1u) != 0;
    }

    // Side, in cells of its cascade, of the largest block around a cell that is known to be empty: 1 for the cell alone, 2 for the cell of the next
    // coarser cascade, and so on; 0 if the cell is occupied. The coarsest is asked first, because most of space is empty. It is a whole
    // block where every cascade has twice the side of the one before. Blocks of up to N/4 cells lie wholly inside or wholly outside the next finer
    // cascade's cube, so every lattice point in one belongs to the cascade that was asked, unless its step has grown, which ends the skip.
    private static int EmptySide(int cascade, int cellX, int cellY, int cellZ, in Args a)
    {
        int centre = a.Resolution / 2;
        int level = cascade < a.NestedCascadeCount ? a.NestedCascadeCount - 1 - cascade : 0;
        while ((4 << level) > a.Resolution)
        {
            level--;
        }
        while (level >= 0
            && IsOccupied(cascade + level, ((cellX - centre) >> level) + centre, ((cellY - centre) >> level) + centre, ((cellZ - centre) >> level) + centre, a))
        {
            level--;
        }
        return level < 0 ? 0 : 1 << level;
    }

    // Distance, in cells, along a unit direction from coordinate x to the face of the block [low, low + side) that the ray leaves through.
    private static float DistanceToFace(float x, int low, int side, float direction, float margin)
    {
        if (direction == 0f)
        {
            return float.MaxValue;
        }
        return direction > 0f ? (low + side - margin - x) / direction : (low + margin - x) / direction;
    }

    private static float Smaller(float a, float b) => a < b ? a : b;

    private static float Larger(float a, float b) => a > b ? a : b;

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

    private readonly HostThreads? _host;
    private readonly Action<KernelConfig, RayMarchKernels.Args>? _warpCount;
    private readonly Action<KernelConfig, RayMarchKernels.Args>? _warpScan;
    private readonly Action<KernelConfig, RayMarchKernels.Args>? _warpWrite;

    private RayMarch(Accelerator accelerator, HostThreads? host, GpuTuning? gpu)
    {
        if (gpu is not null)
        {
            _warpCount = accelerator.LoadStreamKernel<RayMarchKernels.Args>(WarpMarchKernels.Count);
            _warpScan = accelerator.LoadStreamKernel<RayMarchKernels.Args>(WarpMarchKernels.Scan);
            _warpWrite = accelerator.LoadStreamKernel<RayMarchKernels.Args>(WarpMarchKernels.Write);
        }

        _host = host;
        _count = accelerator.LoadAutoGroupedStreamKernel<Index1D, RayMarchKernels.Args>(RayMarchKernels.Count);
        _sumCounts = accelerator.LoadAutoGroupedStreamKernel<Index1D, RayMarchKernels.Args>(RayMarchKernels.SumCounts);
        _scanSums = accelerator.LoadAutoGroupedStreamKernel<Index1D, RayMarchKernels.Args>(RayMarchKernels.ScanSums);
        _addOffsets = accelerator.LoadAutoGroupedStreamKernel<Index1D, RayMarchKernels.Args>(RayMarchKernels.AddOffsets);
        _write = accelerator.LoadAutoGroupedStreamKernel<Index1D, RayMarchKernels.Args>(RayMarchKernels.Write);
    }

    /// <inheritdoc/>
    public static RayMarch Load(Accelerator accelerator) => new(accelerator, null, null);

    /// <inheritdoc/>
    public static RayMarch Load(Accelerator accelerator, HostThreads? host) => new(accelerator, host, null);

    /// <inheritdoc/>
    public static RayMarch Load(Accelerator accelerator, HostThreads? host, GpuTuning? gpu) => new(accelerator, host, gpu);

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
        int perRay = Math.Min(options.MaxSteps, options.MaxSamples);
        if ((long)rayCount * perRay > int.MaxValue)
        {
            throw new ArgumentException($"March: {rayCount} rays of {perRay} steps can give more than {int.MaxValue} samples; march the image in tiles.");
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
        if (_host is not null && RayMarchHost.Serves(args))
        {
            RayMarchHost.Count(_host, args);
        }
        else if (IsForWarps(args))
        {
            _warpCount!(Warps(rayCount), args);
        }
        else
        {
            _count(rayCount, args);
        }

        if (_warpScan is not null)
        {
            _warpScan((1, WarpMarchKernels.ScanGroupSize), args);
        }
        else
        {
            _sumCounts(chunks, args);
            _scanSums(1, args);
            _addOffsets(chunks, args);
        }

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
        if (_host is not null && RayMarchHost.Serves(args))
        {
            RayMarchHost.Write(_host, args);
        }
        else if (IsForWarps(args))
        {
            _warpWrite!(Warps(rays.Count), args);
        }
        else
        {
            _write(rays.Count, args);
        }
    }

    // Cone steps are a walk: a thread per ray.
    private bool IsForWarps(in RayMarchKernels.Args args) => _warpCount is not null && !(args.ConeAngle > 0f);

    private static KernelConfig Warps(int rays)
    {
        const int RaysPerGroup = WarpMarchKernels.GroupSize / GpuTuning.WarpSize;
        return ((rays + RaysPerGroup - 1) / RaysPerGroup, WarpMarchKernels.GroupSize);
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
            CascadeCount = grid.Options.CascadeCount,
            NestedCascadeCount = Cascades.NestedCount(grid.Options.CascadeCount, grid.Options.Bound),
            StepLength = options.StepLength,
            MaxStepLength = options.MaxStepLength,
            ConeAngle = options.ConeAngle,
            MinNear = options.MinNear,
            MaxSteps = options.MaxSteps,
            MaxSamples = options.MaxSamples,
            Jittered = jitter.HasValue ? 1 : 0,
            Jitter = jitter.GetValueOrDefault(),
            Ranges = ranges,
        };
    }
}
