using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Training;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training;

/// <summary>
/// What the presets of the three references do at twelve steps, against tables typed in from the references
/// (<c>tests/Golden/schedules</c>, each with the places that its columns come from).
/// </summary>
public sealed class GoldenTraceTests
{
    private const int Views = 4000;

    private static readonly Dictionary<string, Func<RunConfiguration, int, Cell>> _columns = new()
    {
        ["normal"] = (run, step) => ShadingOdds.At(run, step).Normal,
        ["albedo"] = (run, step) => ShadingOdds.At(run, step).Albedo,
        ["lambertian"] = (run, step) => ShadingOdds.At(run, step).Lambertian,
        ["textureless"] = (run, step) => ShadingOdds.At(run, step).Textureless,
        ["ambient"] = (run, step) => ShadingOdds.At(run, step).Ambient,
        ["background"] = (run, _) => new Cell(run.Background.IsLearnt ? "network" : "colour"),
        ["random"] = RandomShare,
        ["t"] = Timesteps,
        ["sds"] = (run, step) => run.Loss.Sds.At(step),
        ["opacity"] = (run, step) => run.Loss.Opacity.At(step),
        ["entropy"] = (run, step) => run.Loss.Entropy.At(step) * (run.Loss.EntropyRamp == 0f ? 1 : Math.Min(1, (double)step / run.Iters / run.Loss.EntropyRamp)),
        ["orientation"] = (run, step) => run.Loss.Orientation.At(step),
        ["lr_encoder"] = (run, step) => Rate(run, step, ParameterRole.Encoder),
        ["lr_network"] = (run, step) => Rate(run, step, ParameterRole.Network),
        ["lr_background"] = (run, step) => Rate(run, step, ParameterRole.Background),
        ["radius"] = (run, step) => Ranges(run, step).Radius,
        ["elevation"] = (run, step) => new Cell("", 90 - Ranges(run, step).Polar.Max, 90 - Ranges(run, step).Polar.Min),
        ["azimuth"] = (run, step) => Ranges(run, step).Azimuth,
        ["lens"] = Lens,
        ["levels"] = Levels,
    };

    [Theory]
    [InlineData("stable-dreamfusion")]
    [InlineData("dreamfusion")]
    [InlineData("threestudio")]
    public void Twelve_steps_are_those_of_the_reference(string name)
    {
        string[][] lines =
        [
            .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", "schedules", name + ".txt"))
                .Where(line => !line.StartsWith('#')).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        ];
        string[] header = lines[0];
        Assert.Equal(12, lines.Length - 1);
        Assert.Equal(["step", .. _columns.Keys], header);
        RunConfiguration run = PresetCatalogue.Get(name);
        List<string> wrong = [];
        foreach (string[] row in lines[1..])
        {
            int step = int.Parse(row[0], CultureInfo.InvariantCulture);
            for (int i = 1; i < header.Length; i++)
            {
                Cell got = _columns[header[i]](run, step);
                if (!got.Agrees(row[i]))
                {
                    wrong.Add($"step {step}, {header[i]}: stated {row[i]}, got {got}");
                }
            }
        }
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    // The share of views of one step on a random colour; four standard deviations are passed once in 16,000.
    private static Cell RandomShare(RunConfiguration run, int step)
    {
        var sampler = new BackgroundSampler(run.Background, seed: 3);
        bool isLatent = ShadingOdds.At(run, step).IsLatent;
        double share = Enumerable.Range(0, Views).Count(view => sampler.Sample(step, (uint)view, isLatent) is not null) / (double)Views;
        double slack = 4 * Math.Sqrt(share * (1 - share) / Views);
        return new Cell("", share, share) { Slack = slack };
    }

    private static Cell Timesteps(RunConfiguration run, int step)
    {
        (int first, int end) = GuidanceOptions.From(run).Timesteps.At((double)step / run.Iters, 1000);
        return new Cell("", first, end - 1);
    }

    private static Cell Rate(RunConfiguration run, int step, ParameterRole role) =>
        FieldOptimizer.RateOf(run.Optim, role) * FieldOptimizer.ScheduleOf(run.Optim, run.Iters).At(step);

    private static Cell Levels(RunConfiguration run, int step)
    {
        EncoderConfiguration encoder = run.Nerf.Encoder;
        if (encoder.EncoderType != EncoderType.Hashgrid)
        {
            return encoder.EncoderMultiRes;
        }
        var schedule = new LevelSchedule(run);
        return schedule.IsActive ? Math.Ceiling((schedule.ShareAt(step) * encoder.Levels) - 1e-4) : encoder.Levels;
    }

    private static CameraRanges Ranges(RunConfiguration run, int step) => CameraRanges.At(run.Data.Train, step, run.Iters);

    private static Cell Lens(RunConfiguration run, int step)
    {
        CameraRanges ranges = Ranges(run, step);
        string unit = ranges.Unit switch
        {
            LensUnit.VerticalFieldOfView => "fovy:",
            LensUnit.HorizontalFieldOfView => "fovx:",
            LensUnit.FocalFactor => "focal:",
            _ => "half_width:",
        };
        return new Cell(unit, ranges.Lens.Min, ranges.Lens.Max);
    }

    /// <summary>A word, a number (both ends alike) or a range behind a word.</summary>
    private readonly record struct Cell(string Word, double Min = double.NaN, double Max = double.NaN)
    {
        private const double Tolerance = 1e-5;

        public double Slack { get; init; }

        public static implicit operator Cell(double value) => new("", value, value);

        public static implicit operator Cell(Interval range) => new("", range.Min, range.Max);

        /// <summary>Whether it is what the table says; a number agrees with a stated range that holds it.</summary>
        public bool Agrees(string stated)
        {
            if (double.IsNaN(Min))
            {
                return stated == Word;
            }
            string[] ends = stated[(stated.IndexOf(':', StringComparison.Ordinal) + 1)..].Split("..");
            double min = double.Parse(ends[0], CultureInfo.InvariantCulture), max = double.Parse(ends[^1], CultureInfo.InvariantCulture);
            bool holds = Min == Max && min < max ? Min >= min && Max <= max : IsClose(Min, min) && IsClose(Max, max);
            return stated.StartsWith(Word, StringComparison.Ordinal) && holds;
        }

        public override string ToString() => double.IsNaN(Min)
            ? Word
            : string.Create(CultureInfo.InvariantCulture, $"{Word}{Min:g8}..{Max:g8}");

        private bool IsClose(double got, double stated) => Math.Abs(got - stated) <= Slack + (Tolerance * Math.Abs(stated));
    }
}
