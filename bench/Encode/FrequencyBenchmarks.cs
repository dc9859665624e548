using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Encode;
using ILGPU;

namespace DreamFusion.Bench.Encode;

/// <summary>The frequency encoding with six octaves, 39 features, of 65,536 marched positions, one thread, per sample.</summary>
[Config(typeof(FamilyConfig))]
public class FrequencyBenchmarks
{
    private const int FeatureCount = 39;

    private readonly FrequencyOptions _options = new();
    private MarchedScene _scene = null!;
    private Frequency _kernels = null!;
    private ArrayView<float> _positions;
    private ArrayView<float> _features;
    private ArrayView<float> _cotangent;
    private ArrayView<float> _dLdFeatures;
    private ArrayView<float> _gradient;

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        _kernels = _scene.Devices.Portable.Kernels<Frequency>();
        _positions = _scene.Samples.Positions.Cast<float>();
        _features = _scene.PerSample(FeatureCount);
        _cotangent = _scene.PerSample(FeatureCount);
        _dLdFeatures = _scene.PerSample(FeatureCount);
        _gradient = _scene.PerSample(3);
        Forward();
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic(12 + (4 * FeatureCount))]
    public void Forward() => _kernels.Encode(_options, _positions, _features);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic((8 * FeatureCount) + 24)]
    public void Backward() => _kernels.Backward(_options, _features, _cotangent, _gradient);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic((8 * FeatureCount) + 12)]
    public void InputGradient() => _kernels.InputGradient(_options, _features, _cotangent, _gradient);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic((16 * FeatureCount) + 12)]
    public void InputGradientBackward() => _kernels.InputGradientBackward(_options, _features, _cotangent, _positions, _dLdFeatures, default);
}
