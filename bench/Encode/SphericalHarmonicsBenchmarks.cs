using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using ILGPU;

namespace DreamFusion.Bench.Encode;

/// <summary>Spherical harmonics of degree 4, 16 coefficients, of 65,536 directions, one thread, per sample.</summary>
[Config(typeof(FamilyConfig))]
public class SphericalHarmonicsBenchmarks
{
    private const int Degree = 4;
    private const int FeatureCount = Degree * Degree;

    private MarchedScene _scene = null!;
    private SphericalHarmonics _kernels = null!;
    private ArrayView<Float3> _directions;
    private ArrayView<Float3> _dLdDirections;
    private ArrayView<float> _features;
    private ArrayView<float> _dLdFeatures;

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        _kernels = _scene.Devices.Portable.Kernels<SphericalHarmonics>();
        _directions = _scene.Directions(MarchedScene.SampleCount);
        _dLdDirections = _scene.Directions(MarchedScene.SampleCount);
        _features = _scene.PerSample(FeatureCount);
        _dLdFeatures = _scene.PerSample(FeatureCount);
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic(12 + (4 * FeatureCount))]
    public void Forward() => _kernels.Encode(Degree, _directions, _features);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic((4 * FeatureCount) + 36)]
    public void Backward() => _kernels.Backward(Degree, _directions, _dLdFeatures, _dLdDirections);
}
