using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using DreamFusion.Pipeline.Runs;
using Xunit;

namespace DreamFusion.Cli.Tests;

public sealed class TrainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Theory]
    [InlineData("iters: 0", "--config FILE", "line 1: iters: expected 1 to 1000000, got 0")]
    [InlineData("itres: 5", "--config FILE", "line 1: unknown option 'itres'; did you mean 'iters'?")]
    [InlineData("", "--config none.yaml", "configuration none.yaml cannot be read")]
    [InlineData("", "--set nerf.bond=1", "--set: unknown option 'nerf.bond'; did you mean 'nerf.bound'?")]
    [InlineData("", "--preset toybocks", "preset 'toybocks' does not exist; this version has: toybox, draft")]
    [InlineData("", "--iters 0", "--iters: iters: expected 1 to 1000000, got 0")]
    [InlineData("", "--size 4x64", "--size: data.train_dataset.width: expected 8 to 1024, got 4")]
    [InlineData("", "--model nowhere", "nowhere")]
    public void Bad_input_exits_3_and_names_it(string yaml, string arguments, string expected)
    {
        File.WriteAllText(_folder.File("FILE"), yaml + "\n");
        DfkResult result = Train(["a hamburger", .. arguments.Split(' ')]);
        Assert.True(result.ExitCode == 3, result.Error);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("runs")), "A refused run must leave nothing behind.");
    }

    [Fact]
    public void All_problems_come_in_one_message()
    {
        DfkResult result = Train(["a hamburger", "--iters", "0", "--set", "nerf.bound=-1", "--set", "loss.lambda_tv=2000"]);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("3 problems", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\u0007b")]
    public void Prompt_without_words_exits_3(string prompt)
    {
        DfkResult result = Train([prompt]);
        Assert.True(result.ExitCode == 3, result.Error);
        Assert.Contains("prompt: expected", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Prompt_that_the_prior_does_not_know_exits_3_and_says_what_to_do()
    {
        DfkResult result = Train(["@qwertz"]);
        Assert.True(result.ExitCode == 3, result.Error);
        Assert.Contains("--anyway", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Full_output_folder_exits_3_and_is_left_alone()
    {
        Directory.CreateDirectory(_folder.File("out"));
        File.WriteAllText(_folder.File("out/mine.txt"), "x");
        DfkResult result = Train(["a hamburger", "--out", "out"]);
        Assert.True(result.ExitCode == 3, result.Error);
        Assert.Contains("holds mine.txt", result.Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(_folder.File("out")));
    }

    [Fact]
    public void Device_that_cannot_be_had_exits_4_with_the_reason()
    {
        DfkResult result = Train(["a hamburger", "--device", "cuda:1"]);
        Assert.True(result.ExitCode == 4, result.Error);
        Assert.Contains("device cuda:1: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("--device cpu", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_come_as_json_on_request()
    {
        DfkResult result = Train(["a hamburger", "--device", "cuda", "--json"]);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.Equal(("error", 4), (json.RootElement.GetProperty("status").GetString(), json.RootElement.GetProperty("exit_code").GetInt32()));
        Assert.StartsWith("dfk: device cuda", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Short_run_leaves_a_whole_run_folder_and_its_configuration_repeats_it()
    {
        DfkResult result = Train([.. Short("a hamburger", 4), "--json"]);
        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.Equal(("done", 4), (json.RootElement.GetProperty("status").GetString(), json.RootElement.GetProperty("step").GetInt32()));
        Assert.Equal(Path.Combine("runs", "a-hamburger-1"), json.RootElement.GetProperty("run").GetString());
        string run = _folder.File("runs/a-hamburger-1");
        Assert.Equal(
            [".lock", "checkpoints", "config.yaml", "log.txt", "metrics.jsonl", "previews", "run.json", "sheet.png"],
            Directory.GetFileSystemEntries(run).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(4, File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Length);
        Assert.Equal("000004.safetensors\n", File.ReadAllText(Path.Combine(run, "checkpoints", "latest")));
        using JsonDocument summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "run.json")));
        Assert.Equal("done", summary.RootElement.GetProperty("status").GetString());

        DfkResult again = Train(["--config", Path.Combine(run, "config.yaml"), "--threads", "1", "--out", "again", "--quiet"]);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Empty(again.Output);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(run, "checkpoints", "000004.safetensors")),
            File.ReadAllBytes(_folder.File("again/checkpoints/000004.safetensors")));
    }

    [Fact]
    public void Pictures_are_painted_on_request_with_seed_steps_and_size()
    {
        DfkResult result = Train(["--2d", "a hamburger", "--iters", "4", "--seed", "5", "--size", "32x32", "--json"]);
        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.Equal(("done", 4), (json.RootElement.GetProperty("status").GetString(), json.RootElement.GetProperty("step").GetInt32()));
        Assert.Contains("latent_retrieval", json.RootElement.GetProperty("scores").EnumerateObject().Select(score => score.Name));
        string run = _folder.File("runs/a-hamburger-1");
        Assert.Equal(
            [".lock", "checkpoints", "config.yaml", "log.txt", "metrics.jsonl", "run.json", "sheet.png"],
            Directory.GetFileSystemEntries(run).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string configuration = File.ReadAllText(Path.Combine(run, "config.yaml"));
        Assert.Contains("seed: 5", configuration, StringComparison.Ordinal);
        Assert.Contains("width: 32", configuration, StringComparison.Ordinal);

        DfkResult again = Train(["--config", Path.Combine(run, "config.yaml"), "--out", "again", "--quiet"]);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(run, "checkpoints", "000004.safetensors")),
            File.ReadAllBytes(_folder.File("again/checkpoints/000004.safetensors")));
    }

    [Fact]
    public void Guidance_on_cuda_by_name_is_exit_4_with_the_reason_where_there_is_none()
    {
        DfkResult result = Train(["a hamburger", "--guidance-device", "cuda", "--out", "run"]);
        Assert.True(result.ExitCode == 4, result.Error);
        Assert.Contains("guidance-device cuda: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("Use --guidance-device cpu", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("run")));
    }

    [UnixTheory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    [InlineData("-HUP")]
    public void Interrupt_saves_the_state_and_exits_130(string signal)
    {
        using Process process = Dfk.Start(_folder.Path, ["train", .. Short("a hamburger", 100_000), "--out", "run"]);
        string metrics = _folder.File("run/metrics.jsonl");
        // Signals count once the first step is done: before that there is no state to save.
        while (!process.HasExited && !(File.Exists(metrics) && new FileInfo(metrics).Length > 0))
        {
            Thread.Sleep(20);
        }

        using (Process kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        DfkResult result = Dfk.Wait(process);
        Assert.True(result.ExitCode == 130, result.Error);
        Assert.Contains("interrupted: ", result.Output, StringComparison.Ordinal);
        using JsonDocument summary = JsonDocument.Parse(File.ReadAllText(_folder.File("run/run.json")));
        Assert.Equal("interrupted", summary.RootElement.GetProperty("status").GetString());
        string latest = File.ReadAllText(_folder.File("run/checkpoints/latest")).Trim();
        Assert.True(File.Exists(_folder.File("run/checkpoints/" + latest)), latest);
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories), file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [TerminalFact]
    public void A_closed_terminal_saves_the_state()
    {
        using (Process terminal = Dfk.StartOnTerminal(_folder.Path, ["train", .. Short("a hamburger", 100_000), "--out", "run"]))
        {
            string metrics = _folder.File("run/metrics.jsonl");
            // As above: only a done step leaves a state to save.
            while (!terminal.HasExited && !(File.Exists(metrics) && new FileInfo(metrics).Length > 0))
            {
                Thread.Sleep(20);
            }

            // The terminal goes without a word: dfk is hung up and every further write to it fails.
            terminal.Kill();
            terminal.WaitForExit();
        }

        // dfk is nobody's child any more, so its end cannot be waited for; its record says it.
        Stopwatch waited = Stopwatch.StartNew();
        while (RunFinder.Summary(_folder.File("run")) is { Status: RunStatus.Running } && waited.Elapsed < TimeSpan.FromMinutes(2))
        {
            Thread.Sleep(50);
        }

        Assert.Equal(RunStatus.Interrupted, RunFinder.Summary(_folder.File("run"))!.Status);
        string latest = File.ReadAllText(_folder.File("run/checkpoints/latest")).Trim();
        Assert.True(File.Exists(_folder.File("run/checkpoints/" + latest)), latest);
    }

    [UnixTheory]
    [InlineData("-INT")]
    public void Interrupted_run_goes_on_by_the_command_it_prints(string signal)
    {
        const int Iters = 120;
        using (Process process = Dfk.Start(_folder.Path, ["train", .. Short("a hamburger", Iters)]))
        {
            string metrics = _folder.File("runs/a-hamburger-1/metrics.jsonl");
            // Often, to be well before the last step.
            while (!process.HasExited && !(File.Exists(metrics) && new FileInfo(metrics).Length > 0))
            {
                Thread.Sleep(5);
            }

            using (Process kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                kill.WaitForExit();
            }

            DfkResult stopped = Dfk.Wait(process);
            Assert.True(stopped.ExitCode == 130, stopped.Error);
            Assert.Contains("to go on              dfk train --resume=runs/a-hamburger-1\n", stopped.Output, StringComparison.Ordinal);
        }

        // The word behind the bare option is the prompt, and the run's configuration comes along.
        DfkResult other = Train(["--resume", "a hamburger", "--seed", "3"]);
        Assert.True(other.ExitCode == 3, other.Error);
        Assert.Contains("seed: the checkpoint has 0, this run 3", other.Error, StringComparison.Ordinal);
        DfkResult resumed = Train(["--resume", "a hamburger", "--json"]);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        using JsonDocument json = JsonDocument.Parse(resumed.Output);
        Assert.Equal(Iters, json.RootElement.GetProperty("step").GetInt32());
        Assert.InRange(json.RootElement.GetProperty("first_step").GetInt32(), 1, Iters - 1);
        Assert.Equal(Path.Combine("runs", "a-hamburger-1"), json.RootElement.GetProperty("run").GetString());

        DfkResult done = Train(["--resume=runs/a-hamburger-1"]);
        Assert.True(done.ExitCode == 0, done.Error);
        Assert.Contains("the run in runs/a-hamburger-1 is done, all 120 steps", done.Output + done.Error, StringComparison.Ordinal);

        DfkResult whole = Train([.. Short("a hamburger", Iters), "--out", "whole", "--quiet"]);
        Assert.True(whole.ExitCode == 0, whole.Error);
        Assert.Equal(File.ReadAllBytes(_folder.File("whole/checkpoints/000120.safetensors")), File.ReadAllBytes(_folder.File("runs/a-hamburger-1/checkpoints/000120.safetensors")));
        Assert.Equal(File.ReadAllBytes(_folder.File("whole/sheet.png")), File.ReadAllBytes(_folder.File("runs/a-hamburger-1/sheet.png")));
    }

    [Theory]
    [InlineData(2, "expected a prompt", "--resume")]
    [InlineData(2, "the run folder is given twice", "--resume=a", "--out", "b")]
    [InlineData(2, "--resume makes no sense with --2d", "--resume=a", "--2d")]
    [InlineData(3, "--resume=nowhere: expected the folder of a run", "--resume=nowhere")]
    public void Resume_that_cannot_be_meant_is_refused(int exitCode, string expected, params string[] arguments)
    {
        DfkResult result = Train(arguments);
        Assert.True(result.ExitCode == exitCode, result.Error);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    // The smallest run that passes through every part: two previews, a checkpoint in the middle, pictures at the end.
    private static string[] Short(string prompt, int iters)
    {
        return
        [
            prompt, "--iters", iters.ToString(CultureInfo.InvariantCulture), "--size", "16x16", "--no-video", "--no-mesh", "--preview-interval", "2", "--set", "checkpoint_interval=2", "--set", "renderer.eval_max_steps=16",
            "--set", "data.val_dataset.width=16", "--set", "data.val_dataset.height=16", "--set", "data.test_dataset.width=16", "--set", "data.test_dataset.height=16",
        ];
    }

    [Fact]
    public void A_plan_says_what_is_needed_and_trains_nothing()
    {
        DfkResult result = Train(["a hamburger", "--plan"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("training step", result.Output, StringComparison.Ordinal);
        Assert.Contains("verdict       fits", result.Output, StringComparison.Ordinal);
        Assert.Contains("released before: graphs as they are read, text encoder", result.Output, StringComparison.Ordinal);
        Assert.Contains("snapshots", result.Output, StringComparison.Ordinal);
        foreach (string card in (string[])["8 GB: fits", "11 GB: fits", "24 GB: fits"])
        {
            Assert.Contains(card, result.Output, StringComparison.Ordinal);
        }
        using var json = JsonDocument.Parse(Train(["a hamburger", "--plan", "--json"]).Output);
        Assert.True(json.RootElement.GetProperty("fits").GetBoolean());
        Assert.InRange(json.RootElement.GetProperty("memory_bytes").GetInt64(), 100_000_000, 2_000_000_000);
        using var less = JsonDocument.Parse(Train(["a hamburger", "--plan", "--json", "--no-sheet", "--no-video", "--no-mesh", "--no-scores", "--preview-interval", "0"]).Output);
        Assert.Equal(["start", "training step", "checkpoint"], less.RootElement.GetProperty("host").EnumerateArray().Select(phase => phase.GetProperty("phase").GetString()));
        Assert.True(less.RootElement.GetProperty("memory_bytes").GetInt64() < json.RootElement.GetProperty("memory_bytes").GetInt64());
        Assert.False(Directory.Exists(_folder.File("runs")), "A plan must leave nothing behind.");
    }

    [Theory]
    [InlineData("--plan")]
    [InlineData("--quiet")]
    public void A_run_that_does_not_fit_exits_4_with_a_smaller_setting(string option)
    {
        DfkResult result = Train(["a hamburger", option, "--set", "data.test_dataset.size=1000", "--set", "data.test_dataset.width=4096", "--set", "data.test_dataset.height=4096"]);
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("disk: this run writes about", result.Error, StringComparison.Ordinal);
        Assert.Contains("--set data.test_dataset", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("runs")), "A refused run must leave nothing behind.");
    }

    // What ends without a way out is in docs/errors.md; here the way out is taken.
    [Fact]
    public void A_run_that_does_not_move_is_rolled_back_says_so_and_is_done()
    {
        string[] still = [.. new[] { "optim.lr", "optim.encoder_lr", "optim.background_lr" }.SelectMany(rate => (string[])["--set", rate + "=1e-20"])];
        DfkResult result = Train([.. Short("a hamburger", 24), "--no-sheet", "--no-scores", "--out", "run", "--set", "watchdog.patience=4", "--set", "watchdog.warmup_steps=0", "--set", "watchdog.warmup_ratio=1", .. still]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("step 4: frozen: the field is frozen", result.Error + result.Output, StringComparison.Ordinal);
        // Ten steps with those that were given up.
        Assert.Contains("18 steps at ", File.ReadAllText(_folder.File("run/log.txt")), StringComparison.Ordinal);
        Assert.Contains(" to go: ", result.Error + result.Output, StringComparison.Ordinal);
        using var run = JsonDocument.Parse(File.ReadAllText(_folder.File("run/run.json")));
        JsonElement recovery = Assert.Single(run.RootElement.GetProperty("recoveries").EnumerateArray().ToArray());
        Assert.Equal(("frozen", 4, 0), (recovery.GetProperty("symptom").GetString(), recovery.GetProperty("at_step").GetInt32(), recovery.GetProperty("back_to").GetInt32()));
        Assert.Equal("done", run.RootElement.GetProperty("status").GetString());
    }

    private DfkResult Train(string[] arguments)
    {
        return Dfk.RunIn(_folder.Path, ["train", .. arguments]);
    }
}
