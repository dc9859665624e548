using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>Reports as Markdown: one table for each judge, which its heading names.</summary>
public static class EvaluationTable
{
    private const string None = "–";

    /// <summary>Writes the reports.</summary>
    /// <param name="reports">One for each judge.</param>
    public static string Markdown(IReadOnlyList<JudgeReport> reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        StringBuilder text = new();
        foreach (JudgeReport report in reports)
        {
            Judge(text, report);
        }

        return text.ToString();
    }

    private static void Judge(StringBuilder text, JudgeReport report)
    {
        text.Append(CultureInfo.InvariantCulture, $"## Judge: {NameOf(report)}, {report.InputSize}x{report.InputSize}, SHA-256 {report.Hash[..12]}\n\n");
        if (report.IsOfPrior)
        {
            text.Append("The judge was trained on the same renders as the embedded prior and flatters it: compare its verdicts with each other, never with published numbers.\n\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"R-Precision among {report.ColourCaptions} captions in colour and {report.GeometryCaptions} without texture, means over views, then seeds, then prompts; in brackets the 95 % Wilson interval over prompts. Janus: share of the views behind the best front view that still look like the front.\n\n");
        text.Append("| prompt | objects | CLIP score | R-Precision, colour | R-Precision, geometry | Janus | front told from back |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (ScoreGroup group in Groups(report))
        {
            bool isRuns = ReferenceEquals(group, report.Runs);
            foreach (PromptScores prompt in isRuns ? group.Prompts : [])
            {
                Row(text, prompt);
            }

            Mean(text, group, isRuns);
        }

        text.Append('\n');
        Turntables(text, report);
        Trusted(text, report);
        Undetermined(text, report);
    }

    private static void Trusted(StringBuilder text, JudgeReport report)
    {
        if (report.FrontBack.Objects.Count > 0)
        {
            string[] trusted = [.. report.FrontBack.Objects.Where(entry => entry.Value.IsTrusted).OrderByDescending(entry => entry.Value.Accuracy).Select(entry => $"{entry.Key} {Percent(entry.Value.Accuracy)}")];
            text.Append(CultureInfo.InvariantCulture, $"The judge tells front from back for {trusted.Length} of {report.FrontBack.Objects.Count} objects{(trusted.Length > 0 ? ": " : "")}{string.Join(", ", trusted)}.\n\n");
        }
    }

    // The paper's ground-truth row has one line in the table; what its turntables say about backs is a table of its own.
    private static void Turntables(StringBuilder text, JudgeReport report)
    {
        PromptScores[] turned = [.. report.Pictures.SelectMany(group => group.Prompts).Where(prompt => prompt.Janus is not null)];
        if (turned.Length == 0)
        {
            return;
        }

        text.Append("| pictures of | objects | Janus | front told from back |\n| --- | --- | --- | --- |\n");
        foreach (PromptScores prompt in turned)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Cell(prompt.Prompt)} | {prompt.Objects.Count} | {Number(prompt.Janus)} | {Percent(prompt.Objects[0].Janus.Accuracy)} |\n");
        }

        text.Append('\n');
    }

    private static void Row(StringBuilder text, PromptScores prompt) =>
        text.Append(CultureInfo.InvariantCulture, $"| {Cell(prompt.Prompt)} | {prompt.Objects.Count} | {prompt.ClipScore:0.000} | {Percent(prompt.Colour)} | {Percent(prompt.Geometry)} | {(prompt.Janus is { } janus ? Number(janus) : "undetermined")} | {Percent(prompt.Objects[0].Janus.Accuracy)} |\n");

    private static void Mean(StringBuilder text, ScoreGroup group, bool isRuns)
    {
        string name = isRuns
            ? string.Create(CultureInfo.InvariantCulture, $"**mean of {group.Prompts.Count}**")
            : string.Create(CultureInfo.InvariantCulture, $"**pictures in {Cell(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(group.Name))))}, {group.Prompts.Count} captions**");
        string janus = group.Janus is { } share ? string.Create(CultureInfo.InvariantCulture, $"{share.Share:0.00} [{share.Low:0.00}, {share.High:0.00}] of {share.Count}") : "undetermined";
        text.Append(CultureInfo.InvariantCulture, $"| {name} | {group.Prompts.Sum(p => p.Objects.Count)} | {group.ClipScore:0.000} | {Interval(group.Colour)} | {Interval(group.Geometry)} | {janus} | {None} |\n");
    }

    private static void Undetermined(StringBuilder text, JudgeReport report)
    {
        foreach (IGrouping<string, string> reason in Groups(report).SelectMany(group => group.Prompts)
            .Where(prompt => prompt.Objects.All(o => o.Janus.Share is null))
            .GroupBy(prompt => prompt.Objects[0].Janus.Reason!, prompt => prompt.Prompt))
        {
            string[] prompts = [.. reason.Distinct()];
            text.Append(CultureInfo.InvariantCulture, $"Janus undetermined for {prompts.Length} prompts: {reason.Key} ({string.Join(", ", prompts)}).\n\n");
        }
    }

    private static IEnumerable<ScoreGroup> Groups(JudgeReport report) => report.Runs is null ? report.Pictures : [report.Runs, .. report.Pictures];

    private static string NameOf(JudgeReport report)
    {
        if (report.IsOfPrior)
        {
            return "clip/ of the embedded prior";
        }

        string folder = Path.GetFileName(Path.TrimEndingDirectorySeparator(report.Folder));
        return string.Equals(folder, "clip", StringComparison.OrdinalIgnoreCase) && Path.GetDirectoryName(report.Folder) is { } parent ? $"{Path.GetFileName(parent)}/{folder}" : folder;
    }

    private static string Cell(string text) => text.Replace('|', '/').ReplaceLineEndings(" ");

    private static string Number(double? value) => value is { } number ? number.ToString("0.00", CultureInfo.InvariantCulture) : None;

    private static string Percent(double? share) => share is { } value ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.0} %") : None;

    private static string Interval(WilsonInterval? share) => share is null
        ? None
        : string.Create(CultureInfo.InvariantCulture, $"{100 * share.Share:0.0} % [{100 * share.Low:0.0}, {100 * share.High:0.0}]");
}
