using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Training;

namespace DreamFusion.Bench.Evaluation;

/// <summary>
/// <c>ladder FOLDER [--preset NAME] [--iters N] [--seed N] [--threads N] [--clip DIR]</c>: DreamFusion's ablation (its figure 6, the seeds' figure 5) on the embedded prior.
/// Eight prompts are trained four times, each time with one thing more: the same prompt for every view in plain albedo; view words; light; textureless
/// renders. What the folder holds is not trained again. Prints R-Precision in colour and of the geometry for every rung.
/// </summary>
public static class LadderCommand
{
    private static readonly string[] _prompts = ["a penguin", "a blue chair", "a red car", "a hamburger", "a mushroom", "a snowman", "a yellow house", "a pine tree"];

    private static readonly (string Name, string Folder, Func<RunConfiguration, RunConfiguration> Change)[] _rungs =
    [
        ("one prompt for all views, albedo", "rung1", c => c with { ShadedRatio = 0f, ViewPrompts = [new ViewPrompt { Azimuth = new Interval(0, 360), Elevation = new Interval(-90, 90), Suffix = "" }] }),
        ("+ view prompts", "rung2", c => c with { ShadedRatio = 0f }),
        ("+ lighting", "rung3", c => c with { ShadedRatio = 0.5f }),
        ("+ textureless renders", "rung4", c => c with { ShadedRatio = 0.5f, TexturelessRatio = 0.2f }),
    ];

    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length % 2 == 0)
        {
            Console.Error.WriteLine("ladder: usage: ladder FOLDER [--preset NAME] [--iters N] [--seed N] [--threads N] [--clip DIR]");
            return 2;
        }
        string folder = arguments[0], seed = "0", threads = "0";
        string? preset = null, iters = null, clip = null;
        for (int i = 1; i < arguments.Length; i += 2)
        {
            switch (arguments[i])
            {
                case "--preset": preset = arguments[i + 1]; break;
                case "--iters": iters = arguments[i + 1]; break;
                case "--clip": clip = arguments[i + 1]; break;
                case "--seed": seed = arguments[i + 1]; break;
                case "--threads": threads = arguments[i + 1]; break;
                default: Console.Error.WriteLine($"ladder: {arguments[i]} is no option"); return 2;
            }
        }
        Console.WriteLine("| rung | CLIP score | R-Precision, colour | R-Precision, geometry |\n| --- | --- | --- | --- |");
        List<string> details = [];
        foreach ((string name, string sub, Func<RunConfiguration, RunConfiguration> change) in _rungs)
        {
            string[] runs = [.. _prompts.Select(prompt => Train(Path.Combine(folder, sub), prompt, preset, iters, seed, threads, change))];
            ScoreGroup scores = EvaluationSession.Run(new EvaluationRequest { Runs = runs, Judges = clip is null ? [] : [clip], Threads = Environment.ProcessorCount }, _ => { }, CancellationToken.None)[0].Runs!;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {scores.ClipScore:0.000} | {Percent(scores.Colour!)} | {Percent(scores.Geometry!)} |"));
            details.AddRange(scores.Prompts.Select(p => string.Create(CultureInfo.InvariantCulture, $"| {name} | {p.Prompt} | {8 * p.Colour:0} | {8 * p.Geometry:0} |")));
        }
        Console.WriteLine("\n| rung | prompt | colour, of 8 | geometry, of 8 |\n| --- | --- | --- | --- |\n" + string.Join('\n', details));
        return 0;
    }

    private static string Train(string folder, string prompt, string? preset, string? iters, string seed, string threads, Func<RunConfiguration, RunConfiguration> change)
    {
        string path = Path.Combine(folder, $"{Slug.Of(prompt)}-{seed}");
        List<ConfigurationOverride> overrides = [new("the prompt", "prompt", prompt), new("--seed", "seed", seed), new("--threads", "threads", threads), new("ladder", "preview_interval", "0")];
        if (iters is not null)
        {
            overrides.Add(new("--iters", "iters", iters));
        }

        // A finished run returns at once.
        TrainingSession.Run(
            change(new ConfigurationSources { Preset = preset, Overrides = overrides }.Resolve()),
            new TrainingRequest { OutputFolder = path, Resume = true, NoVideo = true, NoMesh = true, NoSheet = true, NoScores = true }, new SilentObserver(), CancellationToken.None);
        return path;
    }

    private static string Percent(WilsonInterval share) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * share.Share:0.0} % [{100 * share.Low:0.0}, {100 * share.High:0.0}]");

    private sealed class SilentObserver : ITrainingObserver
    {
        public void Started(string runFolder, int iters) => Console.Error.WriteLine(runFolder);

        public void PhaseChanged(TrainingPhase phase)
        {
        }

        public void StepDone(StepReport report)
        {
        }

        public void FileWritten(string path)
        {
        }

        public void Note(string message) => Console.Error.WriteLine(message);
    }
}
