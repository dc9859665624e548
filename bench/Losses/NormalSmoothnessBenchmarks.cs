using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Losses;
using ILGPU;

namespace DreamFusion.Bench.Losses;

/// <summary>Smoothness of a 64x64 normal image, per pixel, and of 65,536 pairs of normals in space, per pair; value and gradient, one thread.</summary>
[Config(typeof(FamilyConfig))]
public class NormalSmoothnessBenchmarks
{
    private MarchedScene _scene = null!;
    private NormalSmoothness _kernels = null!;
    private ArrayView<Float3> _image;
    private ArrayView<Float3> _dLdImage;
    private ArrayView<Float3> _normals;
    private ArrayView<Float3> _shifted;
    private ArrayView<Float3> _dLdNormals;
    private ArrayView<Float3> _dLdShifted;
    private ArrayView<float> _imageScratch;
    private ArrayView<float> _scratch;
    private ArrayView<float> _value;

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        _kernels = _scene.Devices.Portable.Kernels<NormalSmoothness>();
        _image = _scene.Directions(MarchedScene.RayCount);
        _dLdImage = _scene.Directions(MarchedScene.RayCount);
        _normals = _scene.Directions(MarchedScene.SampleCount);
        _shifted = _scene.Colours(MarchedScene.SampleCount);
        _dLdNormals = _scene.Directions(MarchedScene.SampleCount);
        _dLdShifted = _scene.Directions(MarchedScene.SampleCount);
        _imageScratch = _scene.Shares(LossSumKernels.ScratchLength(MarchedScene.RayCount));
        _scratch = _scene.Shares(LossSumKernels.ScratchLength(MarchedScene.SampleCount));
        _value = _scene.Shares(1);
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(OperationsPerInvoke = MarchedScene.RayCount)]
    [Traffic(36)]
    public void Image() => _kernels.EvaluateImage(_image, MarchedScene.ImageSide, MarchedScene.ImageSide, 0.1f, _dLdImage, _imageScratch, _value);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic(72)]
    public void Space() => _kernels.EvaluateSpace(_normals, _shifted, 0.1f, _dLdNormals, _dLdShifted, _scratch, _value);
}
