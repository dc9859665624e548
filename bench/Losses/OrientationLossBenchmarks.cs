using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Losses;
using ILGPU;

namespace DreamFusion.Bench.Losses;

/// <summary>The orientation loss of 65,536 samples, value and gradient, one thread, per sample.</summary>
[Config(typeof(FamilyConfig))]
public class OrientationLossBenchmarks
{
    private MarchedScene _scene = null!;
    private OrientationLossKernels.Args _args;
    private ArrayView<float> _value;

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        _args = new OrientationLossKernels.Args
        {
            Weights = _scene.Shares(MarchedScene.SampleCount),
            Normals = _scene.Directions(MarchedScene.SampleCount),
            RayIndices = _scene.Samples.RayIndices,
            Directions = _scene.Rays.Directions,
            DLdNormals = _scene.Directions(MarchedScene.SampleCount),
            Sums = _scene.Shares(LossSumKernels.ScratchLength(MarchedScene.SampleCount)),
        };
        _value = _scene.Shares(1);
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic(44)]
    public void Orientation() => _scene.Devices.Portable.Kernels<OrientationLoss>().Evaluate(_args, MarchedScene.RayCount, 0.1f, _value);
}
