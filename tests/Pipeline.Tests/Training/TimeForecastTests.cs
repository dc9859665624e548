using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Training;
using DreamFusion.Pipeline.Tests.Training.Watchdog;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training;

/// <summary>The forecast by a clock that the test moves.</summary>
public sealed class TimeForecastTests
{
    private readonly Clock _clock = new();

    [Fact]
    public void It_is_said_once_after_ten_steps()
    {
        var forecast = new TimeForecast(Toybox(1010), GuidanceDevice.Cpu, _clock);
        Assert.Equal([10], Spoken(forecast, 20));
    }

    [Fact]
    public void A_run_that_ends_before_needs_none()
    {
        var forecast = new TimeForecast(Toybox(10), GuidanceDevice.Cpu, _clock);
        Assert.Empty(Spoken(forecast, 10));
    }

    [Fact]
    public void The_total_is_the_median_step_times_the_steps_that_are_left()
    {
        // 0.5 s a step; the first one compiles for 30 s, another is disturbed for 9 s: neither counts.
        var forecast = new TimeForecast(Toybox(1210), GuidanceDevice.Cpu, _clock);
        string line = Assert.Single(Run(forecast, step => step == 1 ? 30 : step == 5 ? 9 : 0.5));
        // 1200 · 0.5 s = 10 min, and 8 pictures of 256 x 256 rays of 96 steps against 128 x 128 of 14: 219 renders of 0.02 s.
        Assert.Contains("about 10 min to go: 1200 steps at 2.00 a second", line, StringComparison.Ordinal);
        Assert.Contains("of that time about 4 s for the pictures at the end", line, StringComparison.Ordinal);
        Assert.Contains("guidance 8", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Updates_of_the_occupancy_grid_count_by_their_mean()
    {
        var forecast = new TimeForecast(Toybox(1010), GuidanceDevice.Cpu, _clock);
        // An update of 0.9 s in one of nine steps is 0.1 s a step.
        string line = Assert.Single(Run(forecast, step => step == 9 ? 1.3 : 0.4, step => step == 9 ? 0.9 : 0));
        Assert.Contains("1000 steps at 2.00 a second", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_that_still_compile_do_not_count()
    {
        // As measured: ever faster, as method after method is compiled for good. The median of all but the first would be 0.6 s.
        var forecast = new TimeForecast(Toybox(1210), GuidanceDevice.Cpu, _clock);
        string line = Assert.Single(Run(forecast, step => step <= 5 ? 0.8 : step <= 7 ? 0.6 : 0.5));
        Assert.Contains("1200 steps at 2.00 a second", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.25, "less")]
    [InlineData(1.0, "more")]
    public void A_speed_that_has_changed_a_lot_corrects_the_forecast_once(double later, string word)
    {
        var forecast = new TimeForecast(Toybox(1064), GuidanceDevice.Cpu, _clock);
        Assert.Single(Run(forecast, _ => 0.5));
        List<(int Step, string Line)> said = Later(forecast, step => step <= 32 ? 0.5 : later, 200);
        (int step, string line) = Assert.Single(said);
        Assert.Equal(64, step);
        // 1000 steps, and the 4 s of pictures.
        Assert.StartsWith($"about {(later < 0.5 ? "4" : "17")} min to go, {word} than forecast: 1000 steps, now at {1 / later:0.00} a second", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forecast_that_holds_is_not_said_again()
    {
        // 20 % faster than forecast; then twice as fast, but of little that is left; then nothing is left.
        foreach ((int iters, double later) in ((int, double)[])[(1064, 0.42), (80, 0.25), (64, 0.01)])
        {
            var forecast = new TimeForecast(Toybox(iters), GuidanceDevice.Cpu, _clock);
            Assert.Single(Run(forecast, _ => 0.5));
            Assert.Empty(Later(forecast, _ => later, 64));
        }
    }

    [Fact]
    public void Advice_for_more_than_an_hour_comes_with_the_first_line_that_says_so()
    {
        var slower = new TimeForecast(Toybox(4064), GuidanceDevice.Cpu, _clock);
        Assert.Single(Run(slower, _ => 0.5));
        Assert.Equal(["about 2 h 13 min to go, more than forecast", "to shorten it"], Later(slower, _ => 2, 64).Select(said => said.Line.Split(':')[0]));
        var faster = new TimeForecast(Toybox(40_064), GuidanceDevice.Cpu, _clock);
        Assert.Equal(2, Run(faster, _ => 2).Count);
        Assert.Equal("about 5 h 33 min to go, less than forecast", Assert.Single(Later(faster, _ => 0.5, 64)).Line.Split(':')[0]);
    }

    [Fact]
    public void Over_an_hour_it_says_what_would_shorten_it_and_to_what()
    {
        RunConfiguration toybox = Toybox(10_010) with { Renderer = Toybox(1).Renderer with { MaxSteps = 32, SampleBudget = 1 << 20 } };
        var forecast = new TimeForecast(toybox, GuidanceDevice.Cpu, _clock);
        // 10,000 s: render 0.2, backward 0.3, guidance 0.4, the rest 0.1 of each second.
        IReadOnlyList<string> lines = Run(forecast, _ => 1, parts: [new("render", 0.2), new("guidance", 0.4), new("backward", 0.3)]);
        Assert.Equal(2, lines.Count);
        Assert.Contains("about 2 h 47 min to go", lines[0], StringComparison.Ordinal);
        // A quarter of the rays: 10,000 · (0.125 + 0.4 + 0.1) = 6250 s, and 19 s of pictures.
        Assert.Contains("1 h 44 min with --size 64x64", lines[1], StringComparison.Ordinal);
        // 10,000 · (0.25 + 0.4 + 0.1) = 7500 s.
        Assert.Contains("2 h 5 min with --set renderer.max_steps=16", lines[1], StringComparison.Ordinal);
        Assert.Contains("59 min with --iters 3500", lines[1], StringComparison.Ordinal);
        Assert.Contains("1 h 40 min with --guidance-device cuda", lines[1], StringComparison.Ordinal);
        Assert.Contains("with --preset draft", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain("test_dataset", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain("batch_size", lines[1], StringComparison.Ordinal);
        // The most helpful first.
        Assert.True(lines[1].IndexOf("draft", StringComparison.Ordinal) < lines[1].IndexOf("max_steps", StringComparison.Ordinal));
    }

    [Fact]
    public void The_draft_is_offered_only_where_the_field_is_its_own()
    {
        RunConfiguration other = Toybox(10_010) with { Preset = "threestudio" };
        Assert.DoesNotContain("draft", Run(new TimeForecast(other, GuidanceDevice.Cpu, _clock), _ => 1)[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_and_large_pictures_are_named_where_they_cost()
    {
        RunConfiguration toybox = Toybox(4010);
        RunConfiguration large = toybox with
        {
            Data = toybox.Data with { Train = toybox.Data.Train with { BatchSize = 4 }, Test = new ViewDataConfiguration { Size = 100, Width = 2048, Height = 2048 } },
        };
        KeyValuePair<string, double>[] parts = [new("render", 0.4), new("guidance", 0.9), new("backward", 0.5)];
        IReadOnlyList<string> lines = Run(new TimeForecast(large, GuidanceDevice.Cpu, _clock), _ => 2, parts: parts);
        Assert.Contains("--set data.train_dataset.batch_size=1", lines[1], StringComparison.Ordinal);
        Assert.Contains("--set data.test_dataset.width=1024 --set data.test_dataset.height=1024", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain("cuda", string.Join(" ", Run(new TimeForecast(large, GuidanceDevice.Cpu with { CudaDevice = 0 }, _clock), _ => 2, parts: parts)), StringComparison.Ordinal);
    }

    private static RunConfiguration Toybox(int iters) => PresetCatalogue.Get("toybox") with { Prompt = "a hamburger", Iters = iters };

    // Steps from the eleventh on, with what was said after them.
    private List<(int Step, string Line)> Later(TimeForecast forecast, Func<int, double> seconds, int last)
    {
        List<(int, string)> said = [];
        for (int step = 11; step <= last; step++)
        {
            _clock.Advance(seconds(step));
            said.AddRange(forecast.Add(Reports.Healthy(step) with { Seconds = [new("render", 0.02), new("guidance", 0.04), new("backward", 0.03)] }).Select(line => (step, line)));
        }
        return said;
    }

    private List<int> Spoken(TimeForecast forecast, int steps)
    {
        List<int> spoken = [];
        for (int step = 1; step <= steps; step++)
        {
            _clock.Advance(1);
            if (forecast.Add(Reports.Healthy(step)).Count > 0)
            {
                spoken.Add(step);
            }
        }
        return spoken;
    }

    private IReadOnlyList<string> Run(
        TimeForecast forecast, Func<int, double> seconds, Func<int, double>? occupancy = null, IReadOnlyList<KeyValuePair<string, double>>? parts = null)
    {
        // Time before the first step is not the steps'.
        _clock.Advance(100);
        forecast.Begin();
        IReadOnlyList<string> lines = [];
        for (int step = 1; step <= 10; step++)
        {
            _clock.Advance(seconds(step));
            KeyValuePair<string, double> grid = new("occupancy", occupancy?.Invoke(step) ?? 0);
            lines = forecast.Add(Reports.Healthy(step) with { Seconds = [grid, .. parts ?? [new("render", 0.02), new("guidance", 0.04), new("backward", 0.03)]] });
        }
        return lines;
    }

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => _now;

        public void Advance(double seconds) => _now += (long)Math.Round(seconds * TimestampFrequency);
    }
}
