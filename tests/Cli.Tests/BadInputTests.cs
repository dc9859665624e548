using System;
using System.IO;
using System.Linq;
using Xunit;

namespace DreamFusion.Cli.Tests;

/// <summary>Words and paths that cannot be used: one message, the documented exit code, and nothing is made or changed.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BadInputTests()
    {
        File.WriteAllText(_folder.File("a file"), "mine");
        Directory.CreateDirectory(_folder.File("folder"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_that_was_typed_steers_the_terminal()
    {
        Refused(3, @"got '\u001B]0;owned\u0007'", "train", "a hamburger", "--set", "nerf.bound=\u001B]0;owned\u0007");
        Refused(3, @"\u202Egnp.evil", "train", "a hamburger", "--config", "\u202Egnp.evil");
        Refused(2, @"\u001B[2J", "train", "a hamburger", "--\u001B[2J");
        Refused(3, @"\u009B31m", "export", "\u009B31m");
    }

    [Fact]
    public void Names_in_any_script_are_shown_as_they_are()
    {
        Refused(3, "汉字 שלום é 🍔", "export", "汉字 שלום é 🍔");
    }

    [Fact]
    public void No_run_folder_can_be_there()
    {
        Refused(3, "got an empty one", "train", "a hamburger", "--out", "");
        Refused(3, "got a file", "train", "a hamburger", "--out", "a file");
        Refused(3, "got a file", "train", "a hamburger", "--out", "a file/run");
        Refused(3, "at most 255 bytes, got one of 300", "train", "a hamburger", "--out", new string('a', 300));
        Refused(3, "a file", "train", "--resume=a file");
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(_folder.File("link"), "nowhere");
            Refused(3, "to nowhere, which is not there", "train", "a hamburger", "--out", "link/run");
        }
    }

    [Fact]
    public void A_plan_is_refused_where_the_run_would_be()
    {
        Refused(3, "got an empty one", "train", "a hamburger", "--plan", "--out", "");
        Refused(3, "got a file", "train", "a hamburger", "--plan", "--out", "a file/run");
        Refused(3, "got one that holds", "train", "a hamburger", "--plan", "--out", ".");
    }

    [Fact]
    public void Commands_on_finished_runs_say_what_is_wrong_before_they_look_at_one()
    {
        Refused(3, "got an empty name", "render", "");
        Refused(3, "got an empty name", "export", "");
        Refused(2, "--frames: only a video has frames", "render", "folder", "--frames", "4");
        Refused(2, "--format: expected one of glb, obj, ply, got 'stl'", "export", "folder", "--format", "stl");
        Refused(2, "--out: expected a path, got ''", "render", "folder", "--out", "");
        Refused(2, "--device: expected auto, cpu, cuda or cuda:N, got 'gpu'", "export", "folder", "--device", "gpu");
        Refused(2, "Unrecognized option '--judge'", "eval", "folder", "--judge", "x");
        string[] paths = ["--prompts", "--captions", "--clip", "--images", "--labelled", "--markdown"];
        Refused(2, [.. paths.Select(option => option + ": expected a path, got nothing")], ["eval", "folder", .. paths.SelectMany(option => (string[])[option, ""])]);
        // The run is looked for first, but not read: any file is taken for a checkpoint until then.
        Refused(3, "got a file", "eval", "a file", "--markdown", "a file/tables.md");
        Refused(3, "expected the name of a file to write, got a folder's", "eval", "a file", "--markdown", "folder");
    }

    [Fact]
    public void Options_of_watchdog_and_planner_out_of_range_come_in_one_message()
    {
        (string Option, string Expected)[] wrong =
        [
            ("watchdog.enabled=maybe", "watchdog.enabled: expected true or false, got 'maybe'"),
            ("watchdog.patience=3", "watchdog.patience: expected 4 to 10000, got 3"),
            ("watchdog.warmup_steps=1e9", "watchdog.warmup_steps: expected a whole number, got '1e9'"),
            ("watchdog.warmup_ratio=NaN", "watchdog.warmup_ratio: expected a number, got 'NaN'"),
            ("watchdog.snapshot_interval=0", "watchdog.snapshot_interval: expected 1 to 1000000, got 0"),
            ("watchdog.max_recoveries=-1", "watchdog.max_recoveries: expected 0 to 20, got -1"),
            ("watchdog.patients=3", "did you mean 'watchdog.patience'?"),
            ("renderer.sample_budget=5", "renderer.sample_budget: expected 1024 to 67108864, got 5"),
        ];
        Refused(3, [.. wrong.Select(option => option.Expected)], ["train", "a hamburger", "--plan", .. wrong.SelectMany(option => (string[])["--set", option.Option])]);
    }

    [Fact]
    public void Prompts_in_files_are_checked_as_those_on_the_command_line()
    {
        File.WriteAllText(_folder.File("long.yaml"), "prompt: " + string.Concat(Enumerable.Repeat("a ", 400_000)) + "\n");
        Refused(3, "prompt: expected at most 4096 characters, got 799999", "train", "--config", "long.yaml");
        File.WriteAllText(_folder.File("half.yaml"), "prompt: \"a \\uD800 hamburger\"\n");
        Refused(3, "half.yaml, line 1: not valid YAML", "train", "--config", "half.yaml");
        File.WriteAllText(_folder.File("none.txt"), "\n  \n");
        Refused(3, "none.txt holds no prompt", "eval", "--prompts", "none.txt");
        File.WriteAllText(_folder.File("escape.txt"), "a hamburger\na \u001B[31mred\u001B[0m donut\n");
        Refused(3, "expected text without control characters", "eval", "--prompts", "escape.txt");
        File.WriteAllText(_folder.File("long.txt"), "a hamburger\n" + new string('a', 1_000_000) + "\n");
        Refused(3, "at most", "eval", "--prompts", "long.txt");
    }

    [Fact]
    public void No_configuration_is_there()
    {
        Refused(3, "It is a folder", "train", "a hamburger", "--config", "folder");
        Refused(3, "nothing.yaml", "train", "a hamburger", "--config", "nothing.yaml");
        Refused(2, "expected key=value, got '=5'", "train", "a hamburger", "--set", "=5");
        if (File.Exists("/dev/zero"))
        {
            Refused(3, "at most 1048576 are read", "train", "a hamburger", "--config", "/dev/zero");
        }
    }

    [Theory]
    [InlineData("--iters", "2147483648", "--iters: expected a whole number up to 2147483647, got '2147483648'")]
    [InlineData("--iters", "1.5", "--iters: expected a whole number")]
    [InlineData("--seed", "-1", "--seed: expected a whole number from 0 to 4294967295, got '-1'")]
    [InlineData("--guidance-scale", "", "--guidance-scale: expected a number, got ''")]
    [InlineData("--threads", "two", "--threads: expected a whole number")]
    public void A_value_that_is_no_number_is_named_in_words(string option, string value, string expected)
    {
        Refused(2, expected, "train", "a hamburger", option, value);
    }

    [Theory]
    [InlineData("--guidance-scale", "1e400")]
    [InlineData("--guidance-scale", "NaN")]
    [InlineData("--guidance-scale", "-Infinity")]
    [InlineData("--iters", "-5")]
    public void A_number_out_of_range_is_bad_input(string option, string value)
    {
        Refused(3, option, "train", "a hamburger", option, value);
    }

    private void Refused(int code, string expected, params string[] arguments) => Refused(code, [expected], arguments);

    private void Refused(int code, string[] expected, string[] arguments)
    {
        string[] before = Entries();
        DfkResult result = Dfk.RunIn(_folder.Path, arguments);
        Assert.Equal(code, result.ExitCode);
        Assert.StartsWith("dfk: ", result.Error, StringComparison.Ordinal);
        Assert.All(expected, part => Assert.Contains(part, result.Error, StringComparison.Ordinal));
        Assert.DoesNotContain(result.Error + result.Output, c => (char.IsControl(c) && c is not ('\n' or '\r' or '\t')) || c == '\u202E');
        Assert.Equal(before, Entries());
        Assert.Equal("mine", File.ReadAllText(_folder.File("a file")));
    }

    private string[] Entries() => [.. Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
