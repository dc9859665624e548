using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Losses;
using ILGPU;

namespace DreamFusion.Bench.Losses;

/// <summary>The entropy of 65,536 sample weights, value and gradient, one thread, per weight; of ray opacities it is the same kernel.</summary>
[Config(typeof(FamilyConfig))]
public class EntropyLossBenchmarks
{
    private MarchedScene _scene = null!;
    private ArrayView<float> _weights;
    private ArrayView<float> _dLdWeights;
    private ArrayView<float> _scratch;
    private ArrayView<float> _value;

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        _weights = _scene.Shares(MarchedScene.SampleCount);
        _dLdWeights = _scene.Shares(MarchedScene.SampleCount);
        _scratch = _scene.Shares(LossSumKernels.ScratchLength(MarchedScene.SampleCount));
        _value = _scene.Shares(1);
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic(12)]
    public void Weights()
        => _scene.Devices.Portable.Kernels<EntropyLoss>().Evaluate(_weights, EntropyLossKernels.WeightEpsilon, 0.1f, _dLdWeights, _scratch, _value);
}
