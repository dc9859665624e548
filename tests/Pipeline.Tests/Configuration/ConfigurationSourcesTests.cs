using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Configuration;

public sealed class ConfigurationSourcesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dfk-configuration-").FullName;

    private static readonly ConfigurationOverride _prompt = new("<prompt>", "prompt", "a hamburger");

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Defaults_hold_the_recipe_of_the_embedded_prior()
    {
        // Origin: the score distillation settings in the model card of models/toybox.
        RunConfiguration c = new();
        Assert.Equal(10f, c.GuidanceScale);
        Assert.Equal(new Interval(0.02f, 0.98f), c.Guidance.TimestepRange);
        Assert.Equal(0.5f, c.Guidance.TimestepMaxEnd);
        Assert.Equal(1.15f, c.Nerf.Bound);
        Assert.Equal((6, 2, 8, 60), (c.Nerf.Encoder.Levels, c.Nerf.Encoder.FeaturesPerLevel, c.Nerf.Encoder.BaseResolution, c.Nerf.Encoder.DesiredResolution));
        Assert.Equal((32, 1, true), (c.Nerf.Net.NumHiddenDims, c.Nerf.Net.HiddenLayers, c.Nerf.Net.Bias));
        Assert.Equal((0.01f, 0.003f, 30, 0.6f, 0.2f), (c.Optim.EncoderLearningRate, c.Optim.LearningRate, c.Optim.WarmupSteps, c.Optim.DecayStart, c.Optim.FinalFactor));
        Assert.Equal((2e-3f, 0.05f, 0.015f, 0f), (c.Loss.Opacity, c.Loss.Entropy, c.Loss.TotalVariation, c.Loss.Orientation));
        Assert.Equal((64, 64, 0.12f), (c.Data.Train.Width, c.Data.Train.Height, c.Data.Train.OverheadRatio));
        Assert.Equal((250, 2), (c.CheckpointInterval, c.CheckpointKeep));
    }

    [Fact]
    public void Toybox_preset_differs_from_the_recipe_where_its_page_says()
    {
        // Origin: the table of docs/toybox-preset.md.
        RunConfiguration recipe = new(), c = Resolve(_prompt);
        Assert.Equal((1200, 0.99f), (c.Iters, c.EmaDecay));
        Assert.Equal(recipe.Nerf with { DensityGain = 12f, Encoder = recipe.Nerf.Encoder with { DesiredResolution = 32 } }, c.Nerf);
        Assert.Equal(recipe.Optim with { DecayStart = 0.4f, FinalFactor = 0.05f }, c.Optim);
        Assert.Equal(recipe.Loss with { Entropy = 0.15f, TotalVariation = 0.03f }, c.Loss);
        Assert.Equal(recipe.Data with { Train = recipe.Data.Train with { Width = 128, Height = 128, HalfWidthRange = new Interval(0.8f, 1.1f) } }, c.Data);
        Assert.Equal((recipe.Guidance, recipe.GuidanceScale, recipe.Material, recipe.Background), (c.Guidance, c.GuidanceScale, c.Material, c.Background));
    }

    [Fact]
    public void Written_file_reads_back_as_the_same_configuration()
    {
        RunConfiguration c = Resolve(
            _prompt with { Value = "it's \"a\": #burger, \u00e9\u4e2d\U0001F354 \\ {[&*!" },
            Set("optim.eps", "1.2345679e-17"),
            Set("seed", "4294967295"),
            Set("nerf.density_activation", "exp"),
            Set("background.base_background", "[0.1, 0.2, 1]"),
            Set("view_prompts", "[{azimuth: [-180, 180], elevation: [-90, 90], suffix: ', a: view'}]"));
        string path = Write(ConfigurationFile.Write(c));
        RunConfiguration back = ConfigurationFile.Read(path);
        Assert.Equal(ConfigurationFile.Write(c), ConfigurationFile.Write(back));
        Assert.Equal(c with { ViewPrompts = default }, back with { ViewPrompts = default });
        Assert.Equal(c.ViewPrompts.ToArray(), back.ViewPrompts.ToArray());
        Assert.Equal(1.2345679e-17f, back.Optim.Eps);
        Assert.Equal(new Rgb(0.1f, 0.2f, 1f), back.Background.BaseColour);
    }

    [Fact]
    public void Preset_is_overridden_by_the_file_and_the_file_by_the_command_line()
    {
        string path = Write("prompt: a mushroom\niters: 7\nseed: 5\nrenderer:\n  max_steps: 24\n");
        RunConfiguration c = new ConfigurationSources { ConfigurationPath = path, Overrides = [Set("iters", "9"), Set("iters", "11")] }.Resolve();
        Assert.Equal(("a mushroom", 11, 5u, 24, 96), (c.Prompt, c.Iters, c.Seed, c.Renderer.MaxSteps, c.Renderer.EvalMaxSteps));
    }

    [Fact]
    public void All_problems_of_a_file_are_named_in_one_message_with_file_line_and_nearest_key()
    {
        string path = Write("prompt: a mushroom\nitres: 7\nrenderer:\n  max_step: 24\n  grid_decay: much\nnerf: 3\ndeterministic: \"true\"\n");
        DfkException e = Assert.Throws<DfkException>(() => new ConfigurationSources { ConfigurationPath = path }.Resolve());
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Contains($"{path}, line 2: unknown option 'itres'; did you mean 'iters'?", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{path}, line 4: unknown option 'renderer.max_step'; did you mean 'renderer.max_steps'?", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{path}, line 5: renderer.grid_decay: expected a number, got 'much'", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{path}, line 6: nerf: there is no variant '3'; known are torchngp, tcnn", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{path}, line 7: deterministic: expected true or false, got 'true'", e.Message, StringComparison.Ordinal);
        Assert.StartsWith("configuration: 5 problems", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_out_of_range_are_named_together_with_their_origin()
    {
        string path = Write("prompt: a mushroom\niters: 0\nmin_ambient_ratio: 0.95\ndata:\n  train_dataset:\n    radius_range: [4, 1]\n");
        DfkException e = Assert.Throws<DfkException>(
            () => new ConfigurationSources { ConfigurationPath = path, Overrides = [Set("guidance.t_max_end", "0.99")] }.Resolve());
        Assert.Contains($"{path}, line 2: iters: expected 1 to 1000000, got 0", e.Message, StringComparison.Ordinal);
        Assert.Contains("max_ambient_ratio: expected 0.95 to 1, got 0.9", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{path}, line 6: data.train_dataset.radius_range: expected two numbers from 0 to 1000, the smaller first, got [4, 1]", e.Message, StringComparison.Ordinal);
        Assert.Contains("--set: guidance.t_max_end: expected 0.02 to 0.98, got 0.99", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NemosThreePromptsReplaceTheViewTable()
    {
        string path = Write("prompt: a mushroom\nfront_prompt: ', from the front'\nside_prompt: ', side view'\nback_prompt: ', back view'\n");
        RunConfiguration c = ConfigurationFile.Read(path);
        Assert.Equal([", from the front", ", back view", ", side view"], c.ViewPrompts.Select(row => row.Suffix));
        Assert.Equal(ViewChoice.Interpolated, c.ViewChoice);
        Assert.Equal(ConfigurationFile.Write(c), ConfigurationFile.Write(ConfigurationFile.Read(Write(ConfigurationFile.Write(c)))));
        Assert.Equal(", side view", c.ViewPrompts.First(row => row.Matches(-90, 80)).Suffix);
    }

    [Fact]
    public void NemosPromptsAndTheTableWinByOrder()
    {
        string path = Write("prompt: a mushroom\nfront_prompt: A\nview_choice: nearest\n");
        ConfigurationOverride table = Set("view_prompts", "[{suffix: ', any view'}]");
        RunConfiguration Resolved(params ConfigurationOverride[] over) => new ConfigurationSources { ConfigurationPath = path, Overrides = over }.Resolve();
        Assert.Equal(("A", ", side view", ViewChoice.Nearest), (Resolved().ViewPrompts[0].Suffix, Resolved().ViewPrompts[2].Suffix, Resolved().ViewChoice));
        Assert.Equal(("A", "S"), (Resolved(Set("side_prompt", "S")).ViewPrompts[0].Suffix, Resolved(Set("side_prompt", "S")).ViewPrompts[2].Suffix));
        Assert.Equal(", any view", Assert.Single(Resolved(table).ViewPrompts).Suffix);
        Assert.Equal([", front view", ", back view", "S"], Resolved(table, Set("side_prompt", "S")).ViewPrompts.Select(row => row.Suffix));
    }

    [Fact]
    public void NemosPromptsBesideTheTableAreAProblem()
    {
        string path = Write("prompt: a mushroom\nfront_prompt: A\nview_prompts: [{suffix: ', any view'}]\nback_prompt: [1]\n");
        DfkException e = Assert.Throws<DfkException>(() => ConfigurationFile.Read(path));
        Assert.Contains($"{path}, line 2: front_prompt: view_prompts is written beside it", e.Message, StringComparison.Ordinal);
        Assert.Contains("back_prompt: expected a text, got a list of 1", e.Message, StringComparison.Ordinal);
        Assert.Contains("view_choice: expected one of nearest, interpolated", Assert.Throws<DfkException>(() => Resolve(_prompt, Set("view_choice", "both"))).Message, StringComparison.Ordinal);
        Assert.Contains("[0].suffix: expected text without control characters", Assert.Throws<DfkException>(() => Resolve(_prompt, Set("front_prompt", "\u001b"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("renderer.max_stesp", "1", "unknown option 'renderer.max_stesp'; did you mean 'renderer.max_steps'?")]
    [InlineData("max_steps", "1", "unknown option 'max_steps'")]
    [InlineData("renderer", "1", "'renderer' is a group; name one of its options, as in renderer.grid_resolution=VALUE, or choose one of its variants: torchngp_raymarching, nerfacc")]
    [InlineData("nerf.net_cfg", "1", "'nerf.net_cfg' is a group; name one of its options, as in nerf.net_cfg.num_hidden_dims=VALUE")]
    [InlineData("seed", "[1", "--set seed, line")]
    [InlineData("iters", "", "iters: expected a whole number, got nothing")]
    [InlineData("iters", "1.5", "iters: expected a whole number, got '1.5'")]
    [InlineData("iters", "99999999999", "iters: expected a whole number")]
    [InlineData("seed", "-1", "seed: expected a whole number from 0 to 4294967295, got '-1'")]
    [InlineData("guidance_scale", "nan", "guidance_scale: expected a number, got 'nan'")]
    [InlineData("guidance_scale", "1e39", "guidance_scale: expected a number")]
    [InlineData("guidance.weighting", "sigma", "guidance.weighting: expected one of sds, uniform, fantasia3d, got 'sigma'")]
    [InlineData("optim.betas", "[0.9]", "optim.betas: expected a list of 2 or 3 numbers, got a list of 1")]
    [InlineData("optim.betas", "[0.9, 1]", "optim.betas: expected numbers from 0 to below 1, two for adam, got [0.9, 1]")]
    [InlineData("device", "gpu", "device: expected auto, cpu, cuda or cuda:N, got gpu")]
    [InlineData("prompt", "", "prompt: expected a sentence")]
    [InlineData("prompt", " \u200B\u2060", "prompt: expected a sentence")]
    [InlineData("prompt", "a\u001bb", "prompt: expected text without control characters")]
    [InlineData("view_prompts", "[]", "view_prompts: no row for azimuth -180, elevation -90")]
    [InlineData("latent_iter_ratio", "1.2", "latent_iter_ratio: expected 0 to 1, got 1.2")]
    [InlineData("ema_decay", "1", "ema_decay: expected 0 to below 1, got 1")]
    [InlineData("optim.name", "adan", "optim.betas: expected three numbers from 0 to below 1 for adan, as [0.98, 0.92, 0.99], got [0.9, 0.99]")]
    [InlineData("preset", "toybox", "is chosen by --preset")]
    [InlineData("data.train_dataset.half_width_range", "[0, 1]", "data.train_dataset.half_width_range: expected more than 0")]
    [InlineData("nerf.net_cfg.num_hidden_dims", "33", "expected a multiple of 16 from 16 to 128, got 33")]
    public void Bad_override_is_refused_by_name(string key, string value, string expected)
    {
        DfkException e = Assert.Throws<DfkException>(() => Resolve(_prompt, Set(key, value)));
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: &x 1\nb: *x\n", "anchors and aliases")]
    [InlineData("iters: 1\niters: 2\n", "'iters' is set twice")]
    [InlineData("iters: [1\n", "not valid YAML")]
    [InlineData("iters: 1\n---\niters: 2\n", "a second document")]
    [InlineData("just words\n", "expected options as 'key: value' lines")]
    [InlineData("? [a]\n: 1\n", "a key must be a plain name")]
    public void Yaml_outside_the_accepted_subset_is_refused(string text, string expected)
    {
        DfkException e = Assert.Throws<DfkException>(() => ConfigurationFile.Read(Write(text)));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_without_exhausting_the_stack()
    {
        DfkException e = Assert.Throws<DfkException>(() => ConfigurationFile.Read(Write("a: " + new string('[', 200_000))));
        Assert.Contains("levels inside each other", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_file_and_oversized_file_are_bad_input()
    {
        string missing = Path.Combine(_folder, "none.yaml");
        Assert.Contains(missing, Assert.Throws<DfkException>(() => ConfigurationFile.Read(missing)).Message, StringComparison.Ordinal);
        string large = Write(new string('#', (1 << 20) + 1));
        Assert.Contains("at most 1048576", Assert.Throws<DfkException>(() => ConfigurationFile.Read(large)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 20, ", front view")]
    [InlineData(22, 20, ", front view")]
    [InlineData(23, 20, ", front left view")]
    [InlineData(90, 20, ", left side view")]
    [InlineData(180, 20, ", back view")]
    [InlineData(-180, 20, ", back view")]
    [InlineData(-157, 20, ", back right view")]
    [InlineData(-90, -15, ", right side view")]
    [InlineData(-23, 0, ", front right view")]
    [InlineData(300, 0, ", front right view")]
    [InlineData(44, 61, ", overhead front view")]
    [InlineData(90, 85, ", overhead left view")]
    [InlineData(-136, 70, ", overhead back view")]
    [InlineData(-90, 70, ", overhead right view")]
    public void View_words_are_those_of_the_prior(float azimuth, float elevation, string suffix)
    {
        // Origin: the function `sector` of the prior's recipe, azimuth counted towards the object's left.
        Assert.Equal(suffix, ViewTables.Fine.First(row => row.Matches(azimuth, elevation)).Suffix);
    }

    private static RunConfiguration Resolve(params ConfigurationOverride[] overrides)
    {
        return new ConfigurationSources { Overrides = overrides }.Resolve();
    }

    private static ConfigurationOverride Set(string key, string value)
    {
        return new ConfigurationOverride("--set", key, value);
    }

    private string Write(string text)
    {
        string path = Path.Combine(_folder, Guid.NewGuid().ToString("N") + ".yaml");
        File.WriteAllText(path, text);
        return path;
    }
}
