using System;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Guidance;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Configuration;

public sealed class PresetTests
{
    private static readonly ConfigurationOverride _prompt = new("<prompt>", "prompt", "a hamburger");

    public static TheoryData<string> Names => [.. PresetCatalogue.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_preset_is_a_valid_configuration_that_knows_its_name(string name)
    {
        RunConfiguration c = PresetCatalogue.Get(name) with { Prompt = "a hamburger" };
        c.Validate();
        Assert.Equal(name, c.Preset);
        Assert.Equal(c.Preset, new ConfigurationSources { Preset = name, Overrides = [_prompt] }.Resolve().Preset);
    }

    [Fact]
    public void Draft_and_quality_are_the_toybox_in_less_and_more_time()
    {
        RunConfiguration draft = PresetCatalogue.Get("draft"), toybox = PresetCatalogue.Get("toybox"), quality = PresetCatalogue.Get("quality");
        Assert.True(draft.Iters < toybox.Iters && toybox.Iters < quality.Iters);
        Assert.All(new[] { draft, quality }, c => Assert.Equal((toybox.Nerf, toybox.Guidance, toybox.Optim, toybox.Loss), (c.Nerf, c.Guidance, c.Optim, c.Loss)));
    }

    [Theory]
    [InlineData("toybox")]
    [InlineData("draft")]
    [InlineData("quality")]
    public void Sample_budget_holds_every_step_of_every_ray(string name)
    {
        RunConfiguration c = PresetCatalogue.Get(name);
        // A ray through the centre has max_steps samples, one more if the shift of its first one allows it.
        TrainSize size = c.Data.Train.SizeAt(0);
        Assert.True(size.Width * size.Height * (c.Renderer.MaxSteps + 1) <= c.Renderer.SampleBudget);
    }

    [Theory]
    [InlineData("toybox", "toybox")]
    [InlineData("TOYBOX", "toybox")]
    [InlineData("somewhere/else", "stable-dreamfusion")]
    public void Usual_preset_follows_the_model(string model, string preset)
    {
        Assert.Equal(preset, new ConfigurationSources { Overrides = [_prompt, new("--model", "model", model)] }.Resolve().Preset);
    }

    [Fact]
    public void Preset_for_Stable_Diffusion_with_the_embedded_prior_is_a_note()
    {
        ConfigurationSources sources = new() { Preset = "threestudio", Overrides = [_prompt] };
        Assert.Contains("preset threestudio is made for Stable Diffusion", Assert.Single(sources.ResolveWithOrigins().Notes), StringComparison.Ordinal);
        Assert.Empty((sources with { Overrides = [_prompt, new("--model", "model", "x")] }).ResolveWithOrigins().Notes);
        Assert.Empty((sources with { Preset = "quality" }).ResolveWithOrigins().Notes);
    }

    [Fact]
    public void Unknown_preset_is_one_problem_among_others()
    {
        ConfigurationSources sources = new() { Preset = "toybocks", Overrides = [_prompt, new("--set", "iters", "0"), new("--set", "sed", "1"), new("--set", "seed", "[")] };
        DfkException e = Assert.Throws<DfkException>(() => sources.Resolve());
        Assert.StartsWith("configuration: 4 problems", e.Message, StringComparison.Ordinal);
        Assert.Contains("preset 'toybocks' does not exist; this version has: toybox, draft", e.Message, StringComparison.Ordinal);
        Assert.Contains("--set: iters: expected 1 to 1000000, got 0", e.Message, StringComparison.Ordinal);
        Assert.Contains("--set: unknown option 'sed'; did you mean 'seed'?", e.Message, StringComparison.Ordinal);
        Assert.Contains("--set seed, line 2: not valid YAML", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Value_that_cannot_be_read_is_one_problem_and_no_contradiction()
    {
        // The preset's 0.1 stands in for it. With the record's default, 0.2, the 0.15 would be called out of range as well.
        ConfigurationSources sources = new()
        {
            Preset = "stable-dreamfusion",
            Overrides = [_prompt, new("--set", "min_ambient_ratio", "much"), new("--set", "max_ambient_ratio", "0.15"), new("--set", "iters", "-1")],
        };
        DfkException e = Assert.Throws<DfkException>(() => sources.Resolve());
        Assert.StartsWith("configuration: 2 problems", e.Message, StringComparison.Ordinal);
        Assert.Contains("min_ambient_ratio: expected a number, got 'much'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Origins_name_preset_file_line_and_option()
    {
        ConfigurationSources sources = new() { Preset = "threestudio", Overrides = [_prompt, new("--set", "nerf.bound", "3")] };
        ResolvedConfiguration resolved = sources.ResolveWithOrigins();
        ResolvedOption Option(string name) => resolved.Options.Single(option => option.Name == name);
        Assert.Equal(new ResolvedOption("nerf.bound", "3", "--set", 0), Option("nerf.bound"));
        Assert.Equal(new ResolvedOption("iters", "10000", "preset threestudio", 0), Option("iters"));
        Assert.Equal("\"a hamburger\"", Option("prompt").Value);
        Assert.StartsWith("[{azimuth: ", Option("view_prompts").Value, StringComparison.Ordinal);
        string text = ConfigurationFile.WriteWithOrigins(resolved);
        Assert.Matches("\n  bound: 3 +# --set\n", text);
        Assert.Matches("\niters: 10000 +# preset threestudio\n", text);
        Assert.NotEmpty(resolved.PresetNotes);
        Assert.All(resolved.PresetNotes, note => Assert.Contains(note, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Precision_that_the_graphs_do_not_have_is_a_warning_that_names_both()
    {
        Assert.Empty(GraphPrecision.Notes(GuidancePrecision.Auto, Toybox.Model));
        Assert.Empty(GraphPrecision.Notes(GuidancePrecision.Full, Toybox.Model));
        Assert.Contains(
            "guidance.precision asks for float16, but the graph of the unet has float32; the graph decides.",
            GraphPrecision.Notes(GuidancePrecision.Half, Toybox.Model));
    }
}
