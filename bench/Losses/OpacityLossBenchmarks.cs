using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Losses;
using ILGPU;

namespace DreamFusion.Bench.Losses;

/// <summary>Both forms of the opacity loss of 4,096 rays, value and gradient, one thread, per ray.</summary>
[Config(typeof(FamilyConfig))]
public class OpacityLossBenchmarks
{
    private MarchedScene _scene = null!;
    private ArrayView<float> _opacity;
    private ArrayView<float> _dLdOpacity;
    private ArrayView<float> _scratch;
    private ArrayView<float> _value;

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        _opacity = _scene.Shares(MarchedScene.RayCount);
        _dLdOpacity = _scene.Shares(MarchedScene.RayCount);
        _scratch = _scene.Shares(LossSumKernels.ScratchLength(MarchedScene.RayCount));
        _value = _scene.Shares(1);
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(OperationsPerInvoke = MarchedScene.RayCount)]
    [Traffic(12)]
    public void Root() => _scene.Devices.Portable.Kernels<OpacityLoss<RootOpacity>>().Evaluate(_opacity, 0.1f, _dLdOpacity, _scratch, _value);

    [Benchmark(OperationsPerInvoke = MarchedScene.RayCount)]
    [Traffic(12)]
    public void Square() => _scene.Devices.Portable.Kernels<OpacityLoss<SquareOpacity>>().Evaluate(_opacity, 0.1f, _dLdOpacity, _scratch, _value);
}
