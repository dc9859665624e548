using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.March;

/// <summary>
/// Host twin of <see cref="RayMarchKernels.Count"/> and <see cref="RayMarchKernels.Write"/>: it looks up eight lattice points at a time and leaves
/// no empty cell in one go, which the samples do not depend on; positions and distances go through the kernel's operations, so the bits
/// are the same. It serves fixed steps through one cascade whose cells are at most <see cref="MostStepsPerCell"/> steps wide: where cells hold
/// more points than that, leaving them in one go is faster, and growing steps and cascades run the kernels.
/// </summary>
internal static unsafe class RayMarchHost
{
    /// <summary>Lattice points along the side of a cell up to which looking at all of them pays.</summary>
    public const int MostStepsPerCell = 4;

    private const int RaysPerItem = 64;

    /// <summary>Whether the twin runs these arguments; otherwise the kernels do.</summary>
    public static bool Serves(in RayMarchKernels.Args a)
        => a.ConeAngle == 0f && a.CascadeCount == 1 && a.StepLength * MostStepsPerCell * a.Resolution >= 2f * a.Bound;

    /// <summary>Twin of <see cref="RayMarchKernels.Count"/>.</summary>
    public static void Count(HostThreads threads, in RayMarchKernels.Args a) => Run(threads, a, writes: 0);

    /// <summary>Twin of <see cref="RayMarchKernels.Write"/>.</summary>
    public static void Write(HostThreads threads, in RayMarchKernels.Args a) => Run(threads, a, writes: 1);

    private static void Run(HostThreads threads, in RayMarchKernels.Args a, int writes)
        => threads.Run((a.Ranges.IntLength + RaysPerItem - 1) / RaysPerItem, 0, new Work
        {
            Settings = a,
            Writes = writes,
            Origins = (Float3*)HostAddress.Of(a.Origins),
            Directions = (Float3*)HostAddress.Of(a.Directions),
            Far = HostAddress.Of(a.Far),
            Bits = (uint*)HostAddress.Of(a.Bits),
            Ranges = (SampleRange*)HostAddress.Of(a.Ranges),
            Positions = (Float3*)HostAddress.Of(a.Positions),
            RayIndices = (int*)HostAddress.Of(a.RayIndices),
            Distances = HostAddress.Of(a.Distances),
            Lengths = HostAddress.Of(a.Lengths),
        });

    private struct Work : IHostWork
    {
        public RayMarchKernels.Args Settings;
        public int Writes;
        public Float3* Origins;
        public Float3* Directions;
        public float* Far;
        public uint* Bits;
        public SampleRange* Ranges;
        public Float3* Positions;
        public int* RayIndices;
        public float* Distances;
        public float* Lengths;

        public readonly void Run(int item, float* scratch)
        {
            int last = Math.Min(Settings.Ranges.IntLength, (item + 1) * RaysPerItem);
            for (int ray = item * RaysPerItem; ray < last; ray++)
            {
                float first = RayMarchKernels.FirstDistance(ray, Settings);
                if (Writes != 0)
                {
                    WriteRay(ray, first);
                }
                else
                {
                    Ranges[ray] = new SampleRange { Count = CountRay(ray, first) };
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly int CountRay(int ray, float first)
        {
            int count = 0;
            for (int step = 0; step < Settings.MaxSteps && count < Settings.MaxSamples; step += Vector256<float>.Count)
            {
                count += BitOperations.PopCount(Occupied(ray, first, step, out Vector256<float> _, out bool isLast));
                if (isLast)
                {
                    break;
                }
            }

            return Math.Min(count, Settings.MaxSamples);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void WriteRay(int ray, float first)
        {
            int sample = Ranges[ray].Offset;
            int end = sample + Ranges[ray].Count;
            for (int step = 0; step < Settings.MaxSteps && sample < end; step += Vector256<float>.Count)
            {
                uint occupied = Occupied(ray, first, step, out Vector256<float> t, out bool _);
                for (; occupied != 0 && sample < end; occupied &= occupied - 1)
                {
                    float distance = t.GetElement(BitOperations.TrailingZeroCount(occupied));
                    Positions[sample] = Origins[ray] + (Directions[ray] * distance);
                    RayIndices[sample] = ray;
                    Distances[sample] = distance;
                    Lengths[sample] = Settings.StepLength;
                    sample++;
                }
            }
        }

        /// <summary>Which of eight lattice points are samples, a bit each; the last ones of a ray may lie behind its end.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly uint Occupied(int ray, float first, int step, out Vector256<float> t, out bool isLast)
        {
            Vector256<int> steps = Vector256.Create(step) + Vector256<int>.Indices;
            t = Vector256.Create(first) + Vector256.ConvertToSingle(steps) * Settings.StepLength;
            uint onRay = Vector256.LessThan(t, Vector256.Create(Far[ray])).ExtractMostSignificantBits()
                & Vector256.LessThan(steps, Vector256.Create(Settings.MaxSteps)).ExtractMostSignificantBits();
            isLast = onRay != 0xFFu;
            if (onRay == 0)
            {
                return 0;
            }

            Float3 origin = Origins[ray];
            Float3 direction = Directions[ray];
            Vector256<uint> cells = Spread(Cell(origin.X, direction.X, t)) | (Spread(Cell(origin.Y, direction.Y, t)) << 1)
                | (Spread(Cell(origin.Z, direction.Z, t)) << 2);
            uint occupied = 0;
            for (int lane = 0; lane < Vector256<float>.Count; lane++)
            {
                uint cell = cells.GetElement(lane);
                occupied |= ((Bits[cell >> 5] >> (int)(cell & 31)) & 1u) << lane;
            }

            return occupied & onRay;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly Vector256<uint> Cell(float origin, float direction, Vector256<float> t)
        {
            Vector256<float> world = Vector256.Create(origin) + (t * direction);
            Vector256<float> x = (world + Vector256.Create(Settings.Bound)) * (Settings.Resolution / (2f * Settings.Bound));
            Vector256<int> cell = Vector256.Max(Vector256.ConvertToInt32(x), Vector256<int>.Zero);
            return Vector256.Min(cell, Vector256.Create(Settings.Resolution - 1)).AsUInt32();
        }

        /// <summary>Twin of the bit spreading of <see cref="Morton"/>.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<uint> Spread(Vector256<uint> v)
        {
            v = (v | (v << 16)) & Vector256.Create(0x030000FFu);
            v = (v | (v << 8)) & Vector256.Create(0x0300F00Fu);
            v = (v | (v << 4)) & Vector256.Create(0x030C30C3u);
            return (v | (v << 2)) & Vector256.Create(0x09249249u);
        }
    }
}
