using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Machine.Planning;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Cli;

/// <summary><c>dfk train --plan</c>: what a run would need, and whether this machine has it.</summary>
internal static class PlanReport
{
    private const long Noteworthy = 500_000;

    // As they are sold: an 11 GB card has 11 GiB.
    private static readonly int[] _cardGigabytes = [8, 11, 24];

    /// <summary>Plans a run and writes the plan.</summary>
    /// <param name="configuration">The validated configuration.</param>
    /// <param name="modelFolder">Folder of the prior where the configuration names a checkpoint; else null.</param>
    /// <param name="folder">Run folder, or null for the default.</param>
    /// <param name="kernels">Kernels of the run.</param>
    /// <param name="json">Whether for programs.</param>
    /// <returns><see cref="ExitCode.MachineLacks"/> if the run would be refused.</returns>
    public static ExitCode Write(RunConfiguration configuration, string? modelFolder, string? folder, KernelChoice kernels, bool json)
    {
        var model = ModelFolder.Open(modelFolder ?? ModelLocator.Locate(configuration.Model));
        ResourceReport report = ResourceCheck.Examine(configuration, model, folder);
        IReadOnlyList<PlanPhase>[] cards = [];
        if (configuration.Task == TrainingTask.Asset)
        {
            using var planner = new ResourcePlanner(model) { Kernels = kernels };
            cards = [planner.Card(configuration, isHalf: false), planner.Card(configuration, isHalf: true)];
        }
        if (json)
        {
            WriteJson(report, cards);
        }
        else
        {
            WriteText(report, cards, Console.Out);
        }
        foreach (string problem in report.Problems)
        {
            Console.Error.WriteLine("dfk: " + problem);
        }
        return report.Problems.Count == 0 ? ExitCode.Done : ExitCode.MachineLacks;
    }

    private static void WriteText(ResourceReport report, IReadOnlyList<PlanPhase>[] cards, TextWriter output)
    {
        ResourcePlan plan = report.Plan;
        output.WriteLine($"memory        about {Text(plan.HostPeak.Bytes)}; {Text(report.Memory.AvailableBytes)} available ({report.Memory.Source})");
        WritePhases(plan.Host, output);
        for (int i = 0; i < plan.Disk.Count; i++)
        {
            DiskNeed need = plan.Disk[i];
            output.WriteLine($"disk          up to {Text(need.Bytes)} in {need.Folder}; {(report.FreeDisk[i] is long free ? Text(free) + " free" : "free space unknown")}");
            output.WriteLine($"  {Parts(need.Parts)}");
        }
        if (plan.Samples > 0)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"samples       about {plan.Samples:#,0} of the busiest training view"));
        }
        for (int i = 0; i < cards.Length; i++)
        {
            PlanPhase peak = cards[i].MaxBy(phase => phase.Bytes)!;
            string fits = string.Join(", ", _cardGigabytes.Select(size => $"{size} GB: {(peak.Bytes <= (long)size << 30 ? "fits" : "too small")}"));
            output.WriteLine($"cuda card     about {Text(peak.Bytes)} {(i == 0 ? "with this folder" : "with float16 graphs")}; {fits}");
            WritePhases(cards[i], output);
        }
        if (cards.Length > 0)
        {
            output.WriteLine("  computed for kernels and guidance on one card, never measured; this version's kernels run on the CPU");
        }
        output.WriteLine($"verdict       {(report.Problems.Count == 0 ? "fits" : "does not fit; see below")}");
    }

    private static void WritePhases(IReadOnlyList<PlanPhase> phases, TextWriter output)
    {
        for (int i = 0; i < phases.Count; i++)
        {
            PlanPhase phase = phases[i];
            output.WriteLine($"  {phase.Name,-20} {Text(phase.Bytes),8}  {Parts(phase.Parts)}");
            if (i > 0 && phase.Released(phases[i - 1]).Where(part => part.Bytes >= Noteworthy).ToArray() is { Length: > 0 } released)
            {
                output.WriteLine($"  {"",-20} {"",8}  released before: {string.Join(", ", released.Select(part => part.Name))}");
            }
        }
    }

    private static string Parts(IEnumerable<PlanPart> parts) =>
        string.Join(", ", parts.Where(part => part.Bytes >= Noteworthy).Select(part => $"{part.Name} {Text(part.Bytes)}"));

    private static string Text(long bytes) => ResourceCheck.Text(bytes);

    private static void WriteJson(ResourceReport report, IReadOnlyList<PlanPhase>[] cards) => JsonOutput.Write(json =>
    {
        json.WriteBoolean("fits", report.Problems.Count == 0);
        json.WriteNumber("memory_bytes", report.Plan.HostPeak.Bytes);
        json.WriteNumber("memory_available_bytes", report.Memory.AvailableBytes);
        json.WriteString("memory_limited_by", report.Memory.Source);
        json.WriteNumber("samples", report.Plan.Samples);
        WritePhases(json, "host", report.Plan.Host);
        if (cards is [{ } own, { } half])
        {
            WritePhases(json, "cuda_estimate", own);
            WritePhases(json, "cuda_estimate_float16", half);
        }
        json.WriteStartArray("disk");
        for (int i = 0; i < report.Plan.Disk.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("folder", report.Plan.Disk[i].Folder);
            json.WriteNumber("bytes", report.Plan.Disk[i].Bytes);
            if (report.FreeDisk[i] is long free)
            {
                json.WriteNumber("free_bytes", free);
            }
            WriteParts(json, report.Plan.Disk[i].Parts);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("problems");
        foreach (string problem in report.Problems)
        {
            json.WriteStringValue(problem);
        }
        json.WriteEndArray();
    });

    private static void WritePhases(Utf8JsonWriter json, string name, IReadOnlyList<PlanPhase> phases)
    {
        json.WriteStartArray(name);
        foreach (PlanPhase phase in phases)
        {
            json.WriteStartObject();
            json.WriteString("phase", phase.Name);
            json.WriteNumber("bytes", phase.Bytes);
            WriteParts(json, phase.Parts);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteParts(Utf8JsonWriter json, IReadOnlyList<PlanPart> parts)
    {
        json.WriteStartObject("parts");
        foreach (PlanPart part in parts)
        {
            json.WriteNumber(part.Name, part.Bytes);
        }
        json.WriteEndObject();
    }
}
