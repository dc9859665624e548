using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DreamFusion.Autodiff;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using ILGPU;

namespace DreamFusion.Bench.Shade;

/// <summary>
/// Normals of 65,536 marched samples, one thread, per sample: from the gradient of the raw density (whose parts are among the hash grid's and the
/// network's benchmarks), of a density with the blob added, and from six density taps without the field's evaluation of them.
/// </summary>
[Config(typeof(FamilyConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class NormalBenchmarks
{
    private readonly DensityOptions _before = new();
    private readonly DensityOptions _added = new() { Blob = DensityBlob.AddedGaussian };
    private readonly FiniteDifferenceOptions _differences = new() { Bound = MarchedScene.Bound };
    private MarchedScene _scene = null!;
    private FiniteDifferenceNormal _finite = null!;
    private ArrayView<float> _raw;
    private ArrayView<float> _dLdRaw;
    private ArrayView<float> _tapDensities;
    private ArrayView<float> _dLdTapDensities;
    private ArrayView<Float3> _taps;
    private ArrayView<Float3> _gradient;
    private ArrayView<Float3> _normals;
    private ArrayView<Float3> _dLdNormals;
    private ArrayView<Float3> _dLdGradient;

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        _finite = _scene.Devices.Portable.Kernels<FiniteDifferenceNormal>();
        _raw = _scene.PerSample(4);
        _dLdRaw = _scene.PerSample(4);
        _tapDensities = _scene.Shares(FiniteDifferenceNormalKernels.TapCount * MarchedScene.SampleCount);
        _dLdTapDensities = _scene.PerSample(FiniteDifferenceNormalKernels.TapCount);
        _taps = _scene.Colours(FiniteDifferenceNormalKernels.TapCount * MarchedScene.SampleCount);
        _gradient = _scene.Directions(MarchedScene.SampleCount);
        _normals = _scene.Directions(MarchedScene.SampleCount);
        _dLdNormals = _scene.Directions(MarchedScene.SampleCount);
        _dLdGradient = _scene.Directions(MarchedScene.SampleCount);
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("1 forward")]
    [Traffic(36)]
    public void ForwardPortable() => Forward(_scene.Devices.Portable);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("1 forward")]
    [Traffic(36)]
    public void ForwardTuned() => Forward(_scene.Devices.Tuned);

    [Benchmark(Baseline = true, OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("2 backward")]
    [Traffic(60)]
    public void BackwardPortable() => Backward(_scene.Devices.Portable);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("2 backward")]
    [Traffic(60)]
    public void BackwardTuned() => Backward(_scene.Devices.Tuned);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("3 added blob")]
    [Traffic(40)]
    public void AddedBlobForward()
        => _scene.Devices.Portable.Kernels<DensityNormal<ExpDensity>>().Forward(_added, _raw, 0, _gradient, _scene.Samples.Positions, _normals);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("3 added blob")]
    [Traffic(72)]
    public void AddedBlobBackward()
        => _scene.Devices.Portable.Kernels<DensityNormal<ExpDensity>>().Backward(
            _added, _raw, 0, _gradient, _scene.Samples.Positions, _dLdNormals, _dLdGradient, _dLdRaw);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("4 finite differences")]
    [Traffic(84)]
    public void FiniteDifferenceTaps() => _finite.Taps(_differences, _scene.Samples.Positions, _taps);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("4 finite differences")]
    [Traffic(48)]
    public void FiniteDifferenceForward() => _finite.Forward(_differences, _scene.Samples.Positions, _tapDensities, _normals);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("4 finite differences")]
    [Traffic(96)]
    public void FiniteDifferenceBackward() => _finite.Backward(_differences, _scene.Samples.Positions, _tapDensities, _dLdNormals, _dLdTapDensities);

    private void Forward(DeviceContext device)
        => device.Kernels<Normal<GaussianBlob>>().Forward(_before, _gradient, _scene.Samples.Positions, _normals);

    private void Backward(DeviceContext device)
        => device.Kernels<Normal<GaussianBlob>>().Backward(_before, _gradient, _scene.Samples.Positions, _dLdNormals, _dLdGradient);
}
