using System;
using System.Linq;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DreamFusion.Kernels.Composite;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Bench.HostTwins;

/// <summary>
/// March and compositing of a 64x64 view of a ball, about 65,536 samples, on one thread: kernels as written and host twins. All outputs and all gradients
/// are wanted, per-sample weights and normals included; half of the rays become opaque on their way.
/// </summary>
[Config(typeof(SingleCallConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class CompositeBenchmarks : IDisposable
{
    private const int RayCount = 64 * 64;
    private const int Resolution = 64;
    private const float Bound = 1.15f;

    private TwinDevices _devices = null!;
    private OccupancyGridBuffers _grid = null!;
    private RayMarchOptions _options = null!;
    private RayBatch _rays;
    private PackedSamples _samples;
    private AlphaCompositeKernels.Args _args;
    private ArrayView<int> _scratch;

    [GlobalSetup]
    public void Setup()
    {
        _devices = TwinDevices.Create();
        var bound = new SphereBound(Bound);
        _rays = new RayBatch(Vectors(RayCount), Vectors(RayCount), _devices.Uniform(RayCount), _devices.Uniform(RayCount));
        _devices.Portable.Kernels<CameraRays<SphereBound>>().Cast(
            new PinholeCamera
            {
                Position = new Float3(0f, 0f, 3.2f),
                Right = new Float3(1f, 0f, 0f),
                Up = new Float3(0f, 1f, 0f),
                Back = new Float3(0f, 0f, 1f),
                FocalPixels = 90f,
                Width = 64,
                Height = 64,
            },
            bound, _rays);
        _grid = new OccupancyGridBuffers(_devices.Portable.Accelerator, new OccupancyGridOptions { Resolution = Resolution, Bound = Bound });
        _grid.Bits.CopyFromCPU(Ball(0.64f));
        _options = RayMarchOptions.Across(bound, 120);
        _scratch = _devices.Upload(new int[RayMarch.ScratchLength(RayCount)]);
        ArrayView<SampleRange> ranges = _devices.Upload(new SampleRange[RayCount]);
        int count = _devices.Portable.Kernels<RayMarch>().Count(_rays, _grid, _options, null, ranges, _scratch);
        Console.WriteLine($"// {count} samples");
        _samples = new PackedSamples(ranges, Vectors(count), _devices.Upload(new int[count]), _devices.Uniform(count), _devices.Uniform(count));
        _devices.Portable.Kernels<RayMarch>().Write(_rays, _grid, _options, null, _samples);
        _args = Arguments(count);
        _devices.Portable.Kernels<AlphaComposite>().Forward(_args);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _grid.Dispose();
        _devices.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("1 march, count")]
    public int CountPortable() => _devices.Portable.Kernels<RayMarch>().Count(_rays, _grid, _options, null, _samples.Ranges, _scratch);

    [Benchmark]
    [BenchmarkCategory("1 march, count")]
    public int CountTuned() => _devices.Tuned.Kernels<RayMarch>().Count(_rays, _grid, _options, null, _samples.Ranges, _scratch);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("2 march, write")]
    public void WritePortable() => _devices.Portable.Kernels<RayMarch>().Write(_rays, _grid, _options, null, _samples);

    [Benchmark]
    [BenchmarkCategory("2 march, write")]
    public void WriteTuned() => _devices.Tuned.Kernels<RayMarch>().Write(_rays, _grid, _options, null, _samples);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("3 composite, forward")]
    public void ForwardPortable() => _devices.Portable.Kernels<AlphaComposite>().Forward(_args);

    [Benchmark]
    [BenchmarkCategory("3 composite, forward")]
    public void ForwardTuned() => _devices.Tuned.Kernels<AlphaComposite>().Forward(_args);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("4 composite, backward")]
    public void BackwardPortable() => _devices.Portable.Kernels<AlphaComposite>().Backward(_args);

    [Benchmark]
    [BenchmarkCategory("4 composite, backward")]
    public void BackwardTuned() => _devices.Tuned.Kernels<AlphaComposite>().Backward(_args);

    private static uint[] Ball(float radius)
    {
        var bits = new uint[Resolution * Resolution * Resolution / 32];
        for (uint cell = 0; cell < bits.Length * 32; cell++)
        {
            float squared = Enumerable.Range(0, 3).Sum(axis =>
            {
                float x = ((2f * (Morton.Decode(cell, axis) + 0.5f) / Resolution) - 1f) * Bound;
                return x * x;
            });
            bits[cell / 32] |= squared < radius * radius * Bound * Bound ? 1u << (int)(cell % 32) : 0u;
        }

        return bits;
    }

    private AlphaCompositeKernels.Args Arguments(int count) => new()
    {
        Ranges = _samples.Ranges,
        Densities = _devices.Upload(Enumerable.Range(0, count).Select(i => 12f * (i * 2654435761u % 1024u) / 1024f).ToArray()),
        Lengths = _samples.Lengths,
        Distances = _samples.Distances,
        Colours = Vectors(count),
        Normals = Vectors(count),
        Backgrounds = Vectors(RayCount),
        Image = Vectors(RayCount),
        Opacity = _devices.Uniform(RayCount),
        Depth = _devices.Uniform(RayCount),
        NormalImage = Vectors(RayCount),
        Weights = _devices.Uniform(count),
        Transmittance = _devices.Uniform(RayCount),
        UsedCounts = _devices.Upload(new int[RayCount]),
        DLdImage = Vectors(RayCount),
        DLdOpacity = _devices.Uniform(RayCount),
        DLdDepth = _devices.Uniform(RayCount),
        DLdNormalImage = Vectors(RayCount),
        DLdWeights = _devices.Uniform(count),
        DLdDensities = _devices.Uniform(count),
        DLdColours = Vectors(count),
        DLdNormals = Vectors(count),
        DLdBackgrounds = Vectors(RayCount),
    };

    private ArrayView<Float3> Vectors(int count) => _devices.Uniform(3L * count).Cast<Float3>();
}
