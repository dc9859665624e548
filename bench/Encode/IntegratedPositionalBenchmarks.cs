using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Encode;
using ILGPU;

namespace DreamFusion.Bench.Encode;

/// <summary>The integrated positional encoding with eight octaves, 48 features, of Gaussians around 65,536 marched positions, one thread, per sample.</summary>
[Config(typeof(FamilyConfig))]
public class IntegratedPositionalBenchmarks
{
    private const int FeatureCount = 48;

    private readonly IntegratedPositionalOptions _options = new();
    private MarchedScene _scene = null!;
    private IntegratedPositional _kernels = null!;
    private ArrayView<float> _means;
    private ArrayView<float> _variances;
    private ArrayView<float> _features;
    private ArrayView<float> _cotangent;
    private ArrayView<float> _dLdFeatures;
    private ArrayView<float> _gradient;
    private ArrayView<float> _dLdVariances;

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        _kernels = _scene.Devices.Portable.Kernels<IntegratedPositional>();
        _means = _scene.Samples.Positions.Cast<float>();
        _variances = _scene.Shares(MarchedScene.SampleCount);
        _features = _scene.PerSample(FeatureCount);
        _cotangent = _scene.PerSample(FeatureCount);
        _dLdFeatures = _scene.PerSample(FeatureCount);
        _gradient = _scene.PerSample(3);
        _dLdVariances = _scene.PerSample(1);
        Forward();
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic(16 + (4 * FeatureCount))]
    public void Forward() => _kernels.Encode(_options, _means, _variances, _features);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic((8 * FeatureCount) + 32)]
    public void Backward() => _kernels.Backward(_options, _features, _cotangent, _gradient, _dLdVariances);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic((8 * FeatureCount) + 12)]
    public void MeanGradient() => _kernels.MeanGradient(_options, _features, _cotangent, _gradient);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic((16 * FeatureCount) + 12)]
    public void MeanGradientBackward() => _kernels.MeanGradientBackward(_options, _features, _cotangent, _means, _dLdFeatures, default, default);
}
