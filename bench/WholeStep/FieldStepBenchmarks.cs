using System;
using BenchmarkDotNet.Attributes;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Bench.WholeStep;

/// <summary>
/// One whole field step: march, encoding, network, analytic normals, Lambertian shading, composite, every backward pass, Adan. The
/// breakdown by operations and the floors are the command <c>step</c> of this program.
/// </summary>
[Config(typeof(WholeStepConfig))]
public class FieldStepBenchmarks : IDisposable
{
    private FieldStep _step = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    [Params(KernelChoice.Tuned, KernelChoice.Portable)]
    public KernelChoice Kernels { get; set; }

    [GlobalSetup]
    public void Setup() => _step = new FieldStep(Threads, Kernels);

    [GlobalCleanup]
    public void Dispose()
    {
        _step.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public double Step() => _step.Run().GradientNorm;
}
