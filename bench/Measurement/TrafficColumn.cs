using System.Globalization;
using System.Linq;
using System.Reflection;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace DreamFusion.Bench.Measurement;

/// <summary>The bytes of <see cref="TrafficAttribute"/> over the median time: to be compared with the copy of the same run.</summary>
public sealed class TrafficColumn : IColumn
{
    public string Id => nameof(TrafficColumn);

    public string ColumnName => "GB/s";

    public bool AlwaysShow => false;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "Bytes that must be read and written per operation, over the median time";

    public bool IsAvailable(Summary summary) => summary.BenchmarksCases.Any(benchmark => TrafficOf(benchmark) is not null);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
        => TrafficOf(benchmarkCase) is { } traffic && summary[benchmarkCase]?.ResultStatistics is { } statistics
            ? (traffic.Bytes / statistics.Median).ToString("0.0", CultureInfo.InvariantCulture)
            : "-";

    private static TrafficAttribute? TrafficOf(BenchmarkCase benchmark) => benchmark.Descriptor.WorkloadMethod.GetCustomAttribute<TrafficAttribute>();
}
