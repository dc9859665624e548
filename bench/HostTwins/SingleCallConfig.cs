using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace DreamFusion.Bench.HostTwins;

/// <summary>
/// Iterations of one call each, so that many of them fall between two interruptions by other programs: compare Min and Median.
/// </summary>
public sealed class SingleCallConfig : ManualConfig
{
    public SingleCallConfig()
    {
        AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithInvocationCount(1)
            .WithUnrollFactor(1)
            .WithWarmupCount(40)
            .WithIterationCount(60));
        AddColumn(StatisticColumn.Min, StatisticColumn.Median);
    }
}
