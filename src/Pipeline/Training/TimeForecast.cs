using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Guidance;

namespace DreamFusion.Pipeline.Training;

/// <summary>
/// What a run will take, said after ten steps, and if that is more than an hour, which settings would shorten it and to what.
/// <code>
/// total = steps · (median of a step without the occupancy grid + mean of the grid's updates) + pictures
/// </code>
/// The first steps compile code, and .NET goes on to replace it by better code for some seconds: the median is that of the last five of the ten.
/// After <see cref="SecondLook"/> steps the speed is taken again, and one line corrects the forecast if it was far off. Pictures are counted by their samples, at the cost of the render of a
/// training step; previews take at most 5% (<see cref="TrainingSession"/>). Settings are judged by the parts of a step that they scale.
/// </summary>
public sealed class TimeForecast
{
    /// <summary>Steps that are waited for.</summary>
    public const int Steps = 10;

    /// <summary>Steps after which the forecast is compared with what the code, compiled for good, has taken since half of them.</summary>
    public const int SecondLook = 64;

    private const double LongSeconds = 3600;

    // Of the ten: those before run code that is not compiled for good.
    private const int CompilingSteps = 5;

    // A forecast that is off by less is not worth a second line.
    private const double FarOff = 1.25;
    private const double FarOffSeconds = 10;

    private const string ToyboxName = "toybox";
    private const string QualityName = "quality";

    // What saves less is not worth a word.
    private const double WorthSaying = 0.95;

    private readonly RunConfiguration _configuration;
    private readonly bool _guidanceOnCpu;
    private readonly TimeProvider _clock;
    private readonly List<StepTimes> _times = [];
    private long _last;
    private double _forecast;

    /// <summary>A forecast that has seen no step.</summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="device">Where the guidance runs.</param>
    /// <param name="clock">The clock.</param>
    public TimeForecast(RunConfiguration configuration, GuidanceDevice device, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(clock);
        _configuration = configuration;
        _guidanceOnCpu = device.CudaDevice is null;
        _clock = clock;
        _last = clock.GetTimestamp();
    }

    private readonly record struct StepTimes(double Wall, double Occupancy, double Render, double Guidance, double Backward);

    // Seconds of a mean step, by what its parts depend on.
    private readonly record struct Cost(double Field, double Guidance, double Rest, double Render)
    {
        public double Step => Field + Guidance + Rest;
    }

    /// <summary>Begins to measure.</summary>
    public void Begin() => _last = _clock.GetTimestamp();

    /// <summary>Counts a step that ends now.</summary>
    /// <returns>What to say: nothing but after the tenth step, and after the second look if the forecast was far off; nothing if no steps are left.</returns>
    public IReadOnlyList<string> Add(StepReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (_times.Count >= SecondLook)
        {
            return [];
        }
        long now = _clock.GetTimestamp();
        double Part(string name) => report.Seconds.Where(part => part.Key == name).Sum(part => part.Value);
        _times.Add(new StepTimes(_clock.GetElapsedTime(_last, now).TotalSeconds, Part("occupancy"), Part("render"), Part("guidance"), Part("backward")));
        _last = now;
        int left = _configuration.Iters - report.Step;
        return left <= 0 ? [] : _times.Count switch
        {
            Steps => First(left),
            SecondLook => Corrected(left),
            _ => [],
        };
    }

    private IReadOnlyList<string> First(int left)
    {
        Cost cost = CostOf(_times.Skip(CompilingSteps), _times.Skip(1));
        _forecast = cost.Step;
        double pictures = Pictures(cost, _configuration.Data.Test);
        double total = (left * cost.Step) + pictures;
        string forecast = string.Create(
            CultureInfo.InvariantCulture,
            $"about {Words(total)} to go: {left} steps at {1 / cost.Step:0.00} a second (guidance {cost.Guidance / cost.Step:p0}, field {cost.Field / cost.Step:p0} of a step), and of that time about {Words(pictures)} for the pictures at the end; previews may add up to 5%.");
        return total <= LongSeconds ? [forecast] : [forecast, .. Advice(cost, left, pictures)];
    }

    private IReadOnlyList<string> Corrected(int left)
    {
        Cost cost = CostOf(_times.Skip(SecondLook / 2), _times.Skip(SecondLook / 2));
        double pictures = Pictures(cost, _configuration.Data.Test);
        double total = (left * cost.Step) + pictures;
        double before = (left * _forecast) + pictures;
        if (Math.Max(total, before) < FarOff * Math.Min(total, before) || Math.Abs(total - before) < FarOffSeconds)
        {
            return [];
        }
        string forecast = string.Create(
            CultureInfo.InvariantCulture,
            $"about {Words(total)} to go, {(total < before ? "less" : "more")} than forecast: {left} steps, now at {1 / cost.Step:0.00} a second.");
        // What a forecast of more than an hour has said is not said again.
        return total <= LongSeconds || before > LongSeconds ? [forecast] : [forecast, .. Advice(cost, left, pictures)];
    }

    private static Cost CostOf(IEnumerable<StepTimes> steps, IEnumerable<StepTimes> withGrid)
    {
        StepTimes[] times = [.. steps];
        double render = Median(times.Select(time => time.Render));
        double field = render + Median(times.Select(time => time.Backward));
        double guidance = Median(times.Select(time => time.Guidance));
        double wall = Median(times.Select(time => time.Wall - time.Occupancy)) + withGrid.Average(time => time.Occupancy);
        return new Cost(field, guidance, Math.Max(0, wall - field - guidance), render);
    }

    private IEnumerable<string> Advice(Cost cost, int left, double pictures)
    {
        double total = (left * cost.Step) + pictures;
        string[] shorter = [.. Shorter(cost, left, pictures).Where(option => option.Seconds <= WorthSaying * total).OrderBy(option => option.Seconds)
            .Select(option => $"{Words(option.Seconds)} with {option.Setting}")];
        return shorter.Length == 0 ? [] : [$"to shorten it: about {string.Join("; ", shorter)}."];
    }

    private IEnumerable<(double Seconds, string Setting)> Shorter(Cost cost, int left, double pictures)
    {
        TrainSize size = _configuration.Data.Train.SizeAt(0);
        double Training(double field, double guidance) => left * ((cost.Field * field) + (cost.Guidance * guidance) + cost.Rest);
        string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
        if (size.Width >= 32 && size.Height >= 32)
        {
            yield return (Training(0.25, 1) + pictures, Text($"--size {size.Width / 2}x{size.Height / 2}"));
        }
        if (_configuration.Renderer.MaxSteps >= 16)
        {
            yield return (Training(0.5, 1) + pictures, Text($"--set renderer.max_steps={_configuration.Renderer.MaxSteps / 2}"));
        }
        if (size.BatchSize > 1)
        {
            yield return (Training(1d / size.BatchSize, 1d / size.BatchSize) + pictures, "--set data.train_dataset.batch_size=1");
        }
        int hour = Rounded((LongSeconds - pictures) / cost.Step);
        int fewer = hour >= _configuration.Iters / 10 && hour < left ? hour : _configuration.Iters / 2;
        yield return ((fewer * cost.Step) + pictures, Text($"--iters {fewer}"));
        ViewDataConfiguration test = _configuration.Data.Test;
        yield return ((left * cost.Step) + (pictures / 4), Text($"--set data.test_dataset.width={test.Width / 2} --set data.test_dataset.height={test.Height / 2}"));
        if (_guidanceOnCpu)
        {
            yield return (Training(1, 0) + pictures, "--guidance-device cuda on a machine that has one, at the very best");
        }
        RunConfiguration draft = DraftPreset.Value.Configuration;
        // Its field is that of these presets, so that the measured cost of a ray holds for it.
        if (_configuration.Preset is ToyboxName or QualityName && _configuration.Iters > draft.Iters)
        {
            TrainSize small = draft.Data.Train.SizeAt(0);
            double rays = (double)small.Width * small.Height * small.BatchSize / ((double)size.Width * size.Height * size.BatchSize);
            double draftStep = (cost.Field * rays * draft.Renderer.MaxSteps / _configuration.Renderer.MaxSteps) + (cost.Guidance / size.BatchSize) + cost.Rest;
            yield return ((draft.Iters * draftStep) + pictures, "--preset draft");
        }
    }

    // The final views, by the samples along their rays.
    private double Pictures(Cost cost, ViewDataConfiguration views)
    {
        TrainSize size = _configuration.Data.Train.SizeAt(0);
        double trained = (double)size.Width * size.Height * size.BatchSize * _configuration.Renderer.MaxSteps;
        double shown = (double)views.Size * views.Width * views.Height * _configuration.Renderer.EvalMaxSteps;
        return cost.Render * shown / trained;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    // Down to two digits.
    private static int Rounded(double steps)
    {
        if (steps < 10)
        {
            return 0;
        }
        double unit = Math.Pow(10, Math.Floor(Math.Log10(steps)) - 1);
        return (int)Math.Min(int.MaxValue, Math.Floor(steps / unit) * unit);
    }

    private static string Words(double seconds) => seconds switch
    {
        < 90 => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Round(seconds)):0} s"),
        < 5400 => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(seconds / 60):0} min"),
        < 48 * 3600 => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(Math.Round(seconds / 60) / 60):0} h {Math.Round(seconds / 60) % 60:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86400:0.0} days"),
    };
}
