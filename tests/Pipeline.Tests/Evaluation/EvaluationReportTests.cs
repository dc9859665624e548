using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Evaluation;

/// <summary>How scores are averaged, and what the tables say.</summary>
public sealed class EvaluationReportTests
{
    private static readonly JanusVerdict _unknown = new(null, 0.5, "the judge does not tell its front from its back");

    [Fact]
    public void ViewsAreAveragedThenSeedsThenPrompts()
    {
        // Two seeds of one prompt, 1/2 and 1/4 of the views, and one seed of another with all: (3/8 + 1) / 2.
        ScoreGroup group = new("runs",
        [
            new("a car", [Object("a car", [true, false, true, false]), Object("a car", [true, false, false, false])]),
            new("a cat", [Object("a cat", [true, true, true, true])]),
        ]);
        Assert.Equal(0.6875, group.Colour!.Share);
        Assert.Equal(2, group.Colour.Count);
        Assert.Null(group.Geometry);
        Assert.Null(group.Janus);
    }

    [Fact]
    public void JanusIsAveragedOverWhatIsDetermined()
    {
        ScoreGroup group = new("runs",
        [
            new("a car", [Object("a car", [true]) with { Janus = new(0.4, 0.95, null) }, Object("a car", [true]) with { Janus = new(0.2, 0.95, null) }]),
            new("a sphere", [Object("a sphere", [true])]),
        ]);
        Assert.Equal(0.3, group.Janus!.Share, 12);
        Assert.Equal(1, group.Janus.Count);
        string table = EvaluationTable.Markdown([Report(group, isOfPrior: false)]);
        Assert.Contains("| a car | 2 | 0.500 | 100.0 % | – | 0.30 | 95.0 % |", table, StringComparison.Ordinal);
        Assert.Contains("| a sphere | 1 | 0.500 | 100.0 % | – | undetermined | 50.0 % |", table, StringComparison.Ordinal);
        Assert.Contains("undetermined for 1 prompts: the judge does not tell its front from its back (a sphere)", table, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryHeadingNamesItsJudgeAndThePriorsOwnIsNeverComparedWithPublishedNumbers()
    {
        ScoreGroup group = new("runs", [new("a car", [Object("a car", [true])])]);
        string table = EvaluationTable.Markdown([Report(group, isOfPrior: true), Report(group, isOfPrior: false)]);
        string[] headings = [.. table.Split('\n').Where(line => line.StartsWith('#'))];
        Assert.Equal(["## Judge: clip/ of the embedded prior, 64x64, SHA-256 0123456789ab", "## Judge: clip-vit, 64x64, SHA-256 0123456789ab"], headings);
        Assert.Equal(2, table.Split("| prompt |").Length - 1);
        Assert.Equal(1, table.Split("never with published numbers").Length - 1);
    }

    [Fact]
    public void APictureFolderIsARowOfItsOwn()
    {
        ScoreGroup runs = new("runs", [new("a car", [Object("a car", [true])])]), photos = new(Path.Combine("x", "photos"), [new("a dog", [Object("a dog", [false])]), new("a cat", [Object("a cat", [true])])]);
        string table = EvaluationTable.Markdown([Report(runs, isOfPrior: false) with { Pictures = [photos] }]);
        Assert.Contains("| **pictures in photos, 2 captions** | 2 | 0.500 | 50.0 % [9.5, 90.5] | – | undetermined | – |", table, StringComparison.Ordinal);
        Assert.Contains("| **mean of 1** |", table, StringComparison.Ordinal);
    }

    [Fact]
    public void ASetOfPromptsNamesItsFolders()
    {
        using TemporaryFolder folder = new();
        string file = folder.File("prompts.txt");
        File.WriteAllText(file, "a red car\n\n  a dog \na red car\n");
        IReadOnlyList<PromptRun> runs = PromptSet.Read(file, [0, 7], "runs");
        Assert.Equal(
            [("a red car", 0u, "a-red-car-0"), ("a red car", 7u, "a-red-car-7"), ("a dog", 0u, "a-dog-0"), ("a dog", 7u, "a-dog-7")],
            runs.Select(run => (run.Prompt, run.Seed, Path.GetFileName(run.Folder))));
        File.WriteAllText(file, "a dog\na dog!\n");
        Assert.Equal(ExitCode.BadInput, Assert.Throws<DfkException>(() => PromptSet.Read(file, [0], "runs")).ExitCode);
        File.WriteAllText(file, "\n");
        Assert.Equal(ExitCode.BadInput, Assert.Throws<DfkException>(() => PromptSet.Read(file, [0], "runs")).ExitCode);
        Assert.Equal(ExitCode.BadInput, Assert.Throws<DfkException>(() => PromptSet.Read(folder.File("none"), [0], "runs")).ExitCode);
    }

    [Fact]
    public void ACaptionFileNeedsTwoCaptions()
    {
        using TemporaryFolder folder = new();
        string file = folder.File("captions.txt");
        File.WriteAllText(file, "a dog\n a dog \n\na cat\n");
        Assert.Equal(["a dog", "a cat"], CaptionRetrieval.ReadFile(file));
        File.WriteAllText(file, "a dog\na dog\n");
        Assert.Equal(ExitCode.BadInput, Assert.Throws<DfkException>(() => CaptionRetrieval.ReadFile(file)).ExitCode);
    }

    [Fact]
    public void ToyboxObjectsAreSeenAsTheContractSays()
    {
        RunConfiguration toybox = new ConfigurationSources { Overrides = [new("test", "prompt", "a car")] }.Resolve();
        IReadOnlyList<OrbitCamera> cameras = EvaluationViews.Cameras(toybox);
        Assert.Equal(Enumerable.Range(0, 8).Select(k => 45f * k), cameras.Select(camera => camera.AzimuthDegrees));
        Assert.All(cameras, camera => Assert.Equal((60f, 4f, 1.15f), (camera.PolarDegrees, camera.Radius, camera.HalfWidth)));
    }

    [Fact]
    public void OtherObjectsAreSeenFromTheMiddleOfTheirCameras()
    {
        // stable-dreamfusion: distance 3 to 3.5, field of view 10 to 30 degrees: 3.25 tan 10°.
        RunConfiguration other = new ConfigurationSources { Preset = "stable-dreamfusion", Overrides = [new("test", "prompt", "a car")] }.Resolve();
        OrbitCamera camera = EvaluationViews.Cameras(other)[0];
        Assert.Equal((60f, 3.25f), (camera.PolarDegrees, camera.Radius));
        Assert.True(Math.Abs(camera.HalfWidth - (3.25 * Math.Tan(Math.PI / 18))) <= 1e-5);
    }

    private static ObjectScore Object(string prompt, bool[] colour) => new("run", prompt, 0, 0.5, colour, null, _unknown);

    private static JudgeReport Report(ScoreGroup runs, bool isOfPrior) =>
        new(Path.Combine("judges", "clip-vit"), "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 64, isOfPrior, 715, 55, runs, [], FrontBackTable.Empty);
}
