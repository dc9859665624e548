using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Bench.Baselines;
using DreamFusion.Bench.Measurement;
using DreamFusion.Kernels.Device;
using ILGPU.Runtime;

namespace DreamFusion.Bench.WholeStep;

/// <summary>
/// <c>step [--threads 1,2] [--kernels tuned|half|portable|both|gpu|all] [--repeats 15] [--export FOLDER]</c>: the breakdown of a whole field step; with
/// <c>--export</c> instead the step's input and results, for the peers in bench/Peers.
/// </summary>
public static class StepCommand
{
    private const int WarmUp = 6;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        var options = new OptionPairs(new Dictionary<string, string> { ["--threads"] = "1,2", ["--kernels"] = "tuned", ["--repeats"] = "15", ["--export"] = string.Empty });
        if (options.Read(arguments) is { } problem)
        {
            return Refuse(problem);
        }
        if (options["--export"] is { Length: > 0 } export)
        {
            StepExport.Write(export);
            return 0;
        }
        KernelChoice[] choices = options.Kernels();
        if (choices.Length == 0)
        {
            return Refuse($"--kernels is {options["--kernels"]}, expected tuned, half, portable, both, gpu or all");
        }
        int repeats = int.Parse(options["--repeats"], CultureInfo.InvariantCulture);
        foreach (KernelChoice choice in choices)
        {
            foreach (string count in options["--threads"].Split(','))
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
        Console.Error.WriteLine($"step: {problem}; usage: step [--threads 1,2] [--kernels tuned|half|portable|both|gpu|all] [--repeats 15] [--export FOLDER]");
        return 2;
    }
}
