using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Losses;
using ILGPU;

namespace DreamFusion.Bench.Losses;

/// <summary>Both penalties of the pixel loss on one channel of 4,096 rays, value and gradient, one thread, per value.</summary>
[Config(typeof(FamilyConfig))]
public class PixelLossBenchmarks
{
    private MarchedScene _scene = null!;
    private ArrayView<float> _values;
    private ArrayView<float> _targets;
    private ArrayView<float> _dLdValues;
    private ArrayView<float> _scratch;
    private ArrayView<float> _value;

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        _values = _scene.Shares(MarchedScene.RayCount);
        _targets = _scene.Shares(MarchedScene.RayCount);
        _dLdValues = _scene.Shares(MarchedScene.RayCount);
        _scratch = _scene.Shares(LossSumKernels.ScratchLength(MarchedScene.RayCount));
        _value = _scene.Shares(1);
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(OperationsPerInvoke = MarchedScene.RayCount)]
    [Traffic(16)]
    public void Squared() =>
        _scene.Devices.Portable.Kernels<PixelLoss<SquaredError>>().Evaluate(default, _values, _targets, 0.1f, _dLdValues, _scratch, _value);

    [Benchmark(OperationsPerInvoke = MarchedScene.RayCount)]
    [Traffic(16)]
    public void Huber() =>
        _scene.Devices.Portable.Kernels<PixelLoss<HuberError>>().Evaluate(new HuberError(0.2f), _values, _targets, 0.1f, _dLdValues, _scratch, _value);
}
