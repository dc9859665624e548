using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using ILGPU;

namespace DreamFusion.Bench.HostTwins;

/// <summary>
/// What a step does to each of 65,536 samples between the network and the compositing, on one thread: kernels as written and host twins. The
/// passes without a twin are measured as well, to show that they need none.
/// </summary>
[Config(typeof(SingleCallConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class ShadeBenchmarks
{
    private const int SampleCount = 65536;

    private TwinDevices _devices = null!;
    private Stages _portable = null!;
    private Stages _tuned = null!;

    [GlobalSetup]
    public void Setup()
    {
        _devices = TwinDevices.Create();
        _portable = new Stages(_devices, tuned: false);
        _tuned = new Stages(_devices, tuned: true);
    }

    [GlobalCleanup]
    public void Cleanup() => _devices.Dispose();

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("1 density")]
    public void DensityPortable() => _portable.Density();

    [Benchmark]
    [BenchmarkCategory("1 density")]
    public void DensityTuned() => _tuned.Density();

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("2 density backward")]
    public void DensityBackwardPortable() => _portable.DensityBackward();

    [Benchmark]
    [BenchmarkCategory("2 density backward")]
    public void DensityBackwardTuned() => _tuned.DensityBackward();

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("3 albedo")]
    public void AlbedoPortable() => _portable.Albedo();

    [Benchmark]
    [BenchmarkCategory("3 albedo")]
    public void AlbedoTuned() => _tuned.Albedo();

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("4 Lambertian")]
    public void LambertianPortable() => _portable.Lambertian();

    [Benchmark]
    [BenchmarkCategory("4 Lambertian")]
    public void LambertianTuned() => _tuned.Lambertian();

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("5 Lambertian backward")]
    public void LambertianBackwardPortable() => _portable.LambertianBackward();

    [Benchmark]
    [BenchmarkCategory("5 Lambertian backward")]
    public void LambertianBackwardTuned() => _tuned.LambertianBackward();

    [Benchmark]
    [BenchmarkCategory("6 without a twin")]
    public void AlbedoBackward() => _portable.AlbedoBackward();

    [Benchmark]
    [BenchmarkCategory("6 without a twin")]
    public void Normal() => _portable.Normal();

    [Benchmark]
    [BenchmarkCategory("6 without a twin")]
    public void NormalBackward() => _portable.NormalBackward();

    private sealed class Stages
    {
        private readonly DensityOptions _options = DensityOptions.Toybox;
        private readonly Density<SoftplusDensity, LinearBlob> _density;
        private readonly Albedo _albedo;
        private readonly Normal<LinearBlob> _normal;
        private readonly Shading<Lambertian> _shading;
        private readonly ArrayView<float> _raw;
        private readonly ArrayView<float> _sigma;
        private readonly ArrayView<float> _dLdRaw;
        private readonly ArrayView<Float3> _gradients;
        private readonly ShadingKernels.Args<Lambertian> _args;

        public Stages(TwinDevices devices, bool tuned)
        {
            Autodiff.DeviceContext device = tuned ? devices.Tuned : devices.Portable;
            _density = device.Kernels<Density<SoftplusDensity, LinearBlob>>();
            _albedo = device.Kernels<Albedo>();
            _normal = device.Kernels<Normal<LinearBlob>>();
            _shading = device.Kernels<Shading<Lambertian>>();
            _raw = devices.Uniform(4 * SampleCount, 2f);
            _sigma = devices.Uniform(SampleCount);
            _dLdRaw = devices.Uniform(4 * SampleCount);
            _gradients = Vectors(devices);
            _args = new ShadingKernels.Args<Lambertian>
            {
                Model = new Lambertian(0.1f, 0.9f),
                Light = Light.Directional(Float3.One),
                Positions = Vectors(devices),
                Albedo = Vectors(devices),
                Normals = Vectors(devices),
                Colours = Vectors(devices),
                DLdColours = Vectors(devices),
                DLdAlbedo = Vectors(devices),
                DLdNormals = Vectors(devices),
            };
        }

        public void Density() => _density.Forward(_options, _raw, 0, _args.Positions, _sigma);

        public void DensityBackward() => _density.Backward(_options, _raw, 0, _args.Positions, _sigma, _dLdRaw);

        public void Albedo() => _albedo.Forward(2f, _raw, 1, _args.Albedo);

        public void AlbedoBackward() => _albedo.Backward(2f, _args.Albedo, 1, _args.DLdAlbedo, _dLdRaw);

        public void Normal() => _normal.Forward(_options, _gradients, _args.Positions, _args.Normals);

        public void NormalBackward() => _normal.Backward(_options, _gradients, _args.Positions, _args.DLdNormals, _args.DLdColours);

        public void Lambertian() => _shading.Forward(_args);

        public void LambertianBackward() => _shading.Backward(_args);

        private static ArrayView<Float3> Vectors(TwinDevices devices) => devices.Uniform(3 * SampleCount).Cast<Float3>();
    }
}
