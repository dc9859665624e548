using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Evaluation;

/// <summary>Whole evaluations of folders of pictures: several judges at once, and when a Janus score is given.</summary>
public sealed class EvaluationSessionTests : IDisposable
{
    private static readonly string _own = Path.Combine(ModelLocator.ToyboxFolder, "clip");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void EveryJudgeHasATableOfItsOwnAndEveryFolderOfPicturesARow()
    {
        string photos = Pictures("photos", "a red cube", "a blue cube", "a blue cube"), sketches = Pictures("sketches", "a sphere");
        string captions = _folder.File("captions.txt");
        File.WriteAllText(captions, "a red cube\na blue cube\na cloud\n");
        IReadOnlyList<JudgeReport> reports = Run(new EvaluationRequest { Pictures = [photos, sketches], Judges = [_own, OtherJudge()], Captions = captions });
        Assert.Equal([true, false], reports.Select(report => report.IsOfPrior));
        Assert.Equal(2, reports.Select(report => report.Hash).Distinct().Count());
        foreach (JudgeReport report in reports)
        {
            Assert.Null(report.Runs);
            Assert.Equal((3, 3), (report.ColourCaptions, report.GeometryCaptions));
            Assert.Equal([photos, sketches], report.Pictures.Select(group => group.Name));
            Assert.Equal(["a red cube", "a blue cube"], report.Pictures[0].Prompts.Select(prompt => prompt.Prompt));
            Assert.Equal([1, 2], report.Pictures[0].Prompts.Select(prompt => prompt.Objects[0].Colour!.Count));
        }

        string[] lines = EvaluationTable.Markdown(reports).Split('\n');
        Assert.Equal(2, lines.Count(line => line.StartsWith("## Judge: ", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count(line => line.StartsWith("| **pictures in photos, 2 captions** |", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count(line => line.StartsWith("| **pictures in sketches, 1 captions** |", StringComparison.Ordinal)));
    }

    [Fact]
    public void AnObjectWhoseSidesTheJudgeCannotTellApartHasNoJanusScore()
    {
        string turntable = Turntable("a sphere");
        JudgeReport report = Run(new EvaluationRequest { Pictures = [turntable], Labelled = Labelled("a sphere") })[0];
        JanusVerdict verdict = report.Pictures[0].Prompts[0].Objects[0].Janus;
        Assert.Null(verdict.Share);
        Assert.Equal(0.5, verdict.Accuracy);
        Assert.Contains("undetermined", EvaluationTable.Markdown([report]), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static IReadOnlyList<JudgeReport> Run(EvaluationRequest request) => EvaluationSession.Run(request, _ => { }, CancellationToken.None);

    // The embedded judge with one weight changed: another judge.
    private string OtherJudge()
    {
        string folder = _folder.File("other");
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(_own))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        foreach (string file in Directory.GetFiles(Path.Combine(ModelLocator.ToyboxFolder, "tokenizer")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        string path = Path.Combine(folder, "image_encoder.onnx");
        var image = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        image.ProducerName += " changed";
        File.WriteAllBytes(path, image.ToByteArray());
        return folder;
    }

    private string Pictures(string name, params string[] captions) => Write(name, captions.Select((caption, k) => (caption, "", "", Grey(k))));

    private string Turntable(string caption) => Write("turntable", Enumerable.Range(0, JanusScore.ViewCount).Select(k => (caption, "", $"{15 * k}", Grey(k))));

    // The same picture for both sides: whatever a judge says, it is right half of the time.
    private string Labelled(string caption) => Write(
        "labelled", Enumerable.Range(0, FrontBackAccuracy.LeastRenders).Select(k => (caption, k % 2 == 0 ? "front view" : "back view", "", Grey(k / 2))));

    private string Write(string name, IEnumerable<(string Caption, string View, string Azimuth, float Grey)> pictures)
    {
        string folder = _folder.File(name);
        Directory.CreateDirectory(folder);
        List<string> lines = ["file\tcaption\tview\tazimuth"];
        foreach ((string caption, string view, string azimuth, float grey) in pictures)
        {
            string file = $"{lines.Count:000}.png";
            File.WriteAllBytes(Path.Combine(folder, file), PngWriter.Write(PngImage.FromFloat(new FloatImage(4, 4, 1, [.. Enumerable.Repeat(grey, 16)]))));
            lines.Add($"{file}\t{caption}\t{view}\t{azimuth}");
        }

        File.WriteAllLines(Path.Combine(folder, CaptionedPictures.ListName), lines);
        return folder;
    }

    private static float Grey(int k) => k % 7 / 7f;
}
