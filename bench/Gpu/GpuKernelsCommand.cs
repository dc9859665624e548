using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Machine;
using ILGPU.Runtime;

namespace DreamFusion.Bench.Gpu;

/// <summary>
/// <c>gpu-kernels [--device cuda] [--kernels tuned|portable|both] [--samples 20,18] [--table 19] [--repeats 100] [--json FILE]</c>: times of the hash grid and the network beside their
/// floors and what was expected. Samples and table are base-2 logarithms. Each time is that of a batch of launches between two synchronisations, so it holds the gaps between launches
/// but no waiting of the host; the smallest and the middle batch are printed.
/// </summary>
public static class GpuKernelsCommand
{
    private const int BatchLaunches = 10;
    private const int WarmUp = 2;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        string device = "cuda";
        string kernels = "both";
        string samples = "20,18";
        int table = 19;
        int repeats = 100;
        string? json = null;
        for (int i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length)
            {
                return Refuse($"{arguments[i]} needs a value");
            }

            switch (arguments[i])
            {
                case "--device": device = arguments[i + 1]; break;
                case "--kernels": kernels = arguments[i + 1]; break;
                case "--samples": samples = arguments[i + 1]; break;
                case "--table": table = int.Parse(arguments[i + 1], CultureInfo.InvariantCulture); break;
                case "--repeats": repeats = int.Parse(arguments[i + 1], CultureInfo.InvariantCulture); break;
                case "--json": json = arguments[i + 1]; break;
                default: return Refuse($"{arguments[i]} is no option");
            }
        }

        KernelChoice[] choices = kernels switch
        {
            "tuned" => [KernelChoice.Tuned],
            "portable" => [KernelChoice.Portable],
            "both" => [KernelChoice.Tuned, KernelChoice.Portable],
            _ => [],
        };
        if (choices.Length == 0)
        {
            return Refuse($"--kernels is {kernels}, expected tuned, portable or both");
        }

        try
        {
            return MeasureAll(device, choices, samples, table, repeats, json);
        }
        catch (DfkException problem)
        {
            Console.Error.WriteLine($"gpu-kernels: {problem.Message}");
            return (int)problem.ExitCode;
        }
    }

    private static int MeasureAll(string device, KernelChoice[] choices, string samples, int table, int repeats, string? json)
    {
        List<KernelTime> times = [];
        foreach (int logarithm in samples.Split(',').Select(part => int.Parse(part, CultureInfo.InvariantCulture)))
        {
            foreach (KernelChoice choice in choices)
            {
                times.AddRange(Measure(device, choice, deterministic: false, 1 << logarithm, table, repeats));
            }

            if (choices[0] == KernelChoice.Tuned)
            {
                times.AddRange(Measure(device, KernelChoice.Tuned, deterministic: true, 1 << logarithm, table, repeats));
            }
        }

        if (json is not null)
        {
            File.WriteAllText(json, JsonSerializer.Serialize(times));
        }

        return 0;
    }

    private static List<KernelTime> Measure(string device, KernelChoice choice, bool deterministic, int samples, int table, int repeats)
    {
        using DeviceContext context = DeviceSelection.Open(device, Environment.ProcessorCount, choice, deterministic);
        string kind = choice == KernelChoice.Portable ? "portable" : deterministic ? "deterministic" : "tuned";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"## {context.Accelerator.Name}: {kind}, {samples} samples, table 2^{table}"));
        Console.WriteLine("| kernel | best us | median us | bytes floor us | operations floor us | expected us |");
        Console.WriteLine("|---|---|---|---|---|---|");
        using var bench = new GpuKernelScenes(context, samples, table);
        List<KernelTime> times = [];
        // Of the deterministic kernels only those that are others than the tuned ones.
        foreach (GpuKernelCase one in bench.Cases.Where(one => !deterministic || one.HasDeterministicForm))
        {
            (double best, double median) = Time(context.Accelerator, one.Launch, repeats, choice == KernelChoice.Portable ? 1 : BatchLaunches);
            var time = new KernelTime(context.Accelerator.Name, kind, samples, one.Name, best, median, one.BytesFloor, one.OperationsFloor, one.Expected);
            times.Add(time);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {one.Name} | {best:F1} | {median:F1} | {one.BytesFloor:F1} | {one.OperationsFloor:F1} | {one.Expected:F0} |"));
        }

        Console.WriteLine();
        return times;
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
        Console.Error.WriteLine($"gpu-kernels: {problem}; usage: gpu-kernels [--device cuda] [--kernels tuned|portable|both] [--samples 20,18] [--table 19] [--repeats 100] [--json FILE]");
        return 2;
    }

    /// <summary>One row, as the JSON file holds it; times in microseconds.</summary>
    private sealed record KernelTime(
        string Device, string Kernels, int Samples, string Kernel, double Best, double Median, double BytesFloor, double OperationsFloor, double Expected);
}
