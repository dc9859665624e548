using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using Xunit;

namespace DreamFusion.Cli.Tests;

public sealed class ConfigCommandTests : IDisposable
{
    // A whole model of NeMo's in its shortest form.
    private const string Nemo = "_target_: a.DreamFusion\nprompt: 'a hamburger'\ndefaults:\n- nerf: torchngp\n- guidance: sd_huggingface\n- _self_\niters: ${trainer.max_steps}\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Fact]
    public void Shown_configuration_says_where_values_come_from_and_is_one_itself()
    {
        File.WriteAllText(_folder.File("my.yaml"), "prompt: a mushroom\nnerf:\n  bound: 1.5\n");
        DfkResult shown = Dfk.RunIn(_folder.Path, "config", "show", "-O", "--config", "my.yaml", "--set", "nerf.bound=1.25", "--set", "seed=3");
        Assert.True(shown.ExitCode == 0, shown.Error);
        Assert.Matches("\nprompt: \"a mushroom\" +# my.yaml, line 1\n", "\n" + shown.Output);
        Assert.Matches("\n  bound: 1.25 +# --set\n", shown.Output);
        Assert.Matches("\niters: 10000 +# preset stable-dreamfusion\n", shown.Output);
        File.WriteAllText(_folder.File("again.yaml"), shown.Output);
        DfkResult again = Dfk.RunIn(_folder.Path, "config", "show", "--config", "again.yaml", "--json");
        Assert.True(again.ExitCode == 0, again.Error);
        using JsonDocument json = JsonDocument.Parse(again.Output);
        JsonElement bound = json.RootElement.GetProperty("options").EnumerateArray().Single(option => option.GetProperty("name").GetString() == "nerf.bound");
        Assert.Equal(("1.25", "again.yaml"), (bound.GetProperty("value").GetString(), bound.GetProperty("source").GetString()));
        Assert.True(bound.GetProperty("line").GetInt32() > 1);
    }

    [Fact]
    public void Import_prints_or_writes_this_programs_yaml_with_the_differences()
    {
        File.WriteAllText(_folder.File("nemo.yaml"), Nemo);
        DfkResult printed = Dfk.RunIn(_folder.Path, "config", "import", "nemo.yaml");
        Assert.True(printed.ExitCode == 0, printed.Error);
        Assert.StartsWith("# nemo.yaml of NeMo's, imported. What differs in meaning:\n# - ", printed.Output, StringComparison.Ordinal);
        Assert.Contains("\niters: 10000\n", printed.Output, StringComparison.Ordinal);
        DfkResult written = Dfk.RunIn(_folder.Path, "config", "import", "nemo.yaml", "--out", "ours.yaml");
        Assert.True(written.ExitCode == 0, written.Error);
        Assert.Equal(printed.Output, File.ReadAllText(_folder.File("ours.yaml")));
        Assert.Contains("handedness: ", written.Output, StringComparison.Ordinal);
        DfkResult unplaced = Dfk.RunIn(_folder.Path, "config", "import", "nemo.yaml", "--out", "none/ours.yaml");
        Assert.True(unplaced.ExitCode is 3 or 4, unplaced.Error);
    }

    [Theory]
    [InlineData(2, "-O means --preset stable-dreamfusion", "train", "a hamburger", "-O", "--preset", "toybox")]
    [InlineData(2, "--set: expected key=value, got 'x'", "config", "show", "--set", "x")]
    [InlineData(3, "'stabilityai/stable-diffusion-2-1-base' is no folder here", "train", "--config", "nemo.yaml")]
    [InlineData(3, "this one is the program's own already", "config", "import", "my.yaml")]
    [InlineData(3, "preset 'x' does not exist", "config", "show", "--preset", "x")]
    public void What_cannot_be_done_is_said(int exitCode, string expected, params string[] arguments)
    {
        File.WriteAllText(_folder.File("nemo.yaml"), Nemo);
        File.WriteAllText(_folder.File("my.yaml"), "prompt: a mushroom\n");
        DfkResult result = Dfk.RunIn(_folder.Path, arguments);
        Assert.True(result.ExitCode == exitCode, result.Error);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_of_stable_dreamfusion_trains_with_its_preset()
    {
        // One step of a small picture with few cells; the line itself is `--text "a hamburger" --workspace trial -O`.
        string[] small =
        [
            "--iters", "1", "--size", "16x16", "--no-video", "--no-mesh", "--set", "nerf.encoder_cfg.log2_hashmap_size=10", "--set", "renderer.grid_resolution=16", "--set", "renderer.max_steps=64",
            "--set", "renderer.eval_max_steps=16", "--set", "data.test_dataset.width=16", "--set", "data.test_dataset.height=16", "--set", "data.test_dataset.size=1", "--deterministic",
        ];
        DfkResult result = Dfk.RunIn(_folder.Path, ["train", "--text", "a hamburger", "--workspace", "trial", "-O", .. small]);
        Assert.True(result.ExitCode == 0, result.Error);
        string configuration = File.ReadAllText(_folder.File("trial/config.yaml"));
        Assert.Contains("preset: \"stable-dreamfusion\"\n", configuration, StringComparison.Ordinal);
        Assert.Contains("deterministic: true\n", configuration, StringComparison.Ordinal);
        Assert.Contains("guidance_scale: 100\n", configuration, StringComparison.Ordinal);
    }
}
