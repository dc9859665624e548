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

    private static readonly Dictionary<string, Func<Row, Cell>> _columns = new()
    {
        ["normal"] = row => row.Odds.Normal,
        ["albedo"] = row => row.Odds.Albedo,
        ["lambertian"] = row => row.Odds.Lambertian,
        ["textureless"] = row => row.Odds.Textureless,
        ["ambient"] = row => row.Odds.Ambient,
        ["background"] = row => new Cell(row.Run.Background.IsLearnt ? "network" : "colour"),
        ["random"] = RandomShare,
        ["t"] = Timesteps,
        ["sds"] = row => row.Run.Loss.Sds.At(row.Step),
        ["opacity"] = row => row.Losses["opacity"],
        ["entropy"] = row => row.Losses["entropy"],
        ["orientation"] = row => row.Losses["orientation"],
        ["opaque"] = row => row.Losses["opaque"],
        ["normal_2d"] = row => row.Losses["2d_normal_smooth"],
        ["normal_3d"] = row => row.Losses["3d_normal_smooth"],
        ["z_variance"] = row => row.Losses["z_variance"],
        ["tv"] = row => row.Losses["tv"],
        ["lr_encoder"] = row => row.Rate(ParameterRole.Encoder),
        ["lr_network"] = row => row.Rate(ParameterRole.Network),
        ["lr_background"] = row => row.Rate(ParameterRole.Background),
        ["radius"] = row => row.Cameras.Radius,
        ["elevation"] = row => new Cell("", 90 - row.Cameras.Polar.Max, 90 - row.Cameras.Polar.Min),
        ["azimuth"] = row => row.Cameras.Azimuth,
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
        using var weights = new LossWeights();
        List<string> wrong = [];
        foreach (string[] line in lines[1..])
        {
            int step = int.Parse(line[0], CultureInfo.InvariantCulture);
            var row = new Row(run, step, weights.At(run, step));
            for (int i = 1; i < header.Length; i++)
            {
                Cell got = _columns[header[i]](row);
                if (!got.Agrees(line[i]))
                {
                    wrong.Add($"step {step}, {header[i]}: stated {line[i]}, got {got}");
                }
            }
        }
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    // The share of views of one step on a random colour; four standard deviations are passed once in 16,000.
    private static Cell RandomShare(Row row)
    {
        var sampler = new BackgroundSampler(row.Run.Background, seed: 3);
        double share = Enumerable.Range(0, Views).Count(view => sampler.Sample(row.Step, (uint)view, row.Odds.IsLatent) is not null) / (double)Views;
        return new Cell("", share, share) { Slack = 4 * Math.Sqrt(share * (1 - share) / Views) };
    }

    private static Cell Timesteps(Row row)
    {
        (int first, int end) = GuidanceOptions.From(row.Run).Timesteps.At((double)row.Step / row.Run.Iters, 1000);
        return new Cell("", first, end - 1);
    }

    private static Cell Levels(Row row)
    {
        EncoderConfiguration encoder = row.Run.Nerf.Encoder;
        if (encoder.EncoderType != EncoderType.Hashgrid)
        {
            return encoder.EncoderMultiRes;
        }
        var schedule = new LevelSchedule(row.Run);
        return schedule.IsActive ? Math.Ceiling((schedule.ShareAt(row.Step) * encoder.Levels) - 1e-4) : encoder.Levels;
    }

    private static Cell Lens(Row row)
    {
        string unit = row.Cameras.Unit switch
        {
            LensUnit.VerticalFieldOfView => "fovy:",
            LensUnit.HorizontalFieldOfView => "fovx:",
            LensUnit.FocalFactor => "focal:",
            _ => "half_width:",
        };
        return new Cell(unit, row.Cameras.Lens.Min, row.Cameras.Lens.Max);
    }

    /// <summary>A run at a step.</summary>
    private sealed record Row(RunConfiguration Run, int Step, IReadOnlyDictionary<string, double> Losses)
    {
        public ShadingOdds Odds => ShadingOdds.At(Run, Step);

        public CameraRanges Cameras => CameraRanges.At(Run.Data.Train, Step, Run.Iters);

        public double Rate(ParameterRole role) => FieldOptimizer.RateOf(Run.Optim, role) * FieldOptimizer.ScheduleOf(Run.Optim, Run.Iters).At(Step);
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
            if (Word.Length > 0 && double.IsNaN(Min))
            {
                return stated == Word;
            }
            string[] ends = stated[(stated.IndexOf(':', StringComparison.Ordinal) + 1)..].Split("..");
            double min = double.Parse(ends[0], CultureInfo.InvariantCulture), max = double.Parse(ends[^1], CultureInfo.InvariantCulture);
            bool holds = Min == Max && min < max ? Min >= min && Max <= max : IsClose(Min, min) && IsClose(Max, max);
            return stated.StartsWith(Word, StringComparison.Ordinal) && holds;
        }

        public override string ToString() => double.IsNaN(Min) && Word.Length > 0
            ? Word
            : string.Create(CultureInfo.InvariantCulture, $"{Word}{Min:g8}..{Max:g8}");

        private bool IsClose(double got, double stated) => Math.Abs(got - stated) <= Slack + (Tolerance * Math.Abs(stated));
    }
}
