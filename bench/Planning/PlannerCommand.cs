using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;

namespace DreamFusion.Bench.Planning;

/// <summary>
/// <c>planner DFK.dll [MODEL_FOLDER] [ONLY=TEXT]</c>: short runs of several configurations, each in a process of its own; what <c>dfk train --plan</c> predicts
/// beside the peak of the process's memory. With a folder of Stable Diffusion's size also a step of that;
/// with a text only what has it in its name.
/// </summary>
public static class PlannerCommand
{
    private const string Prompt = "a hamburger";
    private const string Only = "ONLY=";
    private const int PollMilliseconds = 20;

    private static readonly (string Name, string Arguments)[] _configurations =
    [
        ("toybox, all 1,200 steps", ""),
        ("toybox, 256x256, 60 steps", "--size 256x256 --iters 60 --set renderer.sample_budget=2000000"),
        ("draft, all 400 steps", "--preset draft"),
        ("quality, 300 steps", "--preset quality --iters 300"),
        ("--2d, 40 steps", "--2d --iters 40"),
        ("draft, 60 steps, nothing at the end", "--preset draft --iters 60 --set preview_interval=0 --no-sheet --no-video --no-mesh --no-scores"),
        ("draft, 60 steps, sheet only", "--preset draft --iters 60 --set preview_interval=0 --no-video --no-mesh --no-scores"),
        ("draft, 60 steps, video only", "--preset draft --iters 60 --set preview_interval=0 --no-sheet --no-mesh --no-scores"),
        ("draft, 60 steps, mesh only", "--preset draft --iters 60 --set preview_interval=0 --no-sheet --no-video --no-scores"),
        ("draft, 60 steps, scores only", "--preset draft --iters 60 --set preview_interval=0 --no-sheet --no-video --no-mesh"),
        ("draft, 60 steps, video and mesh", "--preset draft --iters 60 --set preview_interval=0 --no-sheet --no-scores"),
        ("draft, 60 steps, mesh and scores", "--preset draft --iters 60 --set preview_interval=0 --no-sheet --no-video"),
        ("draft, 60 steps, all results", "--preset draft --iters 60 --set preview_interval=0"),
        ("toybox, 20 steps, all results", "--iters 20 --set preview_interval=0"),
        ("draft, 60 steps, 512x512 pictures and a video, no mesh", "--preset draft --iters 60 --set data.test_dataset.width=512 --set data.test_dataset.height=512 --no-mesh"),
        ("threestudio, 30 steps, 4 final pictures, no video and mesh", "--preset threestudio --iters 30 --set data.test_dataset.size=4 --no-video --no-mesh"),
        ("stable-dreamfusion, 6 steps, 2 final pictures of 256x256 in 48 steps a ray, no video and mesh",
            "--preset stable-dreamfusion --iters 6 --set preview_interval=0 --set data.test_dataset.size=2 --set data.test_dataset.width=256 --set data.test_dataset.height=256 --set renderer.eval_max_steps=48 --no-video --no-mesh"),
    ];

    private static readonly (string Name, string Arguments) _full =
        ("stable-dreamfusion with a model of Stable Diffusion 1.5's size, 1 step",
            "--preset stable-dreamfusion --iters 1 --set latent_iter_ratio=0 --set preview_interval=0 --set data.test_dataset.size=2 --set data.test_dataset.width=64 --set data.test_dataset.height=64 --no-video --no-mesh");

    public static int Run(ReadOnlySpan<string> arguments)
    {
        string only = arguments.Length > 0 && arguments[^1].StartsWith(Only, StringComparison.Ordinal) ? arguments[^1][Only.Length..] : "";
        arguments = only.Length > 0 ? arguments[..^1] : arguments;
        if (arguments.Length is not (1 or 2))
        {
            Console.Error.WriteLine("planner needs the path of dfk.dll, and may be given a model folder: planner artifacts/bin/Cli/release/dfk.dll /tmp/sd-shaped");
            return 2;
        }
        string dfk = Path.GetFullPath(arguments[0]);
        List<(string Name, string Arguments, string Model)> runs = [.. _configurations.Select(c => (c.Name, c.Arguments, "toybox"))];
        if (arguments.Length == 2)
        {
            runs.Add((_full.Name, _full.Arguments, Path.GetFullPath(arguments[1])));
        }
        Console.WriteLine("| configuration | predicted | measured | predicted / measured | phase of the predicted peak |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach ((string name, string options, string model) in runs.Where(run => run.Name.Contains(only, StringComparison.Ordinal)))
        {
            string folder = Directory.CreateTempSubdirectory("dfk-planner-").FullName;
            try
            {
                string[] line = ["train", Prompt, "--out", Path.Combine(folder, "run"), "--model", model, "--anyway", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
                (long predicted, string phase) = Predict(dfk, line);
                long measured = Measure(dfk, line);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"| {name} | {predicted / 1e6:#,0} MB | {measured / 1e6:#,0} MB | {(double)predicted / measured:0.00} | {phase} |"));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        return 0;
    }

    private static (long Bytes, string Phase) Predict(string dfk, string[] line)
    {
        using Process process = Start(dfk, [.. line, "--plan", "--json"]);
        using var plan = JsonDocument.Parse(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        JsonElement peak = plan.RootElement.GetProperty("host").EnumerateArray().MaxBy(phase => phase.GetProperty("bytes").GetInt64());
        return (peak.GetProperty("bytes").GetInt64(), peak.GetProperty("phase").GetString()!);
    }

    // The peak is the process's own record of it, so that polling misses only what grows after the last look.
    private static long Measure(string dfk, string[] line)
    {
        using Process process = Start(dfk, [.. line, "--quiet"]);
        long peak = 0;
        while (!process.HasExited)
        {
            try
            {
                process.Refresh();
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            catch (InvalidOperationException)
            {
                // Gone since the question whether it was there.
                break;
            }

            // The peak of a process that has ended cannot be asked for any more, so it is asked again and again while it lives.
            Thread.Sleep(PollMilliseconds);
        }
        process.WaitForExit();
        return process.ExitCode == 0 ? peak : throw new InvalidOperationException($"dfk {string.Join(' ', line)} ended with exit code {process.ExitCode}.");
    }

    private static Process Start(string dfk, string[] line) =>
        Process.Start(new ProcessStartInfo("dotnet", [dfk, .. line]) { RedirectStandardOutput = true })!;
}
