using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.Measurement;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Bench.Device;

/// <summary>Counter-based random numbers, 65,536 of them on one thread, per number.</summary>
[Config(typeof(FamilyConfig))]
public class CounterRandomBenchmarks
{
    private const int Count = 65536;

    private static readonly RandomKey _key = new(1, 2, RandomPurpose.DiffusionNoise);

    [Benchmark(OperationsPerInvoke = Count)]
    public float Uniform()
    {
        float sum = 0f;
        for (uint i = 0; i < Count; i++)
        {
            sum += CounterRandom.Uniform(_key, i, 0);
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public float Normal()
    {
        float sum = 0f;
        for (uint i = 0; i < Count; i++)
        {
            sum += CounterRandom.Normal(_key, i, 0);
        }

        return sum;
    }
}
