using System;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DreamFusion.Bench.HostTwins;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Bench.March;

/// <summary>
/// One march (counting, prefix sum, writing) of the 64x64 rays of an orbit camera through grids of 128³ cells a cascade, one thread, time per march. The
/// training grid spans the sphere of radius 1.15. The two grids of the cube ±4 hold the same occupied space, a ball of radius 0.45 cut
/// into the cells of the coarser grid, and give the same samples: what differs is the price of leaving empty space.
/// </summary>
[Config(typeof(FamilyConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class RayMarchBenchmarks
{
    private TwinDevices _devices = null!;
    private RayBatch _inSphere;
    private RayBatch _inCube;
    private OccupancyGridBuffers _sphere = null!;
    private OccupancyGridBuffers _oneCascade = null!;
    private OccupancyGridBuffers _threeCascades = null!;
    private RayMarchOptions _acrossSphere = null!;
    private RayMarchOptions _coneInSphere = null!;
    private RayMarchOptions _fineSteps = null!;
    private RayMarchOptions _coneSteps = null!;
    private ArrayView<int> _scratch;
    private PackedSamples _samplesAcrossSphere;
    private PackedSamples _samplesOfCone;
    private PackedSamples _samplesOfFineSteps;
    private PackedSamples _samplesOfConeSteps;

    [GlobalSetup]
    public void Setup()
    {
        _devices = TwinDevices.Create();
        PinholeCamera camera = MarchedScene.Orbit(MarchedScene.ImageSide);
        var sphere = new SphereBound(MarchedScene.Bound);
        var single = new OccupancyGridOptions { Bound = MarchedScene.Bound };
        var wide = new OccupancyGridOptions { Bound = 4f };
        _inSphere = MarchedScene.Cast(_devices, camera, sphere);
        _inCube = MarchedScene.Cast(_devices, camera, new BoxBound(wide.Bound));
        _sphere = new Blob(0.75f).Grid(_devices, single, 2f * single.Bound / single.Resolution);
        _oneCascade = new Blob(0.45f).Grid(_devices, wide, 2f * wide.Bound / wide.Resolution);
        _threeCascades = new Blob(0.45f).Grid(_devices, wide with { CascadeCount = 3 }, 2f * wide.Bound / wide.Resolution);
        _acrossSphere = RayMarchOptions.Across(sphere, MarchedScene.StepsAcross);
        _coneInSphere = RayMarchOptions.Cone(single, 256, 1f / 64f);
        _fineSteps = new RayMarchOptions { StepLength = 2f * MathF.Sqrt(3f) / 512f, MaxSteps = 2048 };
        _coneSteps = RayMarchOptions.Cone(wide, 1024, 1f / 256f);
        _scratch = _devices.Upload(new int[RayMarch.ScratchLength(MarchedScene.RayCount)]);
        _samplesAcrossSphere = MarchedScene.March(_devices, _inSphere, _sphere, _acrossSphere);
        _samplesOfCone = MarchedScene.March(_devices, _inSphere, _sphere, _coneInSphere);
        _samplesOfFineSteps = MarchedScene.March(_devices, _inCube, _oneCascade, _fineSteps);
        _samplesOfConeSteps = MarchedScene.March(_devices, _inCube, _oneCascade, _coneSteps);
        RequireSame(_samplesOfFineSteps, MarchedScene.March(_devices, _inCube, _threeCascades, _fineSteps));
        RequireSame(_samplesOfConeSteps, MarchedScene.March(_devices, _inCube, _threeCascades, _coneSteps));
        Console.WriteLine($"// samples: {_samplesAcrossSphere.Count} of fixed and {_samplesOfCone.Count} of cone steps in the sphere, {_samplesOfFineSteps.Count} of fixed and {_samplesOfConeSteps.Count} of cone steps in the cube");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _sphere.Dispose();
        _oneCascade.Dispose();
        _threeCascades.Dispose();
        _devices.Dispose();
    }

    [Benchmark]
    [BenchmarkCategory("1 sphere")]
    public void FixedStepsInSphere() => March(_inSphere, _sphere, _acrossSphere, _samplesAcrossSphere);

    [Benchmark]
    [BenchmarkCategory("1 sphere")]
    public void ConeStepsInSphere() => March(_inSphere, _sphere, _coneInSphere, _samplesOfCone);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("2 cube, fixed steps")]
    public void FixedStepsOneCascade() => March(_inCube, _oneCascade, _fineSteps, _samplesOfFineSteps);

    [Benchmark]
    [BenchmarkCategory("2 cube, fixed steps")]
    public void FixedStepsThreeCascades() => March(_inCube, _threeCascades, _fineSteps, _samplesOfFineSteps);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("3 cube, cone steps")]
    public void ConeStepsOneCascade() => March(_inCube, _oneCascade, _coneSteps, _samplesOfConeSteps);

    [Benchmark]
    [BenchmarkCategory("3 cube, cone steps")]
    public void ConeStepsThreeCascades() => March(_inCube, _threeCascades, _coneSteps, _samplesOfConeSteps);

    private void March(in RayBatch rays, OccupancyGridBuffers grid, RayMarchOptions options, in PackedSamples samples)
    {
        RayMarch march = _devices.Portable.Kernels<RayMarch>();
        _ = march.Count(rays, grid, options, MarchedScene.Jitter, samples.Ranges, _scratch);
        march.Write(rays, grid, options, MarchedScene.Jitter, samples);
    }

    private static void RequireSame(in PackedSamples one, in PackedSamples three)
    {
        var first = new float[one.Count];
        var second = new float[three.Count];
        one.Distances.CopyToCPU(first);
        three.Distances.CopyToCPU(second);
        if (!first.AsSpan().SequenceEqual(second))
        {
            throw new InvalidOperationException($"March: one cascade gave {first.Length} samples and three gave {second.Length}; expected the same ones.");
        }
    }
}
