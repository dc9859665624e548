using System;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using DreamFusion.Kernels.Composite;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Kernels.Rays;
using DreamFusion.Ptx.Tests.Interpreter;
using ILGPU;
using ILGPU.Ptx;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Xunit;

namespace DreamFusion.Ptx.Tests.Gpu;

/// <summary>
/// March, compositing and optimisers for GPUs against the portable kernels, over more samples than a warp has lanes: the march and the optimisers with the same bits, compositing within
/// the rounding of sums in another order. That the portable kernels are right is checked elsewhere; so are these, by the self-checks that the stand-in driver runs.
/// </summary>
public sealed class GpuRayTests
{
    private static readonly GpuTuning _tuning = new(false);

    [Theory]
    [InlineData(75, 1000)]
    [InlineData(90, 40)]
    public void TheMarchGivesTheSameSamples(int architecture, int mostSamples)
    {
        using var launch = new GpuLaunch(architecture);
        using Context context = Context.Create(builder => builder.CPU(new CPUDevice(2, 1, 1)));
        using CPUAccelerator plain = context.CreateCPUAccelerator(0);
        (SampleRange[] ranges, Float3[] positions, float[] distances) = March(plain, RayMarch.Load(plain), mostSamples);
        (SampleRange[] warpRanges, Float3[] warpPositions, float[] warpDistances) = March(launch.Accelerator, RayMarch.Load(launch.Accelerator, null, _tuning), mostSamples);
        launch.AssertSame();
        Assert.True(positions.Length > 200, $"{positions.Length} samples");
        Assert.Contains(ranges, range => range.Count > 32);
        Assert.Equal(ranges, warpRanges);
        Assert.Equal(positions, warpPositions);
        Assert.Equal(distances, warpDistances);
    }

    [Fact]
    public void OccupancyBitsAreTheSame()
    {
        using var launch = new GpuLaunch(75);
        using Context context = Context.Create(builder => builder.CPU(new CPUDevice(2, 1, 1)));
        using CPUAccelerator plain = context.CreateCPUAccelerator(0);
        (uint[] bits, OccupancyStatistics statistics) = Occupancy(plain, OccupancyGrid.Load(plain));
        (uint[] warpBits, OccupancyStatistics warpStatistics) = Occupancy(launch.Accelerator, OccupancyGrid.Load(launch.Accelerator, null, _tuning));
        launch.AssertSame();
        Assert.Equal(bits, warpBits);
        Assert.Equal(statistics, warpStatistics);
        Assert.InRange(statistics.OccupiedShare, 0.2f, 0.8f);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(90)]
    public void CompositingGivesTheSameNumbers(int architecture)
    {
        using var launch = new GpuLaunch(architecture);
        using Context context = Context.Create(builder => builder.CPU(new CPUDevice(2, 1, 1)));
        using CPUAccelerator plain = context.CreateCPUAccelerator(0);
        float[][] expected = Composite(plain, AlphaComposite.Load(plain));
        float[][] actual = Composite(launch.Accelerator, AlphaComposite.Load(launch.Accelerator, null, _tuning));
        // The exponential is the CPU's own function.
        launch.AssertClose(1e-5);
        for (int i = 0; i < expected.Length; i++)
        {
            double error = GpuLaunch.Error([.. expected[i].Select(value => (double)value)], actual[i]);
            Assert.True(error <= 1e-5, $"part {i}: {error}");
        }
    }

    [Theory]
    [InlineData(0, 11)]
    [InlineData(8, 4)]
    [InlineData(3, 6)]
    public void OptimisersGiveTheSameBits(int start, int length)
    {
        using var launch = new GpuLaunch(80);
        using Context context = Context.Create(builder => builder.CPU(new CPUDevice(2, 1, 1)));
        using CPUAccelerator plain = context.CreateCPUAccelerator(0);
        float[][] expected = Optimise(plain, null, start, length);
        float[][] actual = Optimise(launch.Accelerator, _tuning, start, length);
        launch.AssertSame();
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(90)]
    public void TheInspectionSumsAllSquares(int architecture)
    {
        const ulong Values = 0x1000_0000;
        const ulong Sums = 0x2000_0000;
        const ulong Counts = 0x3000_0000;
        float[] values = [.. Enumerable.Range(0, 70_001).Select(i => MathF.Sin(i) * (i % 7))];
        (values[3], values[50_000]) = (float.NaN, float.PositiveInfinity);
        MethodInfo method = typeof(GroupInspectionKernels).GetMethod(nameof(GroupInspectionKernels.Inspect))!;
        PtxModule module = PtxCompiler.Compile(method, isIndexed: false, new PtxTarget { Architecture = architecture });
        PtxProgram program = PtxParser.Parse(module.Text);
        var memory = new DeviceMemory();
        memory.Add(Values, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        DeviceBuffer sums = memory.Add(Sums, new byte[sizeof(double) * GradientInspectionKernels.ChunkCount]);
        DeviceBuffer counts = memory.Add(Counts, new byte[sizeof(long) * GradientInspectionKernels.ChunkCount]);
        ulong[] views = [Values, (ulong)values.Length, Sums, GradientInspectionKernels.ChunkCount, Counts, GradientInspectionKernels.ChunkCount];
        new Machine(program, memory, MemoryMarshal.AsBytes(views.AsSpan()).ToArray()).Launch((GradientInspectionKernels.ChunkCount, 1, 1), (GroupInspectionKernels.GroupSize, 1, 1));
        double expected = values.Where(float.IsFinite).Sum(value => (double)value * value);
        double actual = MemoryMarshal.Cast<byte, double>(sums.Bytes).ToArray().Sum();
        Assert.True(Math.Abs(actual - expected) <= 1e-12 * expected, $"{actual}, not {expected}");
        Assert.Equal(2, MemoryMarshal.Cast<byte, long>(counts.Bytes).ToArray().Sum());
    }

    private static float[][] Optimise(Accelerator accelerator, GpuTuning? gpu, int start, int length)
    {
        const int Count = 24;
        float[] values = [.. Enumerable.Range(0, Count).Select(i => MathF.Sin(i))];
        OptimizerGroup[] groups = [new OptimizerGroup(start, length, 0.1, 0.01)];
        using var adam = Adam.Load(accelerator, null, gpu);
        using MemoryBuffer1D<float, Stride1D.Dense> p = accelerator.Allocate1D(values);
        using MemoryBuffer1D<float, Stride1D.Dense> g = accelerator.Allocate1D(values);
        using MemoryBuffer1D<float, Stride1D.Dense> m = accelerator.Allocate1D(new float[Count]);
        using MemoryBuffer1D<float, Stride1D.Dense> v = accelerator.Allocate1D(new float[Count]);
        using MemoryBuffer1D<float, Stride1D.Dense> n = accelerator.Allocate1D(new float[Count]);
        using MemoryBuffer1D<float, Stride1D.Dense> d = accelerator.Allocate1D(new float[Count]);
        using MemoryBuffer1D<float, Stride1D.Dense> before = accelerator.Allocate1D(new float[Count]);
        var report = new OptimizerReport(true, 0, 1, 0.5);
        for (int step = 1; step <= 2; step++)
        {
            // The inspection of the gradient has a test of its own: its 65,536 threads are slow on a CPU.
            adam.Apply(report, new AdamOptions(), groups, step, p.View.BaseView, g.View.BaseView, m.View.BaseView, v.View.BaseView);
            g.CopyFromCPU(values);
            var adan = new AdanKernels.Args
            {
                Parameters = p.View.BaseView.SubView(0, length),
                Gradients = g.View.BaseView.SubView(0, length),
                FirstMoments = n.View.BaseView.SubView(0, length),
                DifferenceMoments = d.View.BaseView.SubView(0, length),
                SecondMoments = v.View.BaseView.SubView(0, length),
                PreviousGradients = before.View.BaseView.SubView(0, length),
                Beta1 = 0.98f,
                OneMinusBeta1 = 0.02f,
                Beta2 = 0.92f,
                OneMinusBeta2 = 0.08f,
                Beta3 = 0.99f,
                OneMinusBeta3 = 0.01f,
                Epsilon = 1e-8f,
                ClipFactor = 0.5f,
                StepSize = 0.1f,
                DifferenceStepSize = 0.05f,
                SecondMomentCorrection = 1.5f,
                FactorBefore = 0.99f,
                FactorAfter = 0.98f,
                IsFirstStep = step == 1 ? 1 : 0,
            };
            if (gpu is null)
            {
                accelerator.LoadAutoGroupedStreamKernel<Index1D, AdanKernels.Args>(AdanKernels.Update)(length, adan);
            }
            else
            {
                accelerator.LoadAutoGroupedStreamKernel<Index1D, AdanKernels.Args>(AdanKernels.UpdateFour)((length + 3) / 4, adan);
            }
        }

        return [p.GetAsArray1D(), g.GetAsArray1D(), m.GetAsArray1D(), v.GetAsArray1D(), n.GetAsArray1D(), d.GetAsArray1D(), before.GetAsArray1D()];
    }

    private static (uint[] Bits, OccupancyStatistics Statistics) Occupancy(Accelerator accelerator, OccupancyGrid kernels)
    {
        using var grid = new OccupancyGridBuffers(accelerator, new OccupancyGridOptions { Resolution = 8, Bound = 1f });
        var random = new Random(2);
        grid.Densities.CopyFromCPU(Enumerable.Range(0, (int)grid.Densities.Length).Select(_ => random.NextSingle()).ToArray());
        kernels.Rebuild(grid);
        return (GpuLaunch.Read(grid.Bits), grid.ReadStatistics());
    }

    private static (SampleRange[] Ranges, Float3[] Positions, float[] Distances) March(Accelerator accelerator, RayMarch march, int mostSamples)
    {
        const int Rays = 7;
        var options = new OccupancyGridOptions { Resolution = 16, Bound = 1f };
        var random = new Random(4);
        using var grid = new OccupancyGridBuffers(accelerator, options);
        uint[] bits = new uint[grid.Bits.Length];
        random.NextBytes(MemoryMarshal.AsBytes(bits.AsSpan()));
        grid.Bits.CopyFromCPU(bits);
        Float3[] origins = [.. Enumerable.Range(0, Rays).Select(i => new Float3(-0.9f + (0.2f * i), 0.8f - (0.2f * i), -1f))];
        Float3[] directions = [.. Enumerable.Range(0, Rays).Select(i => Float3.Normalize(new Float3(0.05f * i, -0.02f * i, 1f)))];
        using MemoryBuffer1D<Float3, Stride1D.Dense> o = accelerator.Allocate1D(origins);
        using MemoryBuffer1D<Float3, Stride1D.Dense> d = accelerator.Allocate1D(directions);
        using MemoryBuffer1D<float, Stride1D.Dense> near = accelerator.Allocate1D(Enumerable.Range(0, Rays).Select(i => 0.01f * i).ToArray());
        using MemoryBuffer1D<float, Stride1D.Dense> far = accelerator.Allocate1D(Enumerable.Range(0, Rays).Select(i => i == 5 ? 0f : 1.9f).ToArray());
        using MemoryBuffer1D<SampleRange, Stride1D.Dense> ranges = accelerator.Allocate1D<SampleRange>(Rays);
        using MemoryBuffer1D<int, Stride1D.Dense> scratch = accelerator.Allocate1D<int>(RayMarch.ScratchLength(Rays));
        var rays = new RayBatch(o.View.BaseView, d.View.BaseView, near.View.BaseView, far.View.BaseView);
        var lattice = new RayMarchOptions { StepLength = 0.015f, MaxSteps = 200, MaxSamples = mostSamples, SampleBudget = 1 << 16 };
        var jitter = new RandomKey { Seed = 1, Step = 2, Purpose = RandomPurpose.RayJitter };
        int count = march.Count(rays, grid, lattice, jitter, ranges.View.BaseView, scratch.View.BaseView);
        using MemoryBuffer1D<Float3, Stride1D.Dense> positions = accelerator.Allocate1D<Float3>(count);
        using MemoryBuffer1D<int, Stride1D.Dense> indices = accelerator.Allocate1D<int>(count);
        using MemoryBuffer1D<float, Stride1D.Dense> distances = accelerator.Allocate1D<float>(count);
        using MemoryBuffer1D<float, Stride1D.Dense> lengths = accelerator.Allocate1D<float>(count);
        march.Write(rays, grid, lattice, jitter, new PackedSamples(
            ranges.View.BaseView, positions.View.BaseView, indices.View.BaseView, distances.View.BaseView, lengths.View.BaseView));
        return (ranges.GetAsArray1D(), positions.GetAsArray1D(), distances.GetAsArray1D());
    }

    // Rays of 0 to 99 samples, some of which become opaque.
    private static float[][] Composite(Accelerator accelerator, AlphaComposite composite)
    {
        const int Rays = 9;
        var random = new Random(8);
        SampleRange[] ranges = new SampleRange[Rays];
        int samples = 0;
        for (int ray = 0; ray < Rays; ray++)
        {
            ranges[ray] = new SampleRange { Offset = samples, Count = ray == 4 ? 0 : (37 * ray % 100) + 1 };
            samples += ranges[ray].Count;
        }

        System.Collections.Generic.List<IDisposable> owned = [];
        ArrayView<T> Upload<T>(T[] values)
            where T : unmanaged
        {
            MemoryBuffer1D<T, Stride1D.Dense> buffer = accelerator.Allocate1D(values);
            owned.Add(buffer);
            return buffer.View.BaseView;
        }

        ArrayView<float> Scalars(int count, float limit) => Upload(Enumerable.Range(0, count).Select(_ => limit * random.NextSingle()).ToArray());
        ArrayView<Float3> Vectors(int count) => Upload(Enumerable.Range(0, count).Select(_ => new Float3(random.NextSingle(), random.NextSingle(), random.NextSingle())).ToArray());
        var args = new AlphaCompositeKernels.Args
        {
            Ranges = Upload(ranges),
            Densities = Scalars(samples, 12f),
            Lengths = Scalars(samples, 0.05f),
            Distances = Scalars(samples, 2f),
            Colours = Vectors(samples),
            Normals = Vectors(samples),
            Backgrounds = Vectors(Rays),
            Image = Upload(new Float3[Rays]),
            Opacity = Upload(new float[Rays]),
            Depth = Upload(new float[Rays]),
            NormalImage = Upload(new Float3[Rays]),
            Weights = Upload(new float[samples]),
            Transmittance = Upload(new float[Rays]),
            UsedCounts = Upload(new int[Rays]),
            DLdImage = Vectors(Rays),
            DLdOpacity = Scalars(Rays, 1f),
            DLdDepth = Scalars(Rays, 1f),
            DLdNormalImage = Vectors(Rays),
            DLdWeights = Scalars(samples, 1f),
            DLdDensities = Upload(new float[samples]),
            DLdColours = Upload(new Float3[samples]),
            DLdNormals = Upload(new Float3[samples]),
            DLdBackgrounds = Upload(new Float3[Rays]),
        };
        composite.Forward(args);
        composite.Backward(args);
        float[] Rows(ArrayView<Float3> view) => [.. GpuLaunch.Read(view).SelectMany(v => new[] { v.X, v.Y, v.Z })];
        float[][] results =
        [
            Rows(args.Image), GpuLaunch.Read(args.Opacity), GpuLaunch.Read(args.Depth), Rows(args.NormalImage), GpuLaunch.Read(args.Weights), GpuLaunch.Read(args.Transmittance),
            GpuLaunch.Read(args.DLdDensities), Rows(args.DLdColours), Rows(args.DLdNormals), Rows(args.DLdBackgrounds),
        ];
        owned.ForEach(buffer => buffer.Dispose());
        return results;
    }
}
