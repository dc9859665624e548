using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DreamFusion.Autodiff;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using ILGPU;

namespace DreamFusion.Bench.Shade;

/// <summary>Shading of 65,536 marched samples by a directional light, and by a point light with a highlight, one thread, per sample.</summary>
[Config(typeof(FamilyConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class ShadingBenchmarks
{
    private MarchedScene _scene = null!;
    private ShadingKernels.Args<Lambertian> _lambertian;
    private ShadingKernels.Args<Textureless> _textureless;
    private ShadingKernels.Args<NormalColour> _normal;
    private ShadingKernels.Args<Phong> _phong;
    private ShadingKernels.Args<BlinnPhong> _blinnPhong;

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        ArrayView<Float3> albedo = _scene.Colours(MarchedScene.SampleCount);
        ArrayView<Float3> normals = _scene.Directions(MarchedScene.SampleCount);
        ArrayView<Float3> colours = _scene.Colours(MarchedScene.SampleCount);
        ArrayView<Float3> dLdColours = _scene.Directions(MarchedScene.SampleCount);
        ArrayView<Float3> dLdAlbedo = _scene.Colours(MarchedScene.SampleCount);
        ArrayView<Float3> dLdNormals = _scene.Directions(MarchedScene.SampleCount);
        Light sun = Light.Directional(new Float3(0.3f, 0.8f, 0.5f));
        Light lamp = Light.Point(new Float3(1f, 2f, 1.5f));
        _lambertian = Bind(new Lambertian(0.1f, 0.9f), sun);
        _textureless = Bind(new Textureless(0.1f, 0.9f), sun);
        _normal = Bind(default(NormalColour), sun);
        _phong = Bind(new Phong(0.1f, 0.9f, 0.3f, 32f), lamp);
        _blinnPhong = Bind(new BlinnPhong(0.1f, 0.9f, 0.3f, 32f), lamp);

        ShadingKernels.Args<TModel> Bind<TModel>(TModel model, Light light)
            where TModel : unmanaged, IShadingModel => new()
            {
                Model = model,
                Light = light,
                Positions = _scene.Samples.Positions,
                RayDirections = _scene.Rays.Directions,
                RayIndices = _scene.Samples.RayIndices,
                Albedo = albedo,
                Normals = normals,
                Colours = colours,
                DLdColours = dLdColours,
                DLdAlbedo = dLdAlbedo,
                DLdNormals = dLdNormals,
            };
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("1 Lambertian: forward")]
    [Traffic(36)]
    public void LambertianForwardPortable() => Forward(_scene.Devices.Portable, _lambertian);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("1 Lambertian: forward")]
    [Traffic(36)]
    public void LambertianForwardTuned() => Forward(_scene.Devices.Tuned, _lambertian);

    [Benchmark(Baseline = true, OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("2 Lambertian: backward")]
    [Traffic(84)]
    public void LambertianBackwardPortable() => Backward(_scene.Devices.Portable, _lambertian);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("2 Lambertian: backward")]
    [Traffic(84)]
    public void LambertianBackwardTuned() => Backward(_scene.Devices.Tuned, _lambertian);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("3 other models: forward")]
    [Traffic(36)]
    public void TexturelessForward() => Forward(_scene.Devices.Portable, _textureless);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("3 other models: forward")]
    [Traffic(36)]
    public void NormalForward() => Forward(_scene.Devices.Portable, _normal);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("3 other models: forward")]
    [Traffic(52)]
    public void PhongForward() => Forward(_scene.Devices.Portable, _phong);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("3 other models: forward")]
    [Traffic(52)]
    public void BlinnPhongForward() => Forward(_scene.Devices.Portable, _blinnPhong);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("4 other models: backward")]
    [Traffic(84)]
    public void TexturelessBackward() => Backward(_scene.Devices.Portable, _textureless);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("4 other models: backward")]
    [Traffic(84)]
    public void NormalBackward() => Backward(_scene.Devices.Portable, _normal);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("4 other models: backward")]
    [Traffic(100)]
    public void PhongBackward() => Backward(_scene.Devices.Portable, _phong);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [BenchmarkCategory("4 other models: backward")]
    [Traffic(100)]
    public void BlinnPhongBackward() => Backward(_scene.Devices.Portable, _blinnPhong);

    private static void Forward<TModel>(DeviceContext device, in ShadingKernels.Args<TModel> args)
        where TModel : unmanaged, IShadingModel => device.Kernels<Shading<TModel>>().Forward(args);

    private static void Backward<TModel>(DeviceContext device, in ShadingKernels.Args<TModel> args)
        where TModel : unmanaged, IShadingModel => device.Kernels<Shading<TModel>>().Backward(args);
}
