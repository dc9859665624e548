using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Training;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Runs;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Theory]
    [InlineData("a hamburger", "a-hamburger")]
    [InlineData("  A \"big\", Hamburger!  ", "a-big-hamburger")]
    [InlineData("../../etc/passwd", "etc-passwd")]
    [InlineData("汉堡", "run")]
    [InlineData("CON", "con")]
    [InlineData("a red sphere on top of a blue cube and a green cone", "a-red-sphere-on-top-of-a-blue-cube-and-a")]
    public void Slug_is_a_safe_name(string prompt, string expected)
    {
        Assert.Equal(expected, Slug.Of(prompt));
    }

    [Fact]
    public void A_file_that_cannot_be_there_is_refused_before_the_work()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a file"), "mine");
        void Refused(string path, string expected)
        {
            DfkException error = Assert.Throws<DfkException>(() => RunFolder.MakeFolderOf(path));
            Assert.Equal(ExitCode.BadInput, error.ExitCode);
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }

        Refused(folder.Path, "got a folder's");
        Refused("", "got a folder's");
        Refused(folder.File("a file/mesh.glb"), "got a file");
        Refused(folder.File(new string('a', 252)), "at most 251 bytes, got one of 252");
        Refused(folder.File(new string('é', 126)), "at most 251 bytes, got one of 252");
        RunFolder.MakeFolderOf(folder.File("new/ünter 汉/mesh.glb"));
        Assert.True(Directory.Exists(folder.File("new/ünter 汉")));
        Assert.Equal("mine", File.ReadAllText(folder.File("a file")));
    }

    [Fact]
    public void Folder_with_something_in_it_is_refused_and_left_alone()
    {
        string path = _folder.File("out");
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "thesis.txt"), "x");
        DfkException e = Assert.Throws<DfkException>(() => RunFolder.Create(path, "a hamburger"));
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Contains("holds thesis.txt", e.Message, StringComparison.Ordinal);
        Assert.Equal(["thesis.txt"], Directory.GetFileSystemEntries(path).Select(Path.GetFileName));
    }

    [Fact]
    public void New_and_empty_folders_are_taken_also_with_odd_names()
    {
        Directory.CreateDirectory(_folder.File("empty"));
        using RunFolder empty = RunFolder.Create(_folder.File("empty"), "x");
        using RunFolder odd = RunFolder.Create(_folder.File("a b/é 汉/deep"), "x");
        Assert.True(File.Exists(Path.Combine(odd.Path, "log.txt")));
    }

    [Fact]
    public void A_file_in_the_way_is_one_clear_error()
    {
        File.WriteAllText(_folder.File("file"), "x");
        DfkException e = Assert.Throws<DfkException>(() => RunFolder.Create(_folder.File("file"), "x"));
        Assert.Equal(ExitCode.MachineLacks, e.ExitCode);
        Assert.Contains("cannot be made", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_claims_on_one_folder_exactly_one_succeeds()
    {
        string path = _folder.File("race");
        int won = 0;
        int refused = 0;
        Parallel.For(0, 16, _ =>
        {
            try
            {
                using RunFolder folder = RunFolder.Create(path, "x");
                System.Threading.Interlocked.Increment(ref won);
            }
            catch (DfkException e) when (e.ExitCode == ExitCode.BadInput)
            {
                System.Threading.Interlocked.Increment(ref refused);
            }
        });
        Assert.Equal((1, 15), (won, refused));
    }

    [Fact]
    public void A_lock_that_was_left_behind_does_not_count_and_one_that_is_held_does()
    {
        string path = _folder.File("run");
        using (RunFolder first = RunFolder.Create(path, "x"))
        {
            DfkException error = Assert.Throws<DfkException>(() => RunFolder.Reopen(path, 0));
            Assert.Equal(ExitCode.BadInput, error.ExitCode);
            Assert.Contains("another dfk is running in it", error.Message, StringComparison.Ordinal);
        }

        // The file stays, or a process that had opened it could hold a lock on a name that another makes anew.
        Assert.True(File.Exists(Path.Combine(path, ".lock")));
        using RunFolder again = RunFolder.Reopen(path, 0);
    }

    [Fact]
    public void A_lock_that_cannot_be_opened_is_not_taken_for_a_running_process()
    {
        string path = _folder.File("run");
        RunFolder.Create(path, "x").Dispose();
        File.Delete(Path.Combine(path, ".lock"));
        Directory.CreateDirectory(Path.Combine(path, ".lock"));
        DfkException error = Assert.Throws<DfkException>(() => RunFolder.Reopen(path, 0));
        Assert.Equal(ExitCode.MachineLacks, error.ExitCode);
        Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_another_process_has_gone_on_with_meanwhile_is_refused()
    {
        string path = _folder.File("run");
        RunFolder.Create(path, "x").Dispose();
        Directory.CreateDirectory(Path.Combine(path, "checkpoints"));
        File.WriteAllText(Path.Combine(path, "checkpoints", "000004.safetensors"), "good");
        File.WriteAllText(Path.Combine(path, "checkpoints", "000008.safetensors"), "newer");
        File.WriteAllText(Path.Combine(path, "checkpoints", "latest"), "000008.safetensors\n");
        DfkException error = Assert.Throws<DfkException>(() => RunFolder.Reopen(path, 4));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("expected its newest checkpoint after 4 steps, got one after 8", error.Message, StringComparison.Ordinal);
        // One that is known to be damaged is set aside instead.
        RunFolder.Reopen(path, 4, damaged: [8]).Dispose();
        Assert.Equal(
            ["000004.safetensors", "000008.safetensors.damaged", "latest"],
            Directory.GetFiles(Path.Combine(path, "checkpoints")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("000004.safetensors\n", File.ReadAllText(Path.Combine(path, "checkpoints", "latest")));
    }

    [LinuxFact]
    public void A_full_disk_is_exit_4_and_leaves_the_old_file()
    {
        string path = _folder.File("file");
        WholeFile.Write(path, "old");
        File.CreateSymbolicLink(path + WholeFile.TemporarySuffix, "/dev/full");
        DfkException error = Assert.Throws<DfkException>(() => WholeFile.Write(path, new string('n', 100_000)));
        Assert.Equal(ExitCode.MachineLacks, error.ExitCode);
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.Equal(["file"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
        Assert.Equal("old", File.ReadAllText(path));
    }

    [Fact]
    public void Log_and_metrics_grow_by_whole_lines_while_others_read_them()
    {
        using RunFolder folder = RunFolder.Create(_folder.File("run"), "x");
        folder.Log("first\nline");
        folder.Log("second");
        string[] log = Read(folder.LogPath);
        Assert.Equal(2, log.Length);
        Assert.EndsWith("Z first line", log[0], StringComparison.Ordinal);
        folder.AppendMetrics(Step(1, 0.5));
        folder.AppendMetrics(Step(2, double.NaN));
        string[] lines = Read(Path.Combine(folder.Path, "metrics.jsonl"));
        Assert.Equal(2, lines.Length);
        using JsonDocument one = JsonDocument.Parse(lines[0]);
        Assert.Equal(1, one.RootElement.GetProperty("step").GetInt32());
        Assert.Equal(0.5, one.RootElement.GetProperty("losses").GetProperty("sds").GetDouble());
        Assert.Equal(0.25, one.RootElement.GetProperty("seconds").GetProperty("field").GetDouble());
        using JsonDocument two = JsonDocument.Parse(lines[1]);
        Assert.Equal("NaN", two.RootElement.GetProperty("losses").GetProperty("sds").GetString());
    }

    [Fact]
    public void Summary_configuration_and_pictures_are_written_whole()
    {
        using RunFolder folder = RunFolder.Create(_folder.File("run"), "x");
        RunSummary summary = new()
        {
            Prompt = "a \"汉堡\" hamburger",
            Seed = 3,
            Status = RunStatus.Running,
            Step = 0,
            Iters = 400,
            Started = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)),
            Versions = new Dictionary<string, string> { ["dfk"] = "0.1.0" },
            Device = "CPU",
            Model = "toybox",
            ModelHashes = new Dictionary<string, string> { ["unet/model.onnx"] = "ab" },
        };
        folder.WriteSummary(summary);
        folder.WriteSummary(summary with { Status = RunStatus.Done, Step = 400, Scores = new Dictionary<string, double> { ["views_right"] = 8 } });
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder.SummaryPath));
        JsonElement root = json.RootElement;
        Assert.Equal(("done", 400, "2026-01-02T01:04:05Z"), (root.GetProperty("status").GetString(), root.GetProperty("step").GetInt32(), root.GetProperty("started").GetString()));
        Assert.Equal("a \"汉堡\" hamburger", root.GetProperty("prompt").GetString());
        Assert.Equal(8, root.GetProperty("scores").GetProperty("views_right").GetDouble());

        folder.WriteConfiguration(new RunConfiguration { Prompt = "a pig" });
        Assert.Equal("a pig", ConfigurationFile.Read(folder.ConfigurationPath).Prompt);
        string preview = folder.PreviewPath(100);
        Assert.EndsWith("000100.png", preview, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.GetDirectoryName(preview)));
        Assert.Equal(new ushort[] { 0, 0, 0, 255, 255, 255 }, PngReader.ReadFile(folder.WriteSheet(new FloatImage(2, 1, 3, [0f, 0f, 0f, 1f, 1f, 1f]))).Samples);
        Assert.DoesNotContain(Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories), file => file.EndsWith(WholeFile.TemporarySuffix, StringComparison.Ordinal));
    }

    [Fact]
    public void Failed_write_leaves_the_old_file_and_nothing_else()
    {
        string path = _folder.File("file");
        WholeFile.Write(path, "old");
        DfkException e = Assert.Throws<DfkException>(() => WholeFile.Write(path, stream =>
        {
            stream.Write("half"u8);
            throw new IOException("No space left on device.");
        }));
        Assert.Equal(ExitCode.MachineLacks, e.ExitCode);
        Assert.Contains("No space left on device.", e.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    private static string[] Read(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(file);
        string text = reader.ReadToEnd();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return text.Split('\n')[..^1];
    }

    private static StepReport Step(int step, double sds)
    {
        return new StepReport
        {
            Step = step,
            Iters = 400,
            Scene = new SceneReport("albedo", 0.4, 30000, 0.3),
            Losses = [new("sds", sds), new("opacity", 0.1)],
            GradientNorm = 1.5,
            Timestep = 500,
            LearningRate = 1e-3,
            Seconds = [new("field", 0.25), new("guidance", 0.1)],
            MemoryBytes = 1 << 30,
        };
    }
}
