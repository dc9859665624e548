using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.HostTwins;
using DreamFusion.Bench.Measurement;
using DreamFusion.Kernels.Optimize;
using ILGPU;

namespace DreamFusion.Bench.Optimize;

/// <summary>Norm and finiteness of 2^20 gradients, one thread, per gradient.</summary>
[Config(typeof(FamilyConfig))]
public class GradientInspectionBenchmarks
{
    private const int ParameterCount = 1 << 20;

    private TwinDevices _devices = null!;
    private ArrayView<float> _gradients;

    [GlobalSetup]
    public void Setup()
    {
        _devices = TwinDevices.Create();
        _gradients = _devices.Uniform(ParameterCount);
    }

    [GlobalCleanup]
    public void Cleanup() => _devices.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = ParameterCount)]
    [Traffic(4)]
    public void InspectPortable() => _devices.Portable.Kernels<GradientInspection>().Inspect(_gradients, 1d);

    [Benchmark(OperationsPerInvoke = ParameterCount)]
    [Traffic(4)]
    public void InspectTuned() => _devices.Tuned.Kernels<GradientInspection>().Inspect(_gradients, 1d);
}
