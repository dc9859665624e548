using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Losses;
using ILGPU;

namespace DreamFusion.Bench.Losses;

/// <summary>The variance of depth along each of 4,096 rays with 65,536 samples, value and gradient, one thread, per sample.</summary>
[Config(typeof(FamilyConfig))]
public class ZVarianceBenchmarks
{
    private MarchedScene _scene = null!;
    private ArrayView<float> _weights;
    private ArrayView<float> _dLdWeights;
    private ArrayView<float> _value;
    private ZVarianceScratch _scratch;

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        int sums = LossSumKernels.ScratchLength(MarchedScene.RayCount);
        _weights = _scene.Shares(MarchedScene.SampleCount);
        _dLdWeights = _scene.Shares(MarchedScene.SampleCount);
        _value = _scene.Shares(1);
        _scratch = new ZVarianceScratch(
            _scene.Devices.Upload(new ZVarianceKernels.Moments[MarchedScene.RayCount]), _scene.Shares(sums),
            _scene.Devices.Upload(new int[sums]), _scene.Devices.Upload(new int[1]));
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic(24)]
    public void Variance() => _scene.Devices.Portable.Kernels<ZVariance>().Evaluate(
        _scene.Samples.Ranges, _weights, _scene.Samples.Distances, 0.1f, _dLdWeights, _scratch, _value);
}
