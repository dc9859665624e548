using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Training;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Evaluation;

/// <summary>Two judges at once that share neither image size nor mean, deviation, context and vocabulary: each sees by its own configuration.</summary>
public sealed class UnlikeJudgesTests : IDisposable
{
    private static readonly string _own = Path.Combine(ModelLocator.ToyboxFolder, "clip");
    private readonly TemporaryFolder _folder = new();

    public UnlikeJudgesTests()
    {
        ColourJudge.Write(Other);
        File.WriteAllText(Captions, "a red cube\na green cube\na blue cube\n");
    }

    private string Other => _folder.File("colours");

    private string Captions => _folder.File("captions.txt");

    [Fact]
    public void PicturesAreSeenThroughEachJudgesOwnSizeMeanDeviationAndVocabulary()
    {
        // Of 8 bits, so the PNG holds them exactly. The third one is red to the eye and blue beyond this judge's mean.
        double[][] colours = [[200, 40, 100], [40, 220, 120], [150, 60, 250]];
        for (int k = 0; k < colours.Length; k++)
        {
            File.WriteAllBytes(_folder.File($"{k}.png"), PngWriter.Write(PngImage.FromFloat(Plain(colours[k]))));
        }

        string[] captions = ["a red cube", "a green cube", "a red cube"];
        File.WriteAllLines(_folder.File(CaptionedPictures.ListName), ["file\tcaption\tgroup", .. captions.Select((caption, k) => $"{k}.png\t{caption}\t{k}")]);
        var request = new EvaluationRequest { Pictures = [_folder.Path], Captions = Captions };
        JudgeReport[] both = [.. Run(request with { Judges = [_own, Other] })];
        IReadOnlyList<PromptScores> prompts = both[1].Pictures[0].Prompts;
        ObjectScore[] scores = [prompts[0].Objects[0], prompts[1].Objects[0], prompts[0].Objects[1]];
        Assert.Equal([true, true, false], scores.Select(score => score.Colour!.Single()));
        int[] words = [0, 1, 0];
        for (int k = 0; k < words.Length; k++)
        {
            double expected = ColourJudge.Similarity([.. colours[k].Select(c => c / 255)], words[k]);
            Assert.True(Math.Abs(scores[k].ClipScore - expected) <= 1e-5, $"{k}: {scores[k].ClipScore}, expected {expected}");
        }

        Assert.Equal(Scores(Run(request with { Judges = [_own] })[0]), Scores(both[0]));
    }

    [Fact]
    public void ARunIsRenderedForEachJudgesSize()
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        RunConfiguration tiny = toybox with
        {
            Prompt = "a red cube",
            Iters = 1,
            AlbedoIterRatio = 0f,
            Data = toybox.Data with { Train = new TrainDataConfiguration { Width = 32, Height = 32 } },
        };
        TrainingSession.Run(
            tiny, new TrainingRequest { OutputFolder = _folder.File("run"), NoSheet = true, NoVideo = true, NoMesh = true, NoScores = true }, new SilentTraining(), CancellationToken.None);
        var request = new EvaluationRequest { Runs = [_folder.File("run")], Captions = Captions };
        JudgeReport[] both = [.. Run(request with { Judges = [_own, Other] })];
        Assert.Equal([true, false], both.Select(report => report.IsOfPrior));
        Assert.Equal([8, 8], both.Select(report => report.Runs!.Prompts[0].Objects[0].Colour!.Count));
        Assert.NotEqual(both[0].Runs!.ClipScore, both[1].Runs!.ClipScore);
        Assert.Equal(Scores(Run(request with { Judges = [_own] })[0]), Scores(both[0]));
        Assert.Equal(Scores(Run(request with { Judges = [Other] })[0]), Scores(both[1]));
    }

    public void Dispose() => _folder.Dispose();

    private static IReadOnlyList<JudgeReport> Run(EvaluationRequest request) => EvaluationSession.Run(request, _ => { }, CancellationToken.None);

    private static IEnumerable<(double, string)> Scores(JudgeReport report) =>
        report.Pictures.Append(report.Runs).OfType<ScoreGroup>().SelectMany(group => group.Prompts).SelectMany(prompt => prompt.Objects).Select(score => (score.ClipScore, string.Join(' ', score.Colour!)));

    private static FloatImage Plain(IEnumerable<double> rgb) =>
        new(80, 80, 3, [.. Enumerable.Repeat(rgb.Select(c => (float)(c / 255)).ToArray(), 80 * 80).SelectMany(pixel => pixel)]);

    private sealed class SilentTraining : ITrainingObserver
    {
        public void Started(string runFolder, int iters)
        {
        }

        public void PhaseChanged(TrainingPhase phase)
        {
        }

        public void StepDone(StepReport report)
        {
        }

        public void FileWritten(string path)
        {
        }

        public void Note(string message)
        {
        }
    }
}
