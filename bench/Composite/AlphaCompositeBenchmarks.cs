using System;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Composite;

namespace DreamFusion.Bench.Composite;

/// <summary>
/// Compositing of 65,536 marched samples of 4,096 rays, one thread, per sample: colour, opacity, depth, weights and normals, and the gradients of all of
/// them to density, colour and normal. Thin leaves every sample in use; dense ends rays after a few samples.
/// </summary>
[Config(typeof(FamilyConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams, BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class AlphaCompositeBenchmarks
{
    private MarchedScene _scene = null!;
    private AlphaCompositeKernels.Args _args;

    [Params("thin", "dense")]
    public string Matter { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        float most = Matter == "thin" ? 4f : 200f;
        var densities = new float[MarchedScene.SampleCount];
        var random = new Random(6);
        for (int i = 0; i < densities.Length; i++)
        {
            densities[i] = most * random.NextSingle();
        }

        _args = new AlphaCompositeKernels.Args
        {
            Ranges = _scene.Samples.Ranges,
            Densities = _scene.Devices.Upload(densities),
            Lengths = _scene.Samples.Lengths,
            Distances = _scene.Samples.Distances,
            Colours = _scene.Colours(MarchedScene.SampleCount),
            Normals = _scene.Directions(MarchedScene.SampleCount),
            Backgrounds = _scene.Colours(MarchedScene.RayCount),
            Image = _scene.Colours(MarchedScene.RayCount),
            Opacity = _scene.Shares(MarchedScene.RayCount),
            Depth = _scene.Shares(MarchedScene.RayCount),
            NormalImage = _scene.Colours(MarchedScene.RayCount),
            Weights = _scene.PerSample(1),
            Transmittance = _scene.Shares(MarchedScene.RayCount),
            UsedCounts = _scene.Devices.Upload(new int[MarchedScene.RayCount]),
            DLdImage = _scene.Directions(MarchedScene.RayCount),
            DLdOpacity = _scene.Shares(MarchedScene.RayCount),
            DLdDepth = _scene.Shares(MarchedScene.RayCount),
            DLdNormalImage = _scene.Directions(MarchedScene.RayCount),
            DLdWeights = _scene.PerSample(1),
            DLdDensities = _scene.PerSample(1),
            DLdColours = _scene.Directions(MarchedScene.SampleCount),
            DLdNormals = _scene.Directions(MarchedScene.SampleCount),
            DLdBackgrounds = _scene.Directions(MarchedScene.RayCount),
        };
        _scene.Devices.Portable.Kernels<AlphaComposite>().Forward(_args);
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("1 forward")]
    [Traffic(40)]
    public void ForwardPortable() => _scene.Devices.Portable.Kernels<AlphaComposite>().Forward(_args);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("1 forward")]
    [Traffic(40)]
    public void ForwardTuned() => _scene.Devices.Tuned.Kernels<AlphaComposite>().Forward(_args);

    [Benchmark(Baseline = true, OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("2 backward")]
    [Traffic(100)]
    public void BackwardPortable() => _scene.Devices.Portable.Kernels<AlphaComposite>().Backward(_args);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("2 backward")]
    [Traffic(100)]
    public void BackwardTuned() => _scene.Devices.Tuned.Kernels<AlphaComposite>().Backward(_args);
}
