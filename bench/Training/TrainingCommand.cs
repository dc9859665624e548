using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Training;
using DreamFusion.Pipeline.Training.Watchdog;

namespace DreamFusion.Bench.Training;

/// <summary>
/// <c>training [--preset NAME] [--steps N] [--threads 1,2]</c>: what the steps of <c>dfk train "a hamburger"</c> spend their time on, means over
/// the steps after the first quarter. The parts of a step are the trainer's; the operations within render and backward are the tape's.
/// </summary>
public static class TrainingCommand
{
    public static int Run(ReadOnlySpan<string> arguments)
    {
        string? preset = null;
        string threads = "1,2";
        int steps = 200;
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--preset" when value is not null: preset = value; break;
                case "--steps" when value is not null: steps = int.Parse(value, CultureInfo.InvariantCulture); break;
                case "--threads" when value is not null: threads = value; break;
                default:
                    Console.Error.WriteLine($"training: {arguments[i]} is no option or lacks its value; usage: training [--preset NAME] [--steps N] [--threads 1,2]");
                    return 2;
            }
        }
        RunConfiguration configuration = new ConfigurationSources { Preset = preset, Overrides = [new("training", "prompt", "a hamburger")] }.Resolve();
        int[] counts = [.. threads.Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        Print(counts, [.. counts.Select(count => Measure(configuration with { Threads = count }, steps))]);
        return 0;
    }

    // Milliseconds by part; the run keeps its schedule, only its end is not waited for.
    private static Dictionary<string, double> Measure(RunConfiguration configuration, int steps)
    {
        ModelFolder model = ModelFolder.Open(ModelLocator.Locate(configuration.Model));
        var prompt = PromptEmbeddings.Compute(model, configuration.Prompt, "", new ViewPrompts(configuration.ViewPrompts, configuration.ViewChoice), configuration.Guidance);
        using var guidance = new ScoreDistillation(model, GuidanceOptions.From(configuration));
        using DeviceContext device = DeviceContext.CreateCpu(configuration.Threads);
        using var trainer = new Trainer(configuration, device, guidance, prompt);
        int first = steps / 4;
        while (trainer.Step < first)
        {
            trainer.Advance();
        }
        var profiler = new TapeProfiler();
        device.Profiler = profiler;
        Dictionary<string, double> sums = [];
        string snapshots = Directory.CreateTempSubdirectory("dfk-bench-").FullName;
        var watchdog = new RunWatchdog(configuration, snapshots, new Dictionary<string, string>(), WatchdogState.Healthy);
        var probe = new ParameterProbe(trainer.Field.Parameters);
        void Add(string part, double seconds) => sums[part] = sums.GetValueOrDefault(part) + (1000 * seconds / (steps - first));
        while (trainer.Step < steps)
        {
            StepReport report = trainer.Advance();
            foreach ((string part, double seconds) in report.Seconds)
            {
                Add(part, seconds);
                Add("whole step", seconds);
            }
            Add("samples, thousands", report.Scene!.SampleCount / 1e6);
            AddWatchdog(report, trainer, watchdog, probe, Add);
        }
        Directory.Delete(snapshots, recursive: true);
        foreach (OperationTime time in profiler.Times)
        {
            Add($"{(time.Pass == TapePass.Forward ? "render" : time.Pass == TapePass.Backward ? "backward" : "optimiser")}: {time.Label}", time.Elapsed.TotalSeconds);
        }
        return sums;
    }

    // What a run's watchdog adds to its steps: the probe, which is part of the optimiser's time above, then looking at the step, with snapshots.
    private static void AddWatchdog(StepReport report, Trainer trainer, RunWatchdog watchdog, ParameterProbe probe, Action<string, double> add)
    {
        long start = Stopwatch.GetTimestamp();
        probe.Remember();
        _ = probe.Change();
        add("watchdog: probe", Stopwatch.GetElapsedTime(start).TotalSeconds);
        start = Stopwatch.GetTimestamp();
        _ = watchdog.Inspect(report, trainer);
        add("watchdog: rules and snapshots", Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static void Print(int[] counts, Dictionary<string, double>[] times)
    {
        Console.WriteLine($"| ms a step | {string.Join(" | ", counts.Select(count => count == 1 ? "1 thread" : $"{count} threads"))} |");
        Console.WriteLine($"| --- |{string.Concat(counts.Select(_ => " --- |"))}");
        foreach (string part in times[0].Keys)
        {
            Console.WriteLine($"| {part} | {string.Join(" | ", times.Select(t => t.GetValueOrDefault(part).ToString("0.00", CultureInfo.InvariantCulture)))} |");
        }
        Console.WriteLine($"| steps a second | {string.Join(" | ", times.Select(t => (1000 / t["whole step"]).ToString("0.0", CultureInfo.InvariantCulture)))} |");
    }
}
