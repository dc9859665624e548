using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.RandomCheckpoints;
using Xunit;

namespace DreamFusion.Cli.Tests;

public sealed class ModelsCommandTests
{
    private static string ToyboxFolder { get; } = Path.Combine(AppContext.BaseDirectory, "models", "toybox");

    [Fact]
    public void Inspect_prints_what_is_in_the_toybox()
    {
        DfkResult result = Dfk.Run("models", "inspect", "toybox");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Empty(result.Error);
        string[] lines = result.Output.Split('\n', StringSplitOptions.TrimEntries);
        string[] expected =
        [
            "kind latent space, StableDiffusionPipeline",
            "image 64x64",
            "latent 4x16x16, scale 0.18215",
            "scheduler DDIMScheduler, scaled_linear beta 0.00085 to 0.012, 1000 steps, predicts epsilon (prediction_type of scheduler_config.json)",
            "tokenizer CLIP byte pairs, 2000 entries, length 24, start 1998, end 1999, padding 1999",
            "takes sample float32 [?, 4, 16, 16]",
            "timestep int64 [?]",
            "verdict ready: dfk train \"a hamburger\" --model toybox",
        ];
        string[] got = [.. lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
        Assert.All(expected, line => Assert.Contains(line, got));
        Assert.Contains(lines, line => line.EndsWith("unet/model.onnx", StringComparison.Ordinal) && line.Length > 64);
    }

    [Fact]
    public void Inspect_comes_as_json_on_request()
    {
        DfkResult result = Dfk.Run("models", "inspect", "toybox", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement root = json.RootElement;
        Assert.Equal(
            [
                "status", "problems", "notes", "folder", "kind", "pipeline", "image_size", "latent_channels", "latent_size", "scaling_factor", "scaling_factor_stated",
                "scheduler", "tokenizer", "judge", "unknown_operators", "ignored", "parts", "files",
            ],
            root.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("ok", 0, 0), (root.GetProperty("status").GetString(), root.GetProperty("problems").GetArrayLength(), root.GetProperty("unknown_operators").GetArrayLength()));
        Assert.Equal(6, root.GetProperty("parts").GetArrayLength());
        JsonElement unet = root.GetProperty("parts").EnumerateArray().Single(part => part.GetProperty("name").GetString() == "unet");
        JsonElement sample = unet.GetProperty("inputs")[0];
        Assert.Equal(("sample", "float32", JsonValueKind.Null, 4), (sample.GetProperty("name").GetString(), sample.GetProperty("type").GetString(), sample.GetProperty("shape")[0].ValueKind, sample.GetProperty("shape")[1].GetInt32()));
        Assert.All(root.GetProperty("files").EnumerateArray(), file => Assert.Equal(64, file.GetProperty("sha256").GetString()!.Length));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Inspect_names_every_defect_and_exits_3(bool asJson)
    {
        using TemporaryFolder copy = CopyOfToybox();
        File.WriteAllBytes(copy.File("unet/model.onnx"), File.ReadAllBytes(copy.File("unet/model.onnx"))[..100_000]);
        File.WriteAllBytes(copy.File("vae_decoder/model.onnx"), []);
        File.Delete(copy.File("tokenizer/merges.txt"));
        DfkResult result = Dfk.Run(asJson ? ["models", "inspect", copy.Path, "--json"] : ["models", "inspect", copy.Path]);
        Assert.True(result.ExitCode == 3, result.Error);
        string[] problems = [.. result.Error.Split('\n').Where(line => line.StartsWith("dfk: ", StringComparison.Ordinal))];
        Assert.Equal(3, problems.Length);
        string[] named = ["unet/model.onnx is not a complete", "vae_decoder/model.onnx has zero bytes", "merges.txt is missing"];
        Assert.All(named, name => Assert.Contains(problems, line => line.Replace('\\', '/').Contains(name, StringComparison.Ordinal)));
        if (asJson)
        {
            using JsonDocument json = JsonDocument.Parse(result.Output);
            Assert.Equal(("defective", 3), (json.RootElement.GetProperty("status").GetString(), json.RootElement.GetProperty("problems").GetArrayLength()));
            Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("latent_size").ValueKind);
        }
        else
        {
            Assert.Contains("cannot be used: 3 problems", result.Output, StringComparison.Ordinal);
        }
    }

    [UnixTheory]
    [InlineData("-INT")]
    public void An_interrupted_import_exits_130_and_leaves_nothing(string signal)
    {
        using TemporaryFolder work = new();
        // True size, all zeros: no disk is needed for it, and reading it takes long enough to interrupt.
        TensorSource.WriteHollow(work.File("sd15.safetensors"), RandomCheckpoint.SingleFile(StableDiffusionArchitecture.StableDiffusion1, TensorType.F16, 0));
        using Process process = Dfk.Start(work.Path, ["models", "import", "sd15.safetensors", "--out", "sd15"]);
        // The first line of progress: listening has begun.
        Assert.StartsWith("importing: ", process.StandardError.ReadLine(), StringComparison.Ordinal);
        using (Process kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        DfkResult result = Dfk.Wait(process);
        Assert.True(result.ExitCode == 130, result.Error);
        Assert.Contains("the import was interrupted; nothing is left of it.", result.Error, StringComparison.Ordinal);
        Assert.Equal(["sd15.safetensors"], Directory.EnumerateFileSystemEntries(work.Path).Select(path => Path.GetFileName(path)));
    }

    [Theory]
    [InlineData("--clip-skip", "-1")]
    [InlineData("--precision", "int8")]
    [InlineData("--prediction", "x0")]
    [InlineData("--out", "")]
    public void An_import_with_a_wrong_option_is_exit_2(string option, string value)
    {
        using TemporaryFolder work = new();
        DfkResult result = Dfk.RunIn(work.Path, option == "--out" ? ["models", "import", "a.safetensors", "--out", ""] : ["models", "import", "a.safetensors", "--out", "x", option, value]);
        Assert.True(result.ExitCode == 2, result.Error);
        Assert.Contains(value.Length > 0 ? value : option, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_diffusers_folder_or_a_file_is_no_model_yet_and_the_message_says_how_it_becomes_one()
    {
        using TemporaryFolder work = new();
        Directory.CreateDirectory(work.File("diffusers/unet"));
        File.WriteAllText(work.File("diffusers/unet/diffusion_pytorch_model.safetensors"), "");
        File.WriteAllText(work.File("file.safetensors"), "");
        foreach (string[] arguments in (string[][])[["train", "a hamburger", "--model", "diffusers"], ["models", "inspect", "diffusers"], ["models", "inspect", "file.safetensors"]])
        {
            DfkResult result = Dfk.RunIn(work.Path, arguments);
            Assert.True(result.ExitCode == 3, result.Error);
            Assert.Contains($"dfk models import {arguments[^1]} --out DIR", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Training_on_a_defective_folder_exits_3_and_leaves_nothing()
    {
        using TemporaryFolder copy = CopyOfToybox();
        using TemporaryFolder work = new();
        File.Delete(copy.File("unet/model.onnx"));
        File.WriteAllText(copy.File("scheduler/scheduler_config.json"), "");
        DfkResult result = Dfk.RunIn(work.Path, "train", "a hamburger", "--model", copy.Path, "--out", "run");
        Assert.True(result.ExitCode == 3, result.Error);
        Assert.Contains("2 problems", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(work.Path));
    }

    [Theory]
    [InlineData(3, "There is no model folder", "models", "inspect", "no-such-folder")]
    [InlineData(3, "is a file", "models", "inspect", "dfk.dll")]
    [InlineData(3, "empty name", "models", "inspect", "")]
    [InlineData(2, "Try 'dfk models inspect --help'.", "models", "inspect")]
    [InlineData(2, "Try 'dfk models --help'.", "models")]
    public void What_cannot_be_inspected_is_named(int code, string expected, params string[] arguments)
    {
        DfkResult result = Dfk.RunIn(AppContext.BaseDirectory, arguments);
        Assert.True(result.ExitCode == code, result.Error);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    private static TemporaryFolder CopyOfToybox()
    {
        TemporaryFolder copy = new();
        foreach (string file in Directory.EnumerateFiles(ToyboxFolder, "*", SearchOption.AllDirectories))
        {
            string target = copy.File(Path.GetRelativePath(ToyboxFolder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }
}
