using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.HostTwins;
using DreamFusion.Bench.Measurement;
using DreamFusion.Kernels.Optimize;
using ILGPU;

namespace DreamFusion.Bench.Optimize;

/// <summary>The running average of 2^20 parameters and its exchange with them, one thread, per parameter.</summary>
[Config(typeof(FamilyConfig))]
public class EmaBenchmarks
{
    private const int ParameterCount = 1 << 20;

    private readonly EmaOptions _options = new();
    private TwinDevices _devices = null!;
    private ArrayView<float> _average;
    private ArrayView<float> _parameters;

    [GlobalSetup]
    public void Setup()
    {
        _devices = TwinDevices.Create();
        _average = _devices.Uniform(ParameterCount);
        _parameters = _devices.Uniform(ParameterCount);
    }

    [GlobalCleanup]
    public void Cleanup() => _devices.Dispose();

    [Benchmark(OperationsPerInvoke = ParameterCount)]
    [Traffic(12)]
    public void Update() => _devices.Portable.Kernels<Ema>().Update(_options, 1000, _average, _parameters);

    [Benchmark(OperationsPerInvoke = ParameterCount)]
    [Traffic(16)]
    public void Exchange() => _devices.Portable.Kernels<Ema>().Exchange(_average, _parameters);
}
