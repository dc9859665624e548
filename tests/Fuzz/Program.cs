using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using DreamFusion.Fuzz.Targets;

namespace DreamFusion.Fuzz;

/// <summary>
/// The fuzz driver: <c>dotnet run -c Release --project tests/Fuzz -- TARGET|all [--inputs N] [--seed S] [--from I] [--out DIR]</c>, or
/// <c>--replay FILE</c> in place of the numbers. Figures are kept in <c>DIR/TARGET-S-I.json</c>, from which a run that was stopped
/// goes on. Exit 0: nothing found, 1: failures, 2: wrong usage.
/// </summary>
internal static class Program
{
    private const int Slice = 5000;
    private const int HangSeconds = 60;

    // Much less than the usual 1.5 MiB, so that recursion without a limit shows at once.
    private const int StackBytes = 256 << 10;
    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true };

    private static int Main(string[] args)
    {
        Dictionary<string, string> options = new() { ["--inputs"] = "1000000", ["--seed"] = "1", ["--from"] = "0", ["--out"] = "fuzz-out", ["--replay"] = "" };
        bool pairs = args.Length % 2 == 1;
        for (int i = 1; pairs && i < args.Length; i += 2)
        {
            pairs = options.ContainsKey(args[i]);
            options[args[i]] = args[i + 1];
        }

        FuzzTarget[] targets = pairs ? [.. FuzzTargets.All().Where(target => args[0] == "all" || args[0] == target.Name)] : [];
        if (targets.Length == 0
            || !long.TryParse(options["--inputs"], NumberStyles.None, CultureInfo.InvariantCulture, out long inputs)
            || !long.TryParse(options["--from"], NumberStyles.None, CultureInfo.InvariantCulture, out long from)
            || !ulong.TryParse(options["--seed"], NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
        {
            Console.Error.WriteLine("fuzz: expected TARGET|all [--inputs N] [--seed S] [--from I] [--out DIR] [--replay FILE]; targets are " + string.Join(", ", FuzzTargets.All().Select(t => t.Name)) + ".");
            return 2;
        }

        string output = Path.GetFullPath(options["--out"]);
        Directory.CreateDirectory(output);
        // One stack of that size for all: no recursion may follow the input's depth.
        long failed = 0;
        foreach (FuzzTarget target in targets)
        {
            failed += options["--replay"].Length > 0 ? Replay(target, options["--replay"], output) : Run(target, seed, from, inputs, output);
        }

        return failed == 0 ? 0 : 1;
    }

    private static long Run(FuzzTarget target, ulong seed, long from, long inputs, string output)
    {
        string state = Path.Combine(output, string.Create(CultureInfo.InvariantCulture, $"{target.Name}-{seed}-{from}.json"));
        FuzzFigures figures = File.Exists(state)
            ? JsonSerializer.Deserialize<FuzzFigures>(File.ReadAllText(state), _json)!
            : new FuzzFigures { Target = target.Name, Seed = seed, From = from, Next = from };
        using Scratch scratch = new();
        FuzzLoop loop = new(target, scratch.Path, Path.Combine(output, "failures"));
        while (figures.Inputs < inputs)
        {
            Watch(loop, () => loop.Run(figures, Math.Min(Slice, inputs - figures.Inputs)), output, target.Name);
            File.WriteAllText(state + ".part", JsonSerializer.Serialize(figures, _json));
            File.Move(state + ".part", state, overwrite: true);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{target.Name,-14} seed {seed}  {figures.Inputs} inputs: {figures.Accepted} accepted, {figures.Refused} refused, {figures.Failed} failed; slowest {figures.SlowestMilliseconds:0.0} ms ({figures.SlowestSize} bytes, input {figures.SlowestIndex}); peak allocation {figures.PeakAllocation} bytes ({figures.PeakSize} bytes, input {figures.PeakIndex}), {100 * figures.LargestShareOfBound:0.0}% of the bound; {figures.Seconds:0} s, {figures.PeakResident >> 20} MiB resident"));
        foreach (FuzzFailure failure in figures.Failures)
        {
            Console.WriteLine($"  {failure.Kind}: input {failure.Index}: {failure.Detail}  {failure.File}");
        }

        return figures.Failed;
    }

    private static long Replay(FuzzTarget target, string path, string output)
    {
        using Scratch scratch = new();
        FuzzFigures figures = new() { Target = target.Name, Seed = 0, From = 0, Next = 0 };
        FuzzLoop loop = new(target, scratch.Path, Path.Combine(output, "failures"));
        string file = target.Seeds.Select(seed => seed.File).FirstOrDefault(name => path.EndsWith(Path.GetFileName(name), StringComparison.Ordinal), target.Seeds[0].File);
        Watch(loop, () => loop.Judge(figures, new FuzzSeed(file, File.ReadAllBytes(path))), output, target.Name);
        Console.WriteLine(JsonSerializer.Serialize(figures, _json));
        return figures.Failed;
    }

    // A parser that hangs cannot be stopped; its input is saved and the process ends.
    private static void Watch(FuzzLoop loop, Action work, string output, string target)
    {
        Exception? broken = null;
        Thread thread = new(
            () =>
            {
                try
                {
                    work();
                }
                catch (Exception e)
                {
                    broken = e;
                }
            },
            StackBytes);
        thread.Start();
        while (!thread.Join(TimeSpan.FromSeconds(1)))
        {
            long started = loop.CurrentStarted;
            if (started != 0 && Stopwatch.GetElapsedTime(started).TotalSeconds > HangSeconds && loop.Current is { } input)
            {
                string path = Path.Combine(output, target + "-hang.bin");
                File.WriteAllBytes(path, input);
                Console.Error.WriteLine($"fuzz: {target} has not ended after {HangSeconds} s; its input is {path}.");
                Environment.Exit(1);
            }
        }

        if (broken is not null)
        {
            throw new InvalidOperationException($"The fuzz driver failed at {target}.", broken);
        }
    }
}
