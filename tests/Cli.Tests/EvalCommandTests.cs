using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using Xunit;

namespace DreamFusion.Cli.Tests;

/// <summary><c>dfk eval</c> on a set of two prompts of two training steps each: blobs, but whole runs.</summary>
public sealed class EvalCommandTests : IClassFixture<EvalCommandTests.TrainedSet>
{
    private static readonly string _clip = Path.Combine(AppContext.BaseDirectory, "models", "toybox", "clip");
    private readonly TrainedSet _set;

    public EvalCommandTests(TrainedSet set) => _set = set;

    [Fact]
    public void A_set_is_trained_once_and_scored_by_the_priors_own_judge()
    {
        Assert.True(_set.First.ExitCode == 0, _set.First.Error);
        Assert.Contains("## Judge: clip/ of the embedded prior, 64x64", _set.First.Output, StringComparison.Ordinal);
        Assert.Equal(_set.First.Output, File.ReadAllText(_set.Markdown));
        Assert.Contains("| a hamburger | 1 |", _set.First.Output, StringComparison.Ordinal);
        Assert.Contains("| **mean of 2** | 2 |", _set.First.Output, StringComparison.Ordinal);

        string run = Path.Combine(_set.Out, "a-red-car-0", "run.json");
        DateTime written = File.GetLastWriteTimeUtc(run);
        DfkResult again = _set.Run();
        Assert.Equal((0, _set.First.Output), (again.ExitCode, again.Output));
        Assert.Equal(written, File.GetLastWriteTimeUtc(run));
    }

    [Fact]
    public void A_checkpoint_is_imported_first_and_that_is_said()
    {
        string checkpoint = _set.File("pickle.safetensors"), prompts = _set.File("checkpoint-prompts.txt");
        File.WriteAllBytes(checkpoint, [0x50, 0x4B, 3, 4, 0, 0, 8, 8, 0, 0, 0, 0]);
        File.WriteAllText(prompts, "a hamburger\n");
        DfkResult result = Dfk.Run("eval", "--prompts", prompts, "--out", _set.File("checkpoint-runs"), "--model", checkpoint);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("pickle.safetensors is a checkpoint: it is imported into the cache", result.Error, StringComparison.Ordinal);
        Assert.Contains("pickle (PyTorch)", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_set.File("checkpoint-runs")));
    }

    [Fact]
    public void Runs_captions_and_several_judges_make_json()
    {
        string captions = _set.File("captions.txt");
        File.WriteAllText(captions, "a hamburger\na cloud\na stone\n");
        DfkResult result = Dfk.Run("eval", Path.Combine(_set.Out, "a-hamburger-0"), Path.Combine(_set.Out, "a-red-car-0"), "--captions", captions, "--clip", _clip, "--clip", _clip, "--json", "--quiet");
        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement[] judges = [.. json.RootElement.GetProperty("judges").EnumerateArray()];
        Assert.Equal(2, judges.Length);
        foreach (JsonElement judge in judges)
        {
            Assert.Equal((3, 3, true), (judge.GetProperty("captions").GetInt32(), judge.GetProperty("captions_without_colour").GetInt32(), judge.GetProperty("of_embedded_prior").GetBoolean()));
            JsonElement runs = judge.GetProperty("runs");
            Assert.Equal(2, runs.GetProperty("colour_retrieval").GetProperty("prompts").GetInt32());
            JsonElement[] objects = [.. runs.GetProperty("objects").EnumerateArray()];
            Assert.Equal(["a hamburger", "a red car"], objects.Select(o => o.GetProperty("prompt").GetString()));
            Assert.All(objects, o => Assert.Equal((8, 8), (o.GetProperty("colour_views_right").GetArrayLength(), o.GetProperty("geometry_views_right").GetArrayLength())));
        }
    }

    [Fact]
    public void Pictures_are_a_row_and_need_no_run()
    {
        string pictures = Path.Combine(_set.Out, "a-hamburger-0");
        string list = Path.Combine(pictures, "captions.tsv");
        File.WriteAllText(list, "file\tcaption\nsheet.png\ta hamburger\n");
        DfkResult result = Dfk.Run("eval", "--images", pictures, "--quiet");
        File.Delete(list);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("| **pictures in a-hamburger-0, 1 captions** | 1 |", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--clip")]
    [InlineData("--images")]
    [InlineData("--captions")]
    [InlineData("--labelled")]
    public void What_is_not_there_is_bad_input(string option)
    {
        DfkResult result = Dfk.Run("eval", Path.Combine(_set.Out, "a-hamburger-0"), option, _set.File("nothing"));
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("nothing", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("runs/x", "--seeds", "1")]
    [InlineData("--prompts", "x.txt", "--seeds", "1,-2")]
    [InlineData("runs/x", "--preset", "draft")]
    [InlineData("runs/x", "--threads", "-1")]
    public void Wrong_usage_is_exit_code_2(params string[] arguments) => Assert.Equal(2, Dfk.Run(["eval", .. arguments]).ExitCode);

    [Fact]
    public void A_run_that_is_none_is_bad_input() => Assert.Equal(3, Dfk.Run("eval", _set.File("nothing")).ExitCode);

    [Fact]
    public void What_is_wrong_with_a_later_word_is_said_before_the_first_is_scored()
    {
        string good = Path.Combine(_set.Out, "a-red-car-0");
        DfkResult result = Dfk.Run("eval", good, _set.File("nothing"));
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("got nothing of that name", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("colour", result.Error, StringComparison.Ordinal);
        Directory.CreateDirectory(_set.File("plain"));
        File.WriteAllText(_set.File("plain/captions.tsv"), "file\tcaption\na.png\ta ball\n");
        result = Dfk.Run("eval", good, "--labelled", _set.File("plain"));
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("expected a column 'view'", result.Error, StringComparison.Ordinal);
    }

    public sealed class TrainedSet : IDisposable
    {
        private const int Steps = 2;
        private readonly TemporaryFolder _folder = new();

        public TrainedSet()
        {
            System.IO.File.WriteAllText(File("prompts.txt"), "a hamburger\na red car\n");
            First = Run();
        }

        public DfkResult First { get; }

        public string Out => File("set");

        public string Markdown => File("scores.md");

        public string File(string name) => Path.Combine(_folder.Path, name);

        public DfkResult Run() => Dfk.Run(
            "eval", "--prompts", File("prompts.txt"), "--out", Out, "--markdown", Markdown, "--quiet",
            "--set", "iters=" + Steps.ToString(CultureInfo.InvariantCulture), "--set", "data.test_dataset.width=32", "--set", "data.test_dataset.height=32", "--set", "data.test_dataset.size=1");

        public void Dispose() => _folder.Dispose();
    }
}
