using System;
using System.Linq;
using Xunit;

namespace DreamFusion.Autodiff.Tests;

public sealed class TapeProfilerTests : IDisposable
{
    private readonly DeviceContext _device = DeviceContext.CreateCpu(1);

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Every_operation_is_timed_under_its_label_in_both_passes()
    {
        TapeProfiler profiler = _device.Profiler = new TapeProfiler();
        for (int step = 0; step < 2; step++)
        {
            using var tape = new Tape(_device);
            tape.Mark("setup");
            tape.Record("first", () => { });
            tape.Record("second", () => { });
            tape.Backward();
        }
        Assert.Equal(
            [("setup", TapePass.Forward), ("first", TapePass.Forward), ("second", TapePass.Forward), ("second", TapePass.Backward), ("first", TapePass.Backward)],
            profiler.Times.Select(time => (time.Label, time.Pass)));
        Assert.All(profiler.Times, time => Assert.Equal(2, time.Calls));
        profiler.Clear();
        Assert.Empty(profiler.Times);
    }

    [Fact]
    public void Time_counts_for_the_operation_that_took_it_and_time_between_tapes_for_none()
    {
        var clock = new Clock();
        TapeProfiler profiler = _device.Profiler = new TapeProfiler(clock);
        clock.Seconds += 100;
        using var tape = new Tape(_device);
        clock.Seconds += 1;
        tape.Mark("rays");
        clock.Seconds += 2;
        tape.Record("shading", () => clock.Seconds += 4);
        clock.Seconds += 3;
        tape.Record("composite", () => clock.Seconds += 5);
        clock.Seconds += 100;
        tape.Backward();

        Assert.Equal(
            [("rays", 1), ("shading", 2), ("composite", 3), ("composite", 5), ("shading", 4)],
            profiler.Times.Select(time => (time.Label, time.Elapsed.TotalSeconds)));
    }

    [Fact]
    public void Without_a_profiler_nothing_is_timed()
    {
        var profiler = new TapeProfiler();
        _device.Profiler = profiler;
        _device.Profiler = null;
        using var tape = new Tape(_device);
        tape.Record("operation", () => { });
        tape.Backward();
        Assert.Empty(profiler.Times);
    }

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
