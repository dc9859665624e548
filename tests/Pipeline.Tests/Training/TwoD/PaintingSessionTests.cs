using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Tests.Models;
using DreamFusion.Pipeline.Training;
using DreamFusion.Pipeline.Training.TwoD;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training.TwoD;

public sealed class PaintingSessionTests
{
    [Fact]
    public void The_same_seed_gives_the_same_bits_for_any_thread_count()
    {
        using var folder = new TemporaryFolder();
        TrainingResult one = Run(Short with { Threads = 1 }, folder.File("one"));
        TrainingResult two = Run(Short with { Threads = 2 }, folder.File("two"));
        TrainingResult other = Run(Short with { Seed = 1 }, folder.File("other"));
        Assert.Equal(File.ReadAllBytes(one.CheckpointPath), File.ReadAllBytes(two.CheckpointPath));
        Assert.Equal(File.ReadAllBytes(one.SheetPath!), File.ReadAllBytes(two.SheetPath!));
        Assert.NotEqual(File.ReadAllBytes(one.CheckpointPath), File.ReadAllBytes(other.CheckpointPath));
    }

    [Fact]
    public void A_run_leaves_sheet_metrics_configuration_scores_and_checkpoint()
    {
        using var folder = new TemporaryFolder();
        TrainingResult result = Run(Short, folder.File("run"));
        Assert.Equal((TrainingOutcome.Done, 8), (result.Outcome, result.Step));
        Assert.Equal(
            [".lock", "checkpoints", "config.yaml", "log.txt", "metrics.jsonl", "run.json", "sheet.png"],
            Directory.GetFileSystemEntries(result.RunFolder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["latent_similarity", "latent_retrieval", "pixels_similarity", "pixels_retrieval", "network_similarity", "network_retrieval"],
            result.Scores.Select(score => score.Key));
        // Three rows; columns after 0, 1, 2, 4 and 8 steps; 64 pixels doubled, gaps of 2.
        PngImage sheet = PngReader.ReadFile(result.SheetPath!);
        Assert.Equal(((5 * 128) + 8, (3 * 128) + 4), (sheet.Width, sheet.Height));
        string[] lines = File.ReadAllLines(Path.Combine(result.RunFolder, "metrics.jsonl"));
        Assert.Equal(8, lines.Length);
        using JsonDocument line = JsonDocument.Parse(lines[^1]);
        Assert.Equal(["latent", "pixels", "network"], line.RootElement.GetProperty("guidance_norms").EnumerateObject().Select(norm => norm.Name));
        Assert.All(line.RootElement.GetProperty("guidance_norms").EnumerateObject(), norm => Assert.True(norm.Value.GetDouble() > 0));
        Assert.False(line.RootElement.TryGetProperty("occupied_share", out _));
        using JsonDocument summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(result.RunFolder, "run.json")));
        Assert.Equal(("2d", "done"), (summary.RootElement.GetProperty("task").GetString(), summary.RootElement.GetProperty("status").GetString()));
        Assert.Equal(6, summary.RootElement.GetProperty("scores").EnumerateObject().Count());
        Checkpoint checkpoint = CheckpointFile.Read(result.CheckpointPath);
        Assert.Equal(9, checkpoint.Tensors.Count);
        Assert.Equal(4 * 16 * 16, checkpoint.Tensors["latent"].Values<float>().Length);
    }

    [Fact]
    public void Every_painting_comes_to_show_the_prompt()
    {
        using var folder = new TemporaryFolder();
        RunConfiguration configuration = Short with { Iters = 60 };
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        TrainingResult start = PaintingSession.Run(
            configuration, new TrainingRequest { OutputFolder = folder.File("start") }, new SilentObserver(), stopped.Token);
        Dictionary<string, double> before = new(start.Scores), after = new(Run(configuration, folder.File("run")).Scores);
        foreach (string name in new[] { "latent", "pixels", "network" })
        {
            // Similarities rise from 0.36 to 0.46 at the start to 0.60 to 0.64.
            double gain = after[name + "_similarity"] - before[name + "_similarity"];
            Assert.True(gain >= 0.1, $"{name}: {gain}");
        }

        Assert.Equal((0, 1), (before["latent_retrieval"], after["latent_retrieval"]));
    }

    [Fact]
    public void A_picture_of_another_size_is_painted_and_shown_as_the_model_sees_it()
    {
        using var folder = new TemporaryFolder();
        TrainingResult result = Run(
            Short with { Iters = 2, Data = new DataConfiguration { Train = new TrainDataConfiguration { Width = 40, Height = 24 } } }, folder.File("run"));
        Assert.Equal(40 * 24 * 3, CheckpointFile.Read(result.CheckpointPath).Tensors["pixels"].Values<float>().Length);
    }

    [Fact]
    public void Stopping_saves_what_there_is()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        TrainingResult result = PaintingSession.Run(Short, new TrainingRequest { OutputFolder = folder.File("run") }, new SilentObserver(), stop.Token);
        Assert.Equal((TrainingOutcome.Interrupted, 0), (result.Outcome, CheckpointFile.Read(result.CheckpointPath).Step));
        Assert.True(File.Exists(result.SheetPath));
    }

    [Fact]
    public void The_configuration_of_a_run_says_that_pictures_are_painted()
    {
        using var folder = new TemporaryFolder();
        TrainingResult result = Run(Short with { Iters = 1 }, folder.File("run"));
        RunConfiguration read = ConfigurationFile.Read(Path.Combine(result.RunFolder, "config.yaml"));
        Assert.Equal(TrainingTask.Pictures, read.Task);
        Assert.Contains("task: 2d\n", CheckpointFile.Read(result.CheckpointPath).Configuration, StringComparison.Ordinal);
        Assert.Contains("task: 3d\n", ConfigurationFile.Write(Short), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_a_model_that_works_on_pixels_there_is_no_latent(bool ownTokenizer)
    {
        using var model = new PixelFolder();
        using var folder = new TemporaryFolder();
        // A judge of another model: its tokens are CLIP's, the folder's are T5's.
        Copy("clip", model["clip"]);
        if (ownTokenizer)
        {
            Copy("tokenizer", model["clip/tokenizer"]);
        }

        TrainingResult result = Run(Short with { Prompt = "a cat", Model = model.Path, Iters = 3 }, folder.File("run"));
        using JsonDocument line = JsonDocument.Parse(File.ReadAllLines(Path.Combine(result.RunFolder, "metrics.jsonl"))[^1]);
        Assert.Equal(["pixels", "network"], line.RootElement.GetProperty("guidance_norms").EnumerateObject().Select(norm => norm.Name));
        Assert.False(CheckpointFile.Read(result.CheckpointPath).Tensors.ContainsKey("latent"));
        Assert.Equal(ownTokenizer ? ["pixels_similarity", "network_similarity"] : [], result.Scores.Select(score => score.Key));
        Assert.Equal(ownTokenizer, !File.ReadAllText(Path.Combine(result.RunFolder, "log.txt")).Contains("cannot judge results", StringComparison.Ordinal));
    }

    private static void Copy(string part, string target)
    {
        Directory.CreateDirectory(target);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Toybox.Model.Folder, part)))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }
    }

    [Fact]
    public void An_unknown_object_is_refused_before_any_folder_is_made()
    {
        using var folder = new TemporaryFolder();
        DfkException error = Assert.Throws<DfkException>(() => Run(Short with { Prompt = "a zeppelin" }, folder.File("run")));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.False(Directory.Exists(folder.File("run")));
    }

    private static RunConfiguration Short { get; } = PresetCatalogue.Get("toybox") with { Prompt = "a hamburger", Iters = 8 };

    private static TrainingResult Run(RunConfiguration configuration, string folder) =>
        PaintingSession.Run(configuration, new TrainingRequest { OutputFolder = folder }, new SilentObserver(), CancellationToken.None);
}
