using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DreamFusion.Autodiff;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using ILGPU;

namespace DreamFusion.Bench.Shade;

/// <summary>Density of the first of four network outputs and albedo of the others for 65,536 marched samples, one thread, per sample.</summary>
[Config(typeof(FamilyConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class DensityBenchmarks
{
    private const int OutputCount = 4;

    private readonly DensityOptions _toybox = DensityOptions.Toybox;
    private readonly DensityOptions _paper = new() { Blob = DensityBlob.AddedGaussian };
    private MarchedScene _scene = null!;
    private ArrayView<float> _raw;
    private ArrayView<float> _sigma;
    private ArrayView<float> _dLdSigma;
    private ArrayView<float> _dLdRaw;
    private ArrayView<Float3> _albedo;
    private ArrayView<Float3> _dLdAlbedo;

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        _raw = _scene.PerSample(OutputCount);
        _sigma = _scene.PerSample(1);
        _dLdSigma = _scene.PerSample(1);
        _dLdRaw = _scene.PerSample(OutputCount);
        _albedo = _scene.Colours(MarchedScene.SampleCount);
        _dLdAlbedo = _scene.Colours(MarchedScene.SampleCount);
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("1 softplus, linear blob: forward")]
    [Traffic(20)]
    public void ToyboxForwardPortable() => ToyboxForward(_scene.Devices.Portable);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("1 softplus, linear blob: forward")]
    [Traffic(20)]
    public void ToyboxForwardTuned() => ToyboxForward(_scene.Devices.Tuned);

    [Benchmark(Baseline = true, OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("2 softplus, linear blob: backward")]
    [Traffic(28)]
    public void ToyboxBackwardPortable() => ToyboxBackward(_scene.Devices.Portable);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("2 softplus, linear blob: backward")]
    [Traffic(28)]
    public void ToyboxBackwardTuned() => ToyboxBackward(_scene.Devices.Tuned);

    [Benchmark(Baseline = true, OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("3 exp, added Gaussian blob: forward")]
    [Traffic(20)]
    public void PaperForwardPortable() => PaperForward(_scene.Devices.Portable);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("3 exp, added Gaussian blob: forward")]
    [Traffic(20)]
    public void PaperForwardTuned() => PaperForward(_scene.Devices.Tuned);

    [Benchmark(Baseline = true, OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("4 exp, added Gaussian blob: backward")]
    [Traffic(28)]
    public void PaperBackwardPortable() => PaperBackward(_scene.Devices.Portable);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("4 exp, added Gaussian blob: backward")]
    [Traffic(28)]
    public void PaperBackwardTuned() => PaperBackward(_scene.Devices.Tuned);

    [Benchmark(Baseline = true, OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("5 albedo: forward")]
    [Traffic(24)]
    public void AlbedoForwardPortable() => AlbedoForward(_scene.Devices.Portable);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("5 albedo: forward")]
    [Traffic(24)]
    public void AlbedoForwardTuned() => AlbedoForward(_scene.Devices.Tuned);

    [Benchmark(Baseline = true, OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("6 albedo: backward")]
    [Traffic(48)]
    public void AlbedoBackwardPortable() => AlbedoBackward(_scene.Devices.Portable);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("6 albedo: backward")]
    [Traffic(48)]
    public void AlbedoBackwardTuned() => AlbedoBackward(_scene.Devices.Tuned);

    private void ToyboxForward(DeviceContext device)
        => device.Kernels<Density<SoftplusDensity, LinearBlob>>().Forward(_toybox, _raw, 0, _scene.Samples.Positions, _sigma);

    private void ToyboxBackward(DeviceContext device)
        => device.Kernels<Density<SoftplusDensity, LinearBlob>>().Backward(_toybox, _raw, 0, _scene.Samples.Positions, _dLdSigma, _dLdRaw);

    private void PaperForward(DeviceContext device)
        => device.Kernels<Density<ExpDensity, AddedGaussianBlob>>().Forward(_paper, _raw, 0, _scene.Samples.Positions, _sigma);

    private void PaperBackward(DeviceContext device)
        => device.Kernels<Density<ExpDensity, AddedGaussianBlob>>().Backward(_paper, _raw, 0, _scene.Samples.Positions, _dLdSigma, _dLdRaw);

    private void AlbedoForward(DeviceContext device) => device.Kernels<Albedo>().Forward(2f, _raw, 1, _albedo);

    private void AlbedoBackward(DeviceContext device) => device.Kernels<Albedo>().Backward(2f, _albedo, 1, _dLdAlbedo, _dLdRaw);
}
