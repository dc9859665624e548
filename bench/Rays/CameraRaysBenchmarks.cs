using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Rays;

namespace DreamFusion.Bench.Rays;

/// <summary>Camera rays with their entry and exit, per ray of a 64x64 image, one thread. No backward: cameras are not trained.</summary>
[Config(typeof(FamilyConfig))]
public class CameraRaysBenchmarks
{
    private MarchedScene _scene = null!;

    [GlobalSetup]
    public void Setup() => _scene = MarchedScene.Create();

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(OperationsPerInvoke = MarchedScene.RayCount)]
    [Traffic(32)]
    public void Sphere() => _scene.Devices.Portable.Kernels<CameraRays<SphereBound>>().Cast(_scene.Camera, new SphereBound(MarchedScene.Bound), _scene.Rays);

    [Benchmark(OperationsPerInvoke = MarchedScene.RayCount)]
    [Traffic(32)]
    public void Box() => _scene.Devices.Portable.Kernels<CameraRays<BoxBound>>().Cast(_scene.Camera, new BoxBound(MarchedScene.Bound), _scene.Rays);
}
