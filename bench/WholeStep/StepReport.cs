using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using DreamFusion.Autodiff;
using DreamFusion.Bench.Baselines;

namespace DreamFusion.Bench.WholeStep;

/// <summary>The breakdown of a field step against the floors of its operations, as a Markdown table.</summary>
public static class StepReport
{
    /// <summary>An operation without a floor that takes less than this only hands on what another one has computed. Seconds.</summary>
    private const double Unseen = 1e-5;

    public static void Write(TextWriter output, StepTimes times, Dictionary<(string Label, TapePass Pass), PartFloor> floors, TouchedLines lines, MachineSpeed speed)
    {
        Line(output, $"peaks on {speed.Threads} thread(s): {speed.Flops / 1e9:F1} GFLOP/s in multiply-adds, {speed.CopyBytes / 1e9:F2} GB/s copied (bytes read and written)");
        Line(output, $"lines of the table at the samples: {lines.Distinct} distinct, {lines.BySample} by sample and level");
        output.WriteLine();
        output.WriteLine("| operation | time, ms | GFLOP | Mlines distinct | floor, ms | ratio | Mlines by sample | floor, ms | ratio |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        double parts = 0;
        foreach ((string label, TapePass pass) in times.Operations)
        {
            double seconds = times.MedianOf(label, pass);
            parts += seconds;
            string name = $"{label}, {Name(pass)}";
            if (floors.TryGetValue((label, pass), out PartFloor floor))
            {
                double distinct = floor.Seconds(speed, lines, LineReading.Distinct, updatesOnce: false);
                double bySample = floor.Seconds(speed, lines, LineReading.BySample, updatesOnce: false);
                Line(output, $"| {name} | {seconds * 1e3:F2} | {floor.Flop / 1e9:F3} | {floor.Lines(lines, LineReading.Distinct, false) / 1e6:F3} | {distinct * 1e3:F2} | {seconds / distinct:F1} | {floor.Lines(lines, LineReading.BySample, false) / 1e6:F3} | {bySample * 1e3:F2} | {seconds / bySample:F1} |");
            }
            else if (seconds > Unseen)
            {
                Line(output, $"| {name} | {seconds * 1e3:F2} | no floor counted | | | | | | |");
            }
        }
        output.WriteLine();
        Line(output, $"whole step: median {times.Median * 1e3:F1} ms, minimum {times.Minimum * 1e3:F1} ms; sum of the operations' medians {parts * 1e3:F1} ms");
        foreach (LineReading reading in Enum.GetValues<LineReading>())
        {
            foreach (bool once in (ReadOnlySpan<bool>)[false, true])
            {
                double sum = 0;
                foreach (PartFloor floor in floors.Values)
                {
                    sum += floor.Seconds(speed, lines, reading, once);
                }
                string how = $"table lines {(reading == LineReading.Distinct ? "distinct" : "by sample and level")}, an updated line counted {(once ? "once" : "twice")}";
                Line(output, $"sum of the floors, {how}: {sum * 1e3:F1} ms, ratio {times.Median / sum:F2} (minimum {times.Minimum / sum:F2})");
            }
        }
        Line(output, $"a step allocates {times.ManagedBytes} managed bytes; steps after the first made the pool allocate {times.PoolBytes} bytes");
    }

    private static string Name(TapePass pass) => pass switch
    {
        TapePass.Forward => "forward",
        TapePass.Backward => "backward",
        TapePass.Update => "update",
        _ => throw new ArgumentOutOfRangeException(nameof(pass), pass, "Unknown pass."),
    };

    private static void Line(TextWriter output, FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
