using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Bench.Prompts;

/// <summary>The table and the sheet of all prompts' runs.</summary>
public static class PromptsReport
{
    private const int CellSize = 72;
    private const int JudgeSize = 64;
    private const int SheetGap = 2;
    private const int PromptsPerColumn = 12;

    // Column and row of the run's own sheet: front, side and back in colour, two of the shape, one of the normals.
    private static readonly (int Column, int Row)[] _cells = [(0, 0), (2, 0), (5, 0), (1, 1), (6, 1), (1, 2)];

    private static readonly string[] _stepParts = ["occupancy", "render", "guidance", "backward", "optimiser"];

    /// <summary>Writes <c>table.md</c> and <c>sheet.png</c> from finished runs.</summary>
    public static void Write(string folder, IReadOnlyList<string> prompts, IReadOnlyList<SampleScores> ceiling)
    {
        PromptResult[] results = [.. prompts.Select((prompt, k) => PromptResult.Read(PromptsCommand.RunFolder(folder, prompt), prompt, ceiling[k]))];
        File.WriteAllText(Path.Combine(folder, "table.md"), Table(results) + Seen(folder, prompts));
        File.WriteAllBytes(Path.Combine(folder, "sheet.png"), PngWriter.Write(PngImage.FromFloat(Sheet(folder, prompts))));
        Console.Write(File.ReadAllText(Path.Combine(folder, "table.md")));
    }

    private static string Table(PromptResult[] results)
    {
        var text = new StringBuilder("| prompt | training | whole run | CLIP score | colour, of 8 | textureless, of 8 | the prior's samples: CLIP score | recognised, of 16 |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (PromptResult result in results)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {result.Prompt} | {result.StepSeconds:0} s | {result.AllSeconds:0} s | {result.ClipScore:0.000} | {8 * result.Colour:0} | {8 * result.Geometry:0} | {result.Ceiling.ClipScore:0.000} | {16 * result.Ceiling.Retrieval:0} |\n");
        }
        // A prompt of several objects has captions of its own and is not averaged with the others.
        PromptResult[] single = [.. results.Where(result => !result.Prompt.Contains(" on top of ", StringComparison.Ordinal) && !result.Prompt.Contains(" next to ", StringComparison.Ordinal))];
        double colour = single.Average(result => result.Colour), best = single.Average(result => result.Ceiling.Retrieval);
        text.Append(CultureInfo.InvariantCulture, $"| mean of the {single.Length} with one object | {single.Average(r => r.StepSeconds):0} s | {single.Average(r => r.AllSeconds):0} s | {single.Average(r => r.ClipScore):0.000} | {colour:0.0 %} | {single.Average(r => r.Geometry):0.0 %} | {single.Average(r => r.Ceiling.ClipScore):0.000} | {best:0.0 %} |\n");
        text.Append(CultureInfo.InvariantCulture, $"\nColour over the prior's own samples: {colour / best:0.00}\n");
        return text.ToString();
    }

    // What the judge sees in the renders of each run's sheet, the most frequent caption first.
    private static string Seen(string folder, IReadOnlyList<string> prompts)
    {
        ModelFolder model = ModelFolder.Open(ModelLocator.Locate(ModelLocator.Toybox));
        using RetrievalScore judge = RetrievalScore.TryLoad(model) ?? throw new InvalidOperationException("The embedded prior has no judge.");
        var text = new StringBuilder("\n| prompt | seen in colour | seen without texture |\n| --- | --- | --- |\n");
        foreach (string prompt in prompts)
        {
            FloatImage sheet = PngReader.ReadFile(Path.Combine(PromptsCommand.RunFolder(folder, prompt), "sheet.png")).ToFloat();
            string colour = Captions(sheet, row: 0, picture => judge.BestCaption(picture)), grey = Captions(sheet, row: 1, picture => judge.BestCaption(picture, withColours: false));
            text.Append(CultureInfo.InvariantCulture, $"| {prompt} | {colour} | {grey} |\n");
        }
        return text.ToString();
    }

    private static string Captions(FloatImage sheet, int row, Func<FloatImage, string> best)
    {
        int size = CellOf(sheet);
        IEnumerable<string> captions = Enumerable.Range(0, EvaluationViews.Count).Select(k => best(Shrink(sheet, k * (size + SheetGap), row * (size + SheetGap), size, JudgeSize)));
        return string.Join(", ", captions.GroupBy(caption => caption).OrderByDescending(group => group.Count()).Select(group => $"{group.Key} {group.Count()}"));
    }

    private static int CellOf(FloatImage sheet) => (sheet.Width - (SheetGap * (EvaluationViews.Count - 1))) / EvaluationViews.Count;

    private static FloatImage Sheet(string folder, IReadOnlyList<string> prompts)
    {
        FloatImage[][] rows = [.. prompts.Select(prompt => Cells(Path.Combine(PromptsCommand.RunFolder(folder, prompt), "sheet.png")))];
        return ContactSheet.Compose(
            [.. Enumerable.Range(0, PromptsPerColumn).Select(k => (IReadOnlyList<FloatImage>)[.. rows.Where((_, i) => i % PromptsPerColumn == k).SelectMany(row => row)])],
            gapValue: 1f);
    }

    private static FloatImage[] Cells(string path)
    {
        FloatImage sheet = PngReader.ReadFile(path).ToFloat();
        int size = CellOf(sheet);
        return [.. _cells.Select(cell => Shrink(sheet, cell.Column * (size + SheetGap), cell.Row * (size + SheetGap), size, CellSize))];
    }

    // Mean over the pixels that a small one covers, by area.
    private static FloatImage Shrink(FloatImage sheet, int left, int top, int size, int target)
    {
        FloatImage small = new(target, target, 3);
        double step = (double)size / target;
        for (int i = 0; i < small.Data.Length; i++)
        {
            int x = i / 3 % target, y = i / 3 / target, c = i % 3;
            double sum = 0;
            for (int v = (int)(y * step); v < (y + 1) * step; v++)
            {
                double height = Math.Min(v + 1, (y + 1) * step) - Math.Max(v, y * step);
                for (int u = (int)(x * step); u < (x + 1) * step; u++)
                {
                    double width = Math.Min(u + 1, (x + 1) * step) - Math.Max(u, x * step);
                    sum += width * height * sheet.Data[((((top + v) * sheet.Width) + left + u) * 3) + c];
                }
            }
            small.Data[i] = (float)(sum / (step * step));
        }
        return small;
    }

    private sealed record PromptResult(
        string Prompt, double StepSeconds, double AllSeconds, double ClipScore, double Colour, double Geometry, SampleScores Ceiling)
    {
        public static PromptResult Read(string run, string prompt, SampleScores ceiling)
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(run, "run.json")));
            JsonElement scores = json.RootElement.GetProperty("scores");
            JsonElement seconds = json.RootElement.GetProperty("seconds");
            double all = (json.RootElement.GetProperty("ended").GetDateTimeOffset() - json.RootElement.GetProperty("started").GetDateTimeOffset()).TotalSeconds;
            return new PromptResult(
                prompt, _stepParts.Sum(part => seconds.GetProperty(part).GetDouble()), all, scores.GetProperty(RetrievalScore.ClipScore).GetDouble(),
                scores.GetProperty(RetrievalScore.ColourRetrieval).GetDouble(), scores.GetProperty(RetrievalScore.GeometryRetrieval).GetDouble(), ceiling);
        }
    }
}
