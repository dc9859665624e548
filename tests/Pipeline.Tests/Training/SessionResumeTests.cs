using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Tests.Models;
using DreamFusion.Pipeline.Training;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training;

/// <summary>A run in pieces, in its folder: with the embedded prior, from the command's point of view.</summary>
public sealed class SessionResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_in_pieces_leaves_the_files_of_an_uninterrupted_one()
    {
        TrainingResult whole = Run("whole", Tiny);
        Assert.Equal(TrainingOutcome.Interrupted, Run("pieces", Tiny, stopAfter: 3).Outcome);
        // As a killed process leaves it: metrics and log of steps that no checkpoint has, half a line, half a file.
        File.AppendAllText(_folder.File("pieces/metrics.jsonl"), "{\"step\":4,\"losses\":{}}\n{\"step\":5,\"los");
        File.AppendAllText(_folder.File("pieces/log.txt"), "2026-01-01 00:00:00.000Z failed at step 4\n");
        File.WriteAllText(_folder.File("pieces/checkpoints/000004.safetensors.tmp"), "half");
        Assert.Equal(TrainingOutcome.Interrupted, Run("pieces", Tiny with { Threads = 1 }, stopAfter: 5, resume: true).Outcome);
        var notes = new List<string>();
        TrainingResult last = Run("pieces", Tiny, resume: true, notes: notes);
        Assert.Equal((TrainingOutcome.Done, 5, Tiny.Iters), (last.Outcome, last.FirstStep, last.Step));
        Assert.Contains(notes, note => note.Contains("resumed in", StringComparison.Ordinal) && note.Contains("after 5 steps", StringComparison.Ordinal));
        Assert.Equal(File.ReadAllBytes(whole.CheckpointPath), File.ReadAllBytes(last.CheckpointPath));
        Assert.Equal(File.ReadAllBytes(whole.SheetPath!), File.ReadAllBytes(last.SheetPath!));
        Assert.Equal(whole.Scores, last.Scores);
        Assert.Equal(Enumerable.Range(1, Tiny.Iters), File.ReadLines(_folder.File("pieces/metrics.jsonl")).Select(line => RunJson.StepOf(line)!.Value));
        string log = File.ReadAllText(_folder.File("pieces/log.txt"));
        Assert.DoesNotContain("failed", log, StringComparison.Ordinal);
        Assert.DoesNotContain("interrupted", log, StringComparison.Ordinal);
        Assert.Equal(2, log.Split("resumed in").Length - 1);
        Assert.Empty(Directory.GetFiles(_folder.File("pieces"), "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_finished_run_says_so_and_is_left_alone()
    {
        TrainingResult done = Run("run", Tiny);
        Dictionary<string, DateTime> before = Files("run");
        var notes = new List<string>();
        TrainingResult again = Run("run", Tiny, resume: true, notes: notes);
        Assert.Equal((TrainingOutcome.Done, Tiny.Iters, Tiny.Iters), (again.Outcome, again.FirstStep, again.Step));
        Assert.Equal((done.CheckpointPath, done.SheetPath), (again.CheckpointPath, again.SheetPath));
        Assert.Equal(done.Scores.Select(score => score.Key).Order(), again.Scores.Select(score => score.Key).Order());
        Assert.Contains("is done, all 8 steps", Assert.Single(notes), StringComparison.Ordinal);
        Assert.Equal(before, Files("run"));
    }

    [Fact]
    public void Another_prompt_seed_or_configuration_is_refused_and_nothing_is_changed()
    {
        Run("run", Tiny, stopAfter: 2);
        Dictionary<string, DateTime> before = Files("run");
        foreach ((RunConfiguration other, string expected) in new[]
        {
            (Tiny with { Prompt = "a donut" }, "prompt: the checkpoint has \"a hamburger\", this run \"a donut\""),
            (Tiny with { Seed = 3 }, "seed: the checkpoint has 0, this run 3"),
            (Tiny with { Iters = 9 }, "iters: the checkpoint has 8, this run 9"),
        })
        {
            DfkException error = Assert.Throws<DfkException>(() => Run("run", other, resume: true));
            Assert.Equal(ExitCode.BadInput, error.ExitCode);
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
        Assert.Equal(before, Files("run"));
    }

    [Fact]
    public void A_folder_without_a_checkpoint_starts_at_step_0()
    {
        TrainingResult stopped = Run("run", Tiny, stopAfter: 2);
        byte[] start = File.ReadAllBytes(stopped.CheckpointPath);
        Directory.Delete(_folder.File("run/checkpoints"), recursive: true);
        TrainingResult again = Run("run", Tiny, stopAfter: 2, resume: true);
        Assert.Equal((0, 2), (again.FirstStep, again.Step));
        Assert.Equal(start, File.ReadAllBytes(again.CheckpointPath));
        Assert.Equal(2, File.ReadLines(_folder.File("run/metrics.jsonl")).Count());
        Directory.Delete(_folder.File("run/checkpoints"), recursive: true);
        Assert.Contains("seed: the run folder has 0, this run 1", Assert.Throws<DfkException>(() => Run("run", Tiny with { Seed = 1 }, resume: true)).Message, StringComparison.Ordinal);
        // A missing folder is a new run.
        Assert.Equal(0, Run("new", Tiny, stopAfter: 1, resume: true).FirstStep);
    }

    [Fact]
    public void A_damaged_checkpoint_falls_back_to_the_one_before()
    {
        TrainingResult stopped = Run("run", Tiny with { CheckpointInterval = 2 }, stopAfter: 3);
        using (FileStream file = File.OpenWrite(stopped.CheckpointPath))
        {
            file.Seek(-1, SeekOrigin.End);
            file.WriteByte(0x55);
        }
        var notes = new List<string>();
        TrainingResult again = Run("run", Tiny, stopAfter: 4, resume: true, notes: notes);
        Assert.Equal(2, again.FirstStep);
        Assert.Contains(notes, note => note.Contains("is damaged", StringComparison.Ordinal) && note.Contains("after 2 steps is taken", StringComparison.Ordinal));
        // The damaged one neither counts among those kept nor is taken for good later.
        Assert.True(File.Exists(stopped.CheckpointPath + ".damaged"));
        Assert.False(File.Exists(stopped.CheckpointPath));
        foreach (string path in Directory.GetFiles(_folder.File("run/checkpoints"), "*.safetensors"))
        {
            File.WriteAllText(path, "nothing");
        }
        Assert.Contains("none of its checkpoints can be read", Assert.Throws<DfkException>(() => Run("run", Tiny, resume: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_run_folder_or_in_use_is_refused()
    {
        Directory.CreateDirectory(_folder.File("other"));
        File.WriteAllText(_folder.File("other/mine.txt"), "x");
        Assert.Contains("expected a run to resume", Assert.Throws<DfkException>(() => Run("other", Tiny, resume: true)).Message, StringComparison.Ordinal);
        Run("run", Tiny, stopAfter: 1);
        using RunFolder mine = RunFolder.Reopen(_folder.File("run"), 1);
        DfkException error = Assert.Throws<DfkException>(() => Run("run", Tiny, resume: true));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("another dfk is running in it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_starts_from_the_field_of_another()
    {
        TrainingResult first = Run("first", Tiny with { EmaDecay = 0.5f }, stopAfter: 3);
        RunConfiguration next = Tiny with { Prompt = "a donut", ResumeFromCheckpoint = first.CheckpointPath };
        TrainingResult second = Run("second", next, stopAfter: 0);
        Checkpoint there = CheckpointFile.Read(first.CheckpointPath), here = CheckpointFile.Read(second.CheckpointPath);
        Assert.Equal(0, here.Step);
        Assert.Equal(there.Tensors["net.parameters.ema"].Bytes.ToArray(), here.Tensors["net.parameters"].Bytes.ToArray());
        Assert.Equal(there.Tensors["encoder.table.ema"].Bytes.ToArray(), here.Tensors["encoder.table"].Bytes.ToArray());
        Assert.All(here.Tensors["net.parameters.adam_m"].Values<float>().ToArray(), value => Assert.Equal(0f, value));
        Assert.True(here.ModelHashes.ContainsKey(FieldStart.HashName));
        // The folder of the run stands for its newest checkpoint, and a resumed run does not need the file any more.
        Assert.Equal(File.ReadAllBytes(second.CheckpointPath), File.ReadAllBytes(Run("third", next with { ResumeFromCheckpoint = first.RunFolder }, stopAfter: 0).CheckpointPath));
        File.Delete(first.CheckpointPath);
        Assert.Equal(2, Run("second", next, stopAfter: 2, resume: true).Step);
    }

    [Fact]
    public void A_run_goes_on_with_another_judge_but_not_with_another_prior()
    {
        using ToyboxCopy prior = new();
        string model = prior.Path;
        Run("whole", Tiny, model: model);
        Run("pieces", Tiny, stopAfter: 3, model: model);
        File.AppendAllText(Path.Combine(model, "clip", "config.json"), "\n");
        File.AppendAllText(Path.Combine(model, "README.md"), "\n");
        TrainingResult resumed = Run("pieces", Tiny, resume: true, model: model);
        Assert.Equal((TrainingOutcome.Done, 3, Tiny.Iters), (resumed.Outcome, resumed.FirstStep, resumed.Step));
        Checkpoint there = CheckpointFile.Read(_folder.File("whole/checkpoints/000008.safetensors")), here = CheckpointFile.Read(resumed.CheckpointPath);
        Assert.All(there.Tensors, tensor => Assert.Equal(tensor.Value.Bytes.ToArray(), here.Tensors[tensor.Key].Bytes.ToArray()));
        Assert.NotEqual(there.ModelHashes["clip/config.json"], here.ModelHashes["clip/config.json"]);

        Run("other", Tiny, stopAfter: 3, model: model);
        File.AppendAllText(Path.Combine(model, "unet", "config.json"), "\n");
        DfkException error = Assert.Throws<DfkException>(() => Run("other", Tiny, resume: true, model: model));
        Assert.Contains("unet/config.json: the checkpoint has SHA-256", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_start_that_cannot_be_used_says_why()
    {
        string Refusal(RunConfiguration configuration)
        {
            DfkException error = Assert.Throws<DfkException>(() => Run("refused", configuration));
            Assert.Equal(ExitCode.BadInput, error.ExitCode);
            return error.Message;
        }
        TrainingResult first = Run("first", Tiny, stopAfter: 1);
        File.WriteAllBytes(_folder.File("zip.bin"), [(byte)'P', (byte)'K', 3, 4, 0, 0]);
        File.WriteAllBytes(_folder.File("old.safetensors"), [0x80, 2, (byte)'}', (byte)'q']);
        foreach (string name in (string[])["zip.bin", "old.safetensors"])
        {
            Assert.Contains("Pickles run the code", Refusal(Tiny with { ResumeFromCheckpoint = _folder.File(name) }), StringComparison.Ordinal);
        }
        Assert.Contains("missing.safetensors", Refusal(Tiny with { ResumeFromCheckpoint = _folder.File("missing.safetensors") }), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("refused")));
        NerfConfiguration wide = Tiny.Nerf with { Net = Tiny.Nerf.Net with { NumHiddenDims = 48 } };
        string message = Refusal(Tiny with { Nerf = wide, ResumeFromCheckpoint = first.CheckpointPath });
        Assert.Contains("tensor 'net.parameters.ema': expected F32 [", message, StringComparison.Ordinal);
        Assert.Contains(", got F32 [", message, StringComparison.Ordinal);
    }

    private static RunConfiguration Tiny { get; } = PresetCatalogue.Get("toybox") with
    {
        Prompt = "a hamburger",
        Iters = 8,
        PreviewInterval = 0,
        ExportVideo = false,
        ExportMesh = false,
        AlbedoIterRatio = 0f,
        Data = PresetCatalogue.Get("toybox").Data with
        {
            Train = new TrainDataConfiguration { Width = 32, Height = 32 },
            Test = new ViewDataConfiguration { Size = 2, Width = 16, Height = 16 },
        },
    };

    private TrainingResult Run(string name, RunConfiguration configuration, int stopAfter = int.MaxValue, bool resume = false, List<string>? notes = null, string? model = null)
    {
        using var stop = new CancellationTokenSource();
        var observer = new StoppingObserver(stopAfter, stop, notes ?? []);
        return TrainingSession.Run(configuration, new TrainingRequest { OutputFolder = _folder.File(name), Resume = resume, ModelFolder = model }, observer, stop.Token);
    }

    private Dictionary<string, DateTime> Files(string name) => Directory.GetFiles(_folder.File(name), "*", SearchOption.AllDirectories)
        .Where(path => Path.GetFileName(path) != ".lock").ToDictionary(path => path, File.GetLastWriteTimeUtc);

    private sealed class StoppingObserver(int stopAfter, CancellationTokenSource stop, List<string> notes) : ITrainingObserver
    {
        public void Started(string runFolder, int iters)
        {
            if (stopAfter == 0)
            {
                stop.Cancel();
            }
        }

        public void PhaseChanged(TrainingPhase phase)
        {
        }

        public void StepDone(StepReport report)
        {
            if (report.Step == stopAfter)
            {
                stop.Cancel();
            }
        }

        public void FileWritten(string path)
        {
        }

        public void Note(string message) => notes.Add(message);
    }
}
