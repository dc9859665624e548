using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Xunit;

namespace DreamFusion.Cli.Tests;

/// <summary><c>tools/gpu/run</c> with programs of a few lines in place of ours: states, reasons, exit codes, and what runs again when something changed.</summary>
public sealed class GpuScriptTests : IDisposable
{
    private const string Doctor = """
        #!/bin/bash
        case $1 in
            doctor) echo "cuda          $(cat "$(dirname "$0")/cuda")"; echo "guidance      $(cat "$(dirname "$0")/guidance")" ;;
            selftest) echo "checks"; exit "$(cat "$(dirname "$0")/code")" ;;
            train)
                while [ "$1" != --out ]; do shift; done
                mkdir -p "$2/checkpoints"
                echo "devices; guidance: cuda:0, deterministic compute" > "$2/log.txt"
                # A header of two bytes, which differs, and tensors.
                printf '\002\000\000\000\000\000\000\000%02d%s' $((RANDOM % 90)) "$(cat "$(dirname "$0")/tensors")" > "$2/checkpoints/000050.safetensors"
                for step in 1 2 3 4; do echo '{"seconds":{"render":0.010,"guidance":0.030},"x":1}'; done > "$2/metrics.jsonl" ;;
            models) mkdir -p "${@: -1}" ; while [ "$1" != --out ]; do shift; done; mkdir -p "$2"; touch "$2/model_index.json" ;;
        esac
        """;

    private const string Bench = """
        #!/bin/bash
        case $1 in
            first-step) echo '{"device":"cuda","exact":false,"image_relative":2e-4,"gradient_relative":3e-3,"gradient_cosine":0.99600000}' ;;
            random-checkpoint) touch "$3" ;;
        esac
        """;

    private readonly TemporaryFolder _folder = new();

    public GpuScriptTests()
    {
        Directory.CreateDirectory(Program);
        Write("dfk", Doctor);
        Write("Bench", Bench);
        Write("Bench.dll", "");
        Write("cuda", "driver for CUDA 13.0: GPU");
        Write("guidance", "cpu or cuda");
        Write("code", "0");
        Write("tensors", "same");
    }

    private string Program => _folder.File("program");

    public void Dispose() => _folder.Dispose();

    [LinuxBashFact]
    public void Every_step_that_needs_a_GPU_says_so()
    {
        Write("cuda", "none: libcuda.so.1 is not found");
        (int exit, Dictionary<string, (string State, string Text)> rows) = Run("driver,selftest,first-step-exact,train-cuda,retrieval,deterministic,kernel-times,trace,fused");
        Assert.Equal(1, exit);
        Assert.Equal(9, rows.Count);
        Assert.All(rows, row => Assert.Equal("missing", row.Value.State));
        Assert.All(rows.Where(row => row.Key != "retrieval"), row => Assert.Equal("no GPU: libcuda.so.1 is not found", row.Value.Text));
        Assert.Equal("train-cpu has no result: its training did not end", rows["retrieval"].Text);

        Write("cuda", "driver for CUDA 13.0: GPU");
        Write("guidance", "cpu; for cuda: install cuDNN 9");
        (_, rows) = Run("selftest,deterministic");
        Assert.Equal(("ok", "all green"), rows["selftest"]);
        Assert.Equal(("missing", "the guidance runs on the cpu; for cuda: install cuDNN 9"), rows["deterministic"]);
    }

    [LinuxBashFact]
    public void With_a_GPU_every_row_has_its_numbers()
    {
        (int exit, Dictionary<string, (string State, string Text)> rows) = Run("driver,first-step-exact,first-step-default,deterministic,import,trace,fused");
        Assert.True(exit == 0, string.Join('\n', rows));
        Assert.Equal("4 bytes of tensors after 50 steps, the same twice", rows["deterministic"].Text);
        Assert.Equal("40.0 ms a step, 30.0 ms of it UNet and VAE, 25.0 % neither", rows["trace"].Text);
        Assert.Equal("guidance 30.0 ms a step plain, 30.0 ms fused: 1.00 times as fast", rows["fused"].Text);
        Assert.Contains("\"image_relative\":2e-4", rows["first-step-exact"].Text, StringComparison.Ordinal);
    }

    [LinuxBashFact]
    public void What_is_wrong_fails_and_what_was_done_is_kept_as_long_as_nothing_changed()
    {
        Write("code", "1");
        Assert.Equal("FAILED", Run("selftest").Rows["selftest"].State);
        Write("code", "0");
        Assert.Equal((0, "ok"), (Run("selftest").Exit, Run("selftest").Rows["selftest"].State));
        // The row is kept: the program that would fail now is not asked.
        Write("code", "1");
        Assert.Equal(0, Run("selftest").Exit);
        Assert.Equal(1, Run("selftest", "--again", "selftest").Exit);
        Write("code", "0");
        Assert.Equal(0, Run("selftest").Exit);
        Write("code", "1");
        Assert.Equal(1, Run("selftest", "--force").Exit);
        Write("code", "0");
        Assert.Equal(0, Run("selftest").Exit);
        // Another program.
        Write("code", "1");
        Write("dfk", Doctor + "\n# another\n");
        Assert.Equal(1, Run("selftest").Exit);
    }

    [LinuxBashFact]
    public void Numbers_over_their_limit_fail()
    {
        Write("Bench", Bench.Replace("0.99600000", "0.98000000", StringComparison.Ordinal).Replace("3e-3", "3e-2", StringComparison.Ordinal));
        (_, Dictionary<string, (string State, string Text)> rows) = Run("first-step-exact,first-step-default");
        Assert.All(rows, row => Assert.Equal("FAILED", row.Value.State));
        foreach ((string half, string mean) in new[] { ("cpu", "0.80"), ("cuda", "0.74") })
        {
            Directory.CreateDirectory(_folder.File($"work/train-{half}"));
            File.WriteAllText(_folder.File($"work/train-{half}/eval.json"), $"{{ \"judges\": [ {{ \"runs\": {{ \"colour_retrieval\": {{\n \"mean\": {mean}, \"low\": 0.1 }} }} }} ] }}");
        }

        Assert.Equal(("FAILED", "exit 1: colour retrieval 80.0 % on the CPU, 74.0 % on CUDA: 6.0 points apart, at most 5 are meant"), Run("retrieval").Rows["retrieval"]);
        File.WriteAllText(_folder.File("work/train-cuda/eval.json"), "{\"colour_retrieval\":{\"mean\":0.76}}");
        Assert.Equal("ok", Run("retrieval").Rows["retrieval"].State);
    }

    [LinuxBashFact]
    public void Wrong_usage_is_exit_2()
    {
        Assert.Equal(2, Run("nonsense").Exit);
        Assert.Equal(2, Run("driver", "--device", "opencl").Exit);
        Assert.Equal(2, Run("driver", "--model", "/etc/hostname").Exit);
        File.Delete(Path.Combine(Program, "dfk"));
        Assert.Equal(2, Run("driver").Exit);
    }

    private void Write(string name, string text)
    {
        string path = Path.Combine(Program, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private (int Exit, Dictionary<string, (string State, string Text)> Rows) Run(string only, params string[] more)
    {
        string script = Path.Combine(LinuxBashFactAttribute.Repository!, "tools/gpu/run");
        ProcessStartInfo start = new("bash", [script, "--program", Program, "--bench", Program, "--work", _folder.File("work"), "--only", only, .. more])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        DfkResult result = Dfk.Wait(process);
        string table = _folder.File("work/results.tsv");
        return (
            result.ExitCode,
            !File.Exists(table) ? [] : File.ReadAllLines(table).Select(line => line.Split('\t')).Where(row => only.Split(',').Contains(row[0])).ToDictionary(row => row[0], row => (row[1], row[4])));
    }
}
