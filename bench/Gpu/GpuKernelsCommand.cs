using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Autodiff;
using DreamFusion.Bench.Gpu.Twins;
using DreamFusion.Bench.Measurement;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Machine;
using ILGPU.Runtime;

namespace DreamFusion.Bench.Gpu;

/// <summary>
/// <c>gpu-kernels [--device cuda] [--kernels tuned|half|portable|both|gpu|all] [--samples 20,18] [--table 19] [--repeats 100] [--twins FILE.ptx] [--json FILE]</c>: times of the hash grid and the
/// network beside their floors, what was expected, and the same algorithms in CUDA C++ (bench/Gpu/Twins), whose results are compared. Samples and table are base-2 logarithms. Each time is that of a batch of launches between two synchronisations, so it holds the gaps between launches
/// but no waiting of the host; the smallest and the middle batch are printed.
/// </summary>
public static class GpuKernelsCommand
{
    private const int BatchLaunches = 10;
    private const int WarmUp = 2;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        var options = new OptionPairs(new Dictionary<string, string>
        {
            ["--device"] = "cuda",
            ["--kernels"] = "both",
            ["--samples"] = "20,18",
            ["--table"] = "19",
            ["--repeats"] = "100",
            ["--twins"] = string.Empty,
            ["--json"] = string.Empty,
        });
        if (options.Read(arguments) is { } problem)
        {
            return Refuse(problem);
        }

        KernelChoice[] choices = options.Kernels();
        if (choices.Length == 0)
        {
            return Refuse($"--kernels is {options["--kernels"]}, expected tuned, half, portable, both, gpu or all");
        }

        try
        {
            return MeasureAll(options, choices);
        }
        catch (DfkException failure)
        {
            Console.Error.WriteLine($"gpu-kernels: {failure.Message}");
            return (int)failure.ExitCode;
        }
    }

    private static int MeasureAll(OptionPairs options, KernelChoice[] choices)
    {
        List<KernelTime> times = [];
        foreach (int logarithm in options["--samples"].Split(',').Select(Number))
        {
            foreach (KernelChoice choice in choices)
            {
                times.AddRange(Measure(options, choice, deterministic: false, 1 << logarithm));
            }

            if (choices[0] == KernelChoice.Tuned)
            {
                times.AddRange(Measure(options, KernelChoice.Tuned, deterministic: true, 1 << logarithm));
            }
        }

        if (options["--json"] is { Length: > 0 } json)
        {
            File.WriteAllText(json, JsonSerializer.Serialize(times));
        }

        return 0;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static List<KernelTime> Measure(OptionPairs options, KernelChoice choice, bool deterministic, int samples)
    {
        using DeviceContext context = DeviceSelection.Open(options["--device"], Environment.ProcessorCount, choice, deterministic);
        string kind = deterministic ? "deterministic" : choice.ToString().ToLowerInvariant();
        int table = Number(options["--table"]);
        // The twins are those of the tuned kernels.
        bool hasTwins = options["--twins"].Length > 0 && choice != KernelChoice.Portable && !deterministic;
        using TwinModule? twins = hasTwins ? TwinModule.Load(context.Accelerator, options["--twins"]) : null;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"## {context.Accelerator.Name}: {kind}, {samples} samples, table 2^{table}"));
        Console.WriteLine("| kernel | best us | median us | bytes floor us | operations floor us | expected us | CUDA C++ median us | CUDA C++ / ours | difference |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        using var bench = new GpuKernelScenes(context, samples, table, twins);
        List<KernelTime> times = [];
        // Of the deterministic kernels only those that are others than the tuned ones.
        foreach (GpuKernelCase one in bench.Cases.Where(one => !deterministic || one.HasDeterministicForm))
        {
            times.Add(Measure(context.Accelerator, one, kind, samples, Number(options["--repeats"]), choice == KernelChoice.Portable ? 1 : BatchLaunches));
            Console.WriteLine(times[^1].Row());
        }

        Console.WriteLine();
        return times;
    }

    private static KernelTime Measure(Accelerator accelerator, GpuKernelCase one, string kind, int samples, int repeats, int batchLaunches)
    {
        double? difference = one.Twin?.Difference();
        (double best, double median) = Time(accelerator, one.Launch, repeats, batchLaunches);
        (double, double Median)? twin = one.Twin is null ? null : Time(accelerator, one.Twin.Launch, repeats, batchLaunches);
        return new KernelTime(accelerator.Name, kind, samples, one.Name, best, median, one.BytesFloor, one.OperationsFloor, one.Expected, twin?.Median, difference);
    }

    // The portable kernels that sum gradients have few threads: one launch takes seconds on a GPU.
    private static (double Best, double Median) Time(Accelerator accelerator, Action launch, int repeats, int batchLaunches)
    {
        int batches = batchLaunches == 1 ? 3 : Math.Max(3, repeats / batchLaunches);
        double[] times = new double[batches];
        for (int batch = batchLaunches == 1 ? -1 : -WarmUp; batch < batches; batch++)
        {
            accelerator.Synchronize();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < batchLaunches; i++)
            {
                launch();
            }

            accelerator.Synchronize();
            if (batch >= 0)
            {
                times[batch] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / batchLaunches;
            }
        }

        Array.Sort(times);
        return (times[0], times[batches / 2]);
    }

    private static int Refuse(string problem)
    {
        Console.Error.WriteLine(
            $"gpu-kernels: {problem}; usage: gpu-kernels [--device cuda] [--kernels tuned|half|portable|both|gpu|all] [--samples 20,18] [--table 19] [--repeats 100] [--twins FILE.ptx] [--json FILE]");
        return 2;
    }

    /// <summary>One row, as the JSON file holds it; times in microseconds, the difference as norm over norm.</summary>
    private sealed record KernelTime(
        string Device, string Kernels, int Samples, string Kernel, double Best, double Median, double BytesFloor, double OperationsFloor, double Expected, double? TwinMedian,
        double? TwinDifference)
    {
        public string Row()
        {
            string twin = TwinMedian is { } median ? string.Create(CultureInfo.InvariantCulture, $"{median:F1} | {median / Median:F2} | {TwinDifference:g2}") : "- | - | -";
            return string.Create(CultureInfo.InvariantCulture, $"| {Kernel} | {Best:F1} | {Median:F1} | {BytesFloor:F1} | {OperationsFloor:F1} | {Expected:F0} | {twin} |");
        }
    }
}
