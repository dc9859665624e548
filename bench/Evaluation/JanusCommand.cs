using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Bench.Evaluation;

/// <summary>
/// <c>janus RUN... [--clip DIR] [--sheet FILE.png]</c>: Janus scores of trained objects as they are and with their front half rotated onto their back
/// (<see cref="PlantedJanus"/>). <c>front-back PICTURES OUT.json [--clip DIR]</c>: measures on labelled renders which objects' front and back a
/// judge can tell apart and writes the table that belongs beside it.
/// </summary>
public static class JanusCommand
{
    public static int Run(ReadOnlySpan<string> arguments)
    {
        List<string> runs = [];
        string clip = EmbeddedJudge;
        string? sheet = null;
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--clip" when i + 1 < arguments.Length: clip = arguments[++i]; break;
                case "--sheet" when i + 1 < arguments.Length: sheet = arguments[++i]; break;
                default: runs.Add(arguments[i]); break;
            }
        }
        var folder = ClipFolder.Open(clip);
        using ClipScorer judge = new(folder);
        FrontBackTable table = FrontBackTable.Of(folder);
        PromptVocabulary vocabulary = Vocabulary();
        List<IReadOnlyList<FloatImage>> rows = [];
        Console.WriteLine("| prompt | front told from back | Janus | with a planted face behind |\n| --- | --- | --- | --- |");
        foreach (string run in runs)
        {
            using var trained = TrainedField.Open(run, Environment.ProcessorCount);
            string prompt = trained.Configuration.Prompt;
            FrontBackAccuracy? known = vocabulary.Describe(prompt).Objects is [{ } name] ? table.Find(name) : null;
            (float Azimuth, FloatImage Picture)[] own = [], planted = [];
            if (known is { IsTrusted: true } || sheet is not null)
            {
                var cameras = EvaluationViews.Cameras(trained.Configuration, JanusScore.ViewCount);
                own = [.. cameras.Select(camera => (camera.AzimuthDegrees, trained.Render(camera, judge.ImageSize, judge.ImageSize).Colour))];
                planted = [.. cameras.Select(camera => (camera.AzimuthDegrees, PlantedJanus.Render(trained, camera, judge.ImageSize)))];
                rows.Add([.. own.Where((_, k) => k % 3 == 0).Select(view => view.Picture)]);
                rows.Add([.. planted.Where((_, k) => k % 3 == 0).Select(view => view.Picture)]);
            }
            string Score((float, FloatImage)[] views) => known is { IsTrusted: true }
                ? JanusScore.Share(JanusScore.Preferences(judge, prompt, views)).ToString("0.00", CultureInfo.InvariantCulture)
                : "undetermined";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {prompt} | {100 * known?.Accuracy:0.0} % | {Score(own)} | {Score(planted)} |"));
        }
        if (sheet is not null)
        {
            File.WriteAllBytes(sheet, PngWriter.Write(PngImage.FromFloat(ContactSheet.Compose(rows, gapValue: 1f))));
        }
        return 0;
    }

    public static int Measure(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length is not (2 or 4) || (arguments.Length == 4 && arguments[2] != "--clip"))
        {
            Console.Error.WriteLine("front-back: usage: front-back PICTURES OUT.json [--clip DIR]");
            return 2;
        }
        var folder = ClipFolder.Open(arguments.Length == 4 ? arguments[3] : EmbeddedJudge);
        using ClipScorer judge = new(folder);
        var table = FrontBackTable.Measure(judge, CaptionedPictures.Open(arguments[0]), Vocabulary());
        string json = table.ToJson(folder, "Share of labelled renders (tools/toybox/pictures.py labelled, seed 4243) whose view the judge names rightly, front view or back view; written by bench -- front-back.");
        WholeFile.Write(arguments[1], json);
        Console.Write(json);
        return 0;
    }

    private static string EmbeddedJudge => Path.Combine(ModelLocator.Locate(ModelLocator.Toybox), "clip");

    private static PromptVocabulary Vocabulary() =>
        PromptVocabulary.TryLoad(ModelFolder.Open(ModelLocator.Locate(ModelLocator.Toybox))) ?? throw new InvalidOperationException("The embedded prior has no vocabulary.");
}
