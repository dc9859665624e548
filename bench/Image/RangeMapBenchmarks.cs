using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.HostTwins;
using DreamFusion.Bench.Measurement;
using DreamFusion.Kernels.Image;
using ILGPU;

namespace DreamFusion.Bench.Image;

/// <summary>The map of a 512x512 colour image from [0, 1] to [-1, 1] and its gradient, one thread, per value.</summary>
[Config(typeof(FamilyConfig))]
public class RangeMapBenchmarks
{
    private const int ValueCount = 512 * 512 * 3;

    private TwinDevices _devices = null!;
    private ArrayView<float> _image;
    private ArrayView<float> _mapped;

    [GlobalSetup]
    public void Setup()
    {
        _devices = TwinDevices.Create();
        _image = _devices.Uniform(ValueCount);
        _mapped = _devices.Uniform(ValueCount);
    }

    [GlobalCleanup]
    public void Cleanup() => _devices.Dispose();

    [Benchmark(OperationsPerInvoke = ValueCount)]
    [Traffic(8)]
    public void Forward() => _devices.Portable.Kernels<RangeMap>().Forward(new ValueRange(0f, 1f), new ValueRange(-1f, 1f), _image, _mapped);

    [Benchmark(OperationsPerInvoke = ValueCount)]
    [Traffic(12)]
    public void Backward() => _devices.Portable.Kernels<RangeMap>().Backward(new ValueRange(0f, 1f), new ValueRange(-1f, 1f), _mapped, _image);
}
