using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace DreamFusion.Bench.Measurement;

/// <summary>
/// About a second for each benchmark, in process, so that all kernel families fit into minutes: iterations of 25 milliseconds, warm-up long
/// enough for the runtime to compile the kernels with optimisation.
/// </summary>
public sealed class FamilyConfig : ManualConfig
{
    public FamilyConfig()
    {
        AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithUnrollFactor(1)
            .WithIterationTime(TimeInterval.FromMilliseconds(25))
            .WithWarmupCount(8)
            .WithIterationCount(11));
        AddColumn(StatisticColumn.Min, StatisticColumn.Median, new TrafficColumn());
    }
}
