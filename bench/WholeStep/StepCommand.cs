using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Bench.Baselines;
using DreamFusion.Kernels.Device;
using ILGPU.Runtime;

namespace DreamFusion.Bench.WholeStep;

/// <summary>
/// <c>step [--threads 1,2] [--kernels tuned|portable|both] [--repeats 15] [--export FOLDER]</c>: the breakdown of a whole field step; with
/// <c>--export</c> instead the step's input and results, for the peers in bench/Peers.
/// </summary>
public static class StepCommand
{
    private const int WarmUp = 6;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        string threads = "1,2";
        string kernels = "tuned";
        int repeats = 15;
        string? export = null;
        for (int i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length)
            {
                return Refuse($"{arguments[i]} needs a value");
            }
            switch (arguments[i])
            {
                case "--threads": threads = arguments[i + 1]; break;
                case "--kernels": kernels = arguments[i + 1]; break;
                case "--repeats": repeats = int.Parse(arguments[i + 1], CultureInfo.InvariantCulture); break;
                case "--export": export = arguments[i + 1]; break;
                default: return Refuse($"{arguments[i]} is no option");
            }
        }
        if (export is not null)
        {
            StepExport.Write(export);
            return 0;
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
        foreach (KernelChoice choice in choices)
        {
            foreach (string count in threads.Split(','))
            {
                Report(int.Parse(count, CultureInfo.InvariantCulture), choice, repeats);
            }
        }
        return 0;
    }

    private static void Report(int threads, KernelChoice choice, int repeats)
    {
        using var step = new FieldStep(threads, choice);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"## {choice} kernels, {threads} thread(s)"));
        Float3[] positions = [];
        int rays = 0;
        int lit = 0;
        step.Run(view =>
        {
            positions = new Float3[view.Samples.Count];
            view.Samples.Positions.CopyToCPU(positions);
            rays = view.Samples.RayCount;
            var normalGradients = new Float3[view.Samples.Count];
            view.Normals!.GradientAs<Float3>().CopyToCPU(normalGradients);
            lit = normalGradients.Count(gradient => gradient.LengthSquared != 0f);
        });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{positions.Length} samples of {rays} rays, {lit} of them facing the light, step length {step.March.StepLength}, {100 * step.OccupiedShare:F1} % of the grid occupied, {step.Field.Parameters.Length} parameters"));
        TouchedLines lines = TouchedLines.Count(step.Field.Grid!.Value.Layout, positions);
        var speed = MachineSpeed.Measure(threads);
        var times = StepTimes.Measure(step, WarmUp, repeats);
        speed = speed.Best(MachineSpeed.Measure(threads));
        Dictionary<(string Label, TapePass Pass), PartFloor> floors =
            FieldStepFloors.For(step.Field.Options, positions.Length, lit, rays, step.Field.Parameters.Length);
        StepReport.Write(Console.Out, times, floors, lines, speed);
        Console.WriteLine();
    }

    private static int Refuse(string problem)
    {
        Console.Error.WriteLine($"step: {problem}; usage: step [--threads 1,2] [--kernels tuned|portable|both] [--repeats 15] [--export FOLDER]");
        return 2;
    }
}
