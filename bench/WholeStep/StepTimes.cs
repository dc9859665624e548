using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using DreamFusion.Autodiff;

namespace DreamFusion.Bench.WholeStep;

/// <summary>Times of repeated steps: the whole of each, and each operation in it. Seconds.</summary>
public sealed class StepTimes
{
    private readonly List<double> _whole = [];
    private readonly Dictionary<(string Label, TapePass Pass), List<double>> _operations = [];
    private readonly List<(string Label, TapePass Pass)> _order = [];

    /// <summary>Operations in the order in which they run.</summary>
    public IReadOnlyList<(string Label, TapePass Pass)> Operations => _order;

    public double Median => MedianOf(_whole);

    public double Minimum => _whole.Min();

    /// <summary>Managed bytes that the last step allocated on the calling thread, the profiler switched off.</summary>
    public long ManagedBytes { get; private set; }

    /// <summary>Device bytes that the steps after the first made the pool allocate.</summary>
    public long PoolBytes { get; private set; }

    public double MedianOf(string label, TapePass pass) => MedianOf(_operations[(label, pass)]);

    /// <summary>Warms up, then times repeated steps.</summary>
    public static StepTimes Measure(FieldStep step, int warmUp, int repeats)
    {
        var times = new StepTimes();
        step.Run();
        long pool = step.Device.Pool.AllocatedBytes;
        for (int i = 1; i < warmUp; i++)
        {
            step.Run();
        }
        long managed = GC.GetAllocatedBytesForCurrentThread();
        step.Run();
        times.ManagedBytes = GC.GetAllocatedBytesForCurrentThread() - managed;
        var profiler = new TapeProfiler();
        step.Device.Profiler = profiler;
        for (int i = 0; i < repeats; i++)
        {
            profiler.Clear();
            long start = Stopwatch.GetTimestamp();
            step.Run();
            times.Add(Stopwatch.GetElapsedTime(start), profiler.Times);
        }
        step.Device.Profiler = null;
        times.PoolBytes = step.Device.Pool.AllocatedBytes - pool;
        return times;
    }

    private void Add(TimeSpan whole, IReadOnlyList<OperationTime> operations)
    {
        _whole.Add(whole.TotalSeconds);
        foreach (OperationTime time in operations)
        {
            (string Label, TapePass Pass) key = (time.Label, time.Pass);
            if (!_operations.TryGetValue(key, out List<double>? all))
            {
                _operations[key] = all = [];
                _order.Add(key);
            }
            all.Add(time.Elapsed.TotalSeconds);
        }
    }

    private static double MedianOf(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]);
    }
}
