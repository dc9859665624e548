using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Training;

namespace DreamFusion.Bench.Prompts;

/// <summary>
/// <c>prompts FOLDER [--part K/N] [--only samples] [--preset NAME] [--seed N] [--threads N] [--set KEY=VALUE]...</c>: trains every prompt of
/// <c>prompts.txt</c>, then scores samples of the prior itself, and writes <c>table.md</c> and <c>sheet.png</c> into the folder. What the
/// folder holds already is not done again, so a run that was stopped goes on; processes with different parts may run side by side, and one
/// without a part then writes table and sheet. <c>--only samples</c> scores the samples and trains nothing.
/// </summary>
public static class PromptsCommand
{
    private const string ListName = "prompts.txt";

    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length % 2 == 0)
        {
            return Refuse("expected a folder and options with values");
        }
        (int part, int parts) = (1, 1);
        bool samplesOnly = false;
        string? preset = null;
        List<ConfigurationOverride> overrides = [];
        for (int i = 1; i < arguments.Length; i += 2)
        {
            string value = arguments[i + 1];
            string[] sides = value.Split(arguments[i] == "--part" ? '/' : '=', 2);
            switch (arguments[i])
            {
                case "--part" when sides.Length == 2:
                    (part, parts) = (int.Parse(sides[0], CultureInfo.InvariantCulture), int.Parse(sides[1], CultureInfo.InvariantCulture));
                    break;
                case "--only" when value == "samples": samplesOnly = true; break;
                case "--preset": preset = value; break;
                case "--seed": overrides.Add(new("--seed", "seed", value)); break;
                case "--threads": overrides.Add(new("--threads", "threads", value)); break;
                case "--set" when sides.Length == 2: overrides.Add(new("--set", sides[0], sides[1])); break;
                default: return Refuse($"{arguments[i]} {value} is no option");
            }
        }
        string folder = arguments[0];
        string[] prompts = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, ListName));
        Directory.CreateDirectory(folder);
        if (samplesOnly)
        {
            PriorSamples.Scores(folder, prompts);
            return 0;
        }
        foreach (string prompt in prompts.Where((_, k) => k % parts == part - 1))
        {
            Train(folder, new ConfigurationSources { Preset = preset, Overrides = [.. overrides, new("prompts.txt", "prompt", prompt)] }.Resolve());
        }
        if (parts == 1)
        {
            PromptsReport.Write(folder, prompts, PriorSamples.Scores(folder, prompts));
        }
        return 0;
    }

    /// <summary>The run folder of a prompt.</summary>
    public static string RunFolder(string folder, string prompt) => Path.Combine(folder, Slug.Of(prompt));

    private static void Train(string folder, RunConfiguration configuration)
    {
        string path = RunFolder(folder, configuration.Prompt);
        if (File.Exists(Path.Combine(path, "sheet.png")))
        {
            return;
        }
        if (Directory.Exists(path))
        {
            // A run that was cut off: its folder would be refused, and nothing in it is a result.
            Directory.Delete(path, recursive: true);
        }
        long start = Stopwatch.GetTimestamp();
        TrainingResult result = TrainingSession.Run(
            configuration, new TrainingRequest { OutputFolder = path, NoVideo = true, NoMesh = true }, new QuietObserver(), CancellationToken.None);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{configuration.Prompt}: {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s, {string.Join(", ", result.Scores.Select(score => $"{score.Key} {score.Value:0.000}"))}"));
    }

    private static int Refuse(string problem)
    {
        Console.Error.WriteLine($"prompts: {problem}; usage: prompts FOLDER [--part K/N] [--only samples] [--preset NAME] [--seed N] [--threads N] [--set KEY=VALUE]...");
        return 2;
    }

    private sealed class QuietObserver : ITrainingObserver
    {
        public void Started(string runFolder, int iters)
        {
        }

        public void PhaseChanged(TrainingPhase phase)
        {
        }

        public void StepDone(StepReport report)
        {
        }

        public void FileWritten(string path)
        {
        }

        public void Note(string message) => Console.WriteLine(message);
    }
}
