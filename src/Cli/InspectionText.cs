using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Cli;

/// <summary>What <c>dfk models inspect</c> prints for people.</summary>
internal static class InspectionText
{
    private const string Unknown = "not known";

    /// <summary>Writes it.</summary>
    /// <param name="inspection">What was found.</param>
    /// <param name="name">The folder as the user named it.</param>
    /// <param name="output">Where to.</param>
    public static void Write(ModelInspection inspection, string name, TextWriter output)
    {
        void Line(string title, string value)
        {
            output.WriteLine($"{title,-20}{value}");
        }

        Line("model", inspection.Folder);
        Line("kind", $"{ModelWords.KindOf(inspection)}{(inspection.Pipeline is null ? "" : $", {inspection.Pipeline}")}");
        Line("image", inspection.ImageSize == 0 ? Unknown : Text($"{inspection.ImageSize}x{inspection.ImageSize}"));
        if (inspection.Kind == ModelKind.LatentSpace)
        {
            Line("latent", inspection.LatentSize == 0 ? Unknown : Text($"{inspection.LatentChannels}x{inspection.LatentSize}x{inspection.LatentSize}, scale {inspection.ScalingFactor?.ToString(CultureInfo.InvariantCulture) ?? Unknown}{(inspection.ScalingFactorIsStated ? "" : " (default)")}"));
        }

        Line("scheduler", Scheduler(inspection));
        Line("tokenizer", Tokenizer(inspection.Tokenizer));
        Line("judge", inspection.Judge is not { } judge ? "none (clip/)" : Text($"clip/: image {judge.ImageSize}x{judge.ImageSize}, {judge.TokenCount} tokens, embedding {judge.EmbeddingWidth}"));
        Line("gradient", Gradient(inspection));
        if (inspection.IgnoredFolders.Count > 0)
        {
            Line("ignored", string.Join(", ", inspection.IgnoredFolders));
        }

        foreach (ModelPart part in inspection.Parts)
        {
            output.WriteLine();
            Line(part.Name, Text($"opset {part.Facts.Opset}, {Weights(part)}{(part.Facts.Producer is null ? "" : $", by {part.Facts.Producer}")}"));
            WriteRows("  takes", part.Signature.Inputs.Select(i => i.ToString()), Line);
            WriteRows("  gives", part.Signature.Outputs.Select(o => o.ToString()), Line);
            WriteRows("  weights in", part.Facts.ExternalFiles.Select(path => Path.GetRelativePath(inspection.Folder, path)), Line);
        }

        output.WriteLine();
        foreach (ModelFile file in inspection.Files)
        {
            output.WriteLine(Text($"{file.Sha256}  {file.Length,14:N0}  {file.RelativePath}"));
        }

        output.WriteLine();
        WriteRows("notes", inspection.Notes, Line);
        Line("verdict", inspection.Problems.Count == 0 ? $"ready: dfk train \"a hamburger\" --model {name}" : Text($"cannot be used: {inspection.Problems.Count} problem{(inspection.Problems.Count == 1 ? "" : "s")}; see below"));
    }

    private static void WriteRows(string title, IEnumerable<string> rows, Action<string, string> line)
    {
        foreach (string row in rows)
        {
            line(title, row);
            title = "";
        }
    }

    private static string Scheduler(ModelInspection inspection)
    {
        if (inspection.Scheduler is not { } scheduler)
        {
            return Unknown;
        }

        string beta = scheduler.Schedule == BetaSchedule.SquaredCosine ? "" : Text($" beta {scheduler.BetaStart} to {scheduler.BetaEnd}");
        return Text($"{(scheduler.ClassName is null ? "" : scheduler.ClassName + ", ")}{ModelWords.ScheduleOf(scheduler)}{beta}, {scheduler.TrainTimesteps} steps, predicts {ModelWords.PredictionOf(scheduler)} ({inspection.PredictionRule})");
    }

    private static string Tokenizer(PromptTokenizer? tokenizer)
    {
        if (tokenizer is null)
        {
            return Unknown;
        }

        string start = tokenizer is ClipTokenizer clip ? Text($"start {clip.StartId}, ") : "";
        return Text($"{ModelWords.TokenizerKind(tokenizer)}, {tokenizer.VocabularySize} entries, length {tokenizer.Length}, {start}end {tokenizer.EndId}, padding {tokenizer.PaddingId}");
    }

    private static string Gradient(ModelInspection inspection)
    {
        if (inspection.Kind == ModelKind.PixelSpace)
        {
            return "2·dL/dz, as there is no encoder";
        }

        return inspection.UnknownOperators switch
        {
            null => Unknown,
            { Count: 0 } => "through the encoder, all of whose operators are known",
            { } unknown => $"not known for {string.Join(", ", unknown)}",
        };
    }

    private static string Weights(ModelPart part)
    {
        long total = part.Facts.Weights.Sum(w => w.Count);
        return Text($"{total:N0} weights ({string.Join(", ", part.Facts.Weights.Select(w => Text($"{w.Count:N0} {w.Element.ToString().ToLowerInvariant()}")))})");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
