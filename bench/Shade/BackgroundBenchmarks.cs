using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Bench.Shade;

/// <summary>
/// Backgrounds of the 4,096 rays, one thread, per ray: one colour, and the environment map (six octaves, a network 39-32-3 with sigmoid) forward
/// and backward on a tape.
/// </summary>
[Config(typeof(FamilyConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class BackgroundBenchmarks
{
    private readonly EnvironmentOptions _environment = new();
    private MarchedScene _scene = null!;
    private ArrayView<Float3> _colours;
    private ArrayView<float> _parameters;
    private ArrayView<float> _seed;

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        _colours = _scene.Colours(MarchedScene.RayCount);
        _parameters = _scene.Devices.Uniform(_environment.Network.ParameterCount, 0.2f);
        _seed = _scene.Devices.Uniform(MarchedScene.RayCount * 3);
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(OperationsPerInvoke = MarchedScene.RayCount)]
    [BenchmarkCategory("1 colour")]
    [Traffic(12)]
    public void Fill() => _scene.Devices.Portable.Kernels<Background>().Fill(new Float3(0.2f, 0.4f, 0.6f), _colours);

    [Benchmark(Baseline = true, OperationsPerInvoke = MarchedScene.RayCount)]
    [BenchmarkCategory("2 environment map")]
    public void EnvironmentPortable() => Environment(_scene.Devices.Portable);

    [Benchmark(OperationsPerInvoke = MarchedScene.RayCount)]
    [BenchmarkCategory("2 environment map")]
    public void EnvironmentTuned() => Environment(_scene.Devices.Tuned);

    private void Environment(DeviceContext device)
    {
        using var tape = new Tape(device);
        Variable parameters = tape.Allocate(_environment.Network.ParameterCount, 1, requiresGradient: true);
        parameters.Value.CopyFrom(_parameters);
        Variable colours = tape.EnvironmentBackground(_environment, parameters, _scene.Rays);
        tape.Backward(colours, _seed);
    }
}
