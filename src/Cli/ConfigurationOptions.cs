using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;

namespace DreamFusion.Cli;

/// <summary>The options that say where a configuration comes from; <c>dfk train</c> and <c>dfk config show</c> share them.</summary>
internal sealed class ConfigurationOptions
{
    private const string Optimized = "stable-dreamfusion";

    private readonly Option<string?> _model = new("--model") { Description = "Diffusion prior: 'toybox', a folder in the diffusers ONNX layout, or a .safetensors checkpoint of Stable Diffusion 1.x or 2.x, which is imported first. [default: toybox]", HelpName = "dir|file" };
    private readonly Option<string?> _preset = new("--preset") { Description = "Built-in configuration: " + string.Join(", ", PresetCatalogue.Names) + ". [default: toybox with the embedded prior, else stable-dreamfusion]", HelpName = "name" };
    private readonly Option<bool> _optimized = new("-O") { Description = "The same as --preset stable-dreamfusion." };
    private readonly Option<string?> _config = new("--config") { Description = "Configuration file (YAML): a run's config.yaml, your own, or one of NeMo's DreamFusion.", HelpName = "file" };
    private readonly Option<string[]> _set = new("--set") { Description = "One option of the configuration, such as nerf.bound=1.2. Repeatable.", HelpName = "key=value", Arity = ArgumentArity.OneOrMore };

    /// <summary>The options in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_model, _preset, _optimized, _config, _set];

    /// <summary>Preset, file, and the values given by <c>--set</c> and <c>--model</c>.</summary>
    public ConfigurationSources Sources(ParseResult parse)
    {
        return new ConfigurationSources
        {
            Preset = parse.GetValue(_optimized) ? Optimized : parse.GetValue(_preset),
            ConfigurationPath = parse.GetValue(_config),
            Overrides = Overrides(parse),
        };
    }

    /// <summary>The values given by <c>--set</c>, in their order, then <c>--model</c>.</summary>
    public IReadOnlyList<ConfigurationOverride> Overrides(ParseResult parse)
    {
        List<ConfigurationOverride> overrides = [];
        foreach (string entry in parse.GetValue(_set) ?? [])
        {
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            overrides.Add(new ConfigurationOverride("--set", entry[..equals], entry[(equals + 1)..]));
        }

        if (parse.GetValue(_model) is { } model)
        {
            overrides.Add(new ConfigurationOverride("--model", "model", model));
        }

        return overrides;
    }

    /// <summary>Whether a file or a <c>--set</c> may give the prompt.</summary>
    public bool MayGivePrompt(CommandResult result)
    {
        return Tokens(result, _config).Length > 0 || Tokens(result, _set).Any(entry => entry.StartsWith("prompt=", StringComparison.Ordinal));
    }

    /// <summary>Whatever the parser cannot know about the shape of these options.</summary>
    public void Validate(CommandResult result)
    {
        foreach (string entry in Tokens(result, _set).Where(entry => entry.IndexOf('=', StringComparison.Ordinal) < 1))
        {
            result.AddError($"--set: expected key=value, got '{entry}'.");
        }

        if (result.GetResult(_optimized) is { Implicit: false } && Tokens(result, _preset) is [{ } preset] && preset != Optimized)
        {
            result.AddError($"-O means --preset {Optimized}, and --preset {preset} is given beside it; keep one of them.");
        }
    }

    private static string[] Tokens(CommandResult result, Option option)
    {
        return [.. result.GetResult(option)?.Tokens.Select(token => token.Value) ?? []];
    }
}
