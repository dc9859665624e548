using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.HostTwins;
using DreamFusion.Bench.Measurement;
using DreamFusion.Kernels.Image;

namespace DreamFusion.Bench.Image;

/// <summary>Bilinear resize of a colour image from 64x64 to 512x512 (the size that Stable Diffusion's encoder takes) and its adjoint, one thread, per pixel of the large image.</summary>
[Config(typeof(FamilyConfig))]
public class BilinearResizeBenchmarks
{
    private const int Small = 64;
    private const int Large = 512;
    private const int Channels = 3;

    private TwinDevices _devices = null!;
    private BilinearResizeKernels.Args _enlarge;
    private BilinearResizeKernels.Args _reduce;

    [GlobalSetup]
    public void Setup()
    {
        _devices = TwinDevices.Create();
        _enlarge = Bind(Small, Large);
        _reduce = Bind(Large, Small);
    }

    [GlobalCleanup]
    public void Cleanup() => _devices.Dispose();

    [Benchmark(OperationsPerInvoke = Large * Large)]
    [Traffic(4 * Channels)]
    public void Enlarge() => _devices.Portable.Kernels<BilinearResize>().Forward(_enlarge);

    [Benchmark(OperationsPerInvoke = Large * Large)]
    [Traffic(4 * Channels)]
    public void EnlargeAdjoint() => _devices.Portable.Kernels<BilinearResize>().Backward(_enlarge);

    [Benchmark(OperationsPerInvoke = Large * Large)]
    public void Reduce() => _devices.Portable.Kernels<BilinearResize>().Forward(_reduce);

    [Benchmark(OperationsPerInvoke = Large * Large)]
    [Traffic(8 * Channels)]
    public void ReduceAdjoint() => _devices.Portable.Kernels<BilinearResize>().Backward(_reduce);

    private BilinearResizeKernels.Args Bind(int from, int to) => new()
    {
        InputHeight = from,
        InputWidth = from,
        OutputHeight = to,
        OutputWidth = to,
        Channels = Channels,
        Input = _devices.Uniform(from * from * Channels),
        Output = _devices.Uniform(to * to * Channels),
        DLdOutput = _devices.Uniform(to * to * Channels),
        DLdInput = _devices.Uniform(from * from * Channels),
    };
}
