using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Configuration.Nemo;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>Where a configuration comes from. Precedence: preset, then file, then the values of the command line in their order.</summary>
public sealed record ConfigurationSources
{
    private const string PresetKey = "preset";
    private const string ModelKey = "model";
    private const string ForStableDiffusion = "stable-dreamfusion";

    /// <summary>
    /// Name of the preset, or null: the file's <c>preset</c>, else <c>stable-dreamfusion</c> for a whole model of NeMo's and for any prior
    /// but the embedded one, else <c>toybox</c>.
    /// </summary>
    public string? Preset { get; init; }

    /// <summary>Path of a YAML file, this program's or NeMo's; null for none.</summary>
    public string? ConfigurationPath { get; init; }

    /// <summary>Values of the command line; later ones win.</summary>
    public IReadOnlyList<ConfigurationOverride> Overrides { get; init; } = [];

    /// <summary>Whether the prompt may be missing and the model may be one that is not there: to look at a configuration, not to train.</summary>
    public bool AllowsIncomplete { get; init; }

    /// <summary>Merges the sources and validates the result.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>; one message with all problems, each with its place and key.</exception>
    public RunConfiguration Resolve()
    {
        return ResolveWithOrigins().Configuration;
    }

    /// <summary>Merges the sources, validates the result and says where each value came from.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>; one message with all problems, each with its place and key.</exception>
    public ResolvedConfiguration ResolveWithOrigins()
    {
        List<string> problems = [];
        List<string> notes = [];
        NemoFile? file = ConfigurationPath is null ? null : NemoFile.Read(YamlTree.ReadFile(ConfigurationPath), problems, notes);
        Preset preset = FindPreset(file, problems);
        ConfigurationOrigin origin = new($"preset {preset.Name}", 0);
        ConfigurationMapping tree = Merge(preset, origin, file, problems, notes);
        ConfigurationBinder binder = new();
        RunConfiguration configuration = (RunConfiguration)binder.Bind(typeof(RunConfiguration), tree, preset.Configuration);
        problems.AddRange(binder.Problems);
        // What could not be read has the preset's value; a second complaint about it would only confuse.
        problems.AddRange(ConfigurationValidator.Check(configuration, binder.Origins, AllowsIncomplete)
            .Where(problem => !binder.Failed.Contains(problem.Name))
            .Select(problem => problem.Message));
        ConfigurationValidator.ThrowIfAny(problems);
        if (preset.IsForStableDiffusion && ModelLocator.IsToybox(configuration.Model))
        {
            notes.Add($"preset {preset.Name} is made for Stable Diffusion (--model DIR); --preset toybox is what suits the embedded prior.");
        }

        IEnumerable<ResolvedOption> options = Options(ConfigurationBinder.Unbind(configuration, default), "", binder.Origins);
        return new ResolvedConfiguration(configuration, [.. options], [.. notes.Distinct()])
        {
            PresetNotes = preset.Notes,
            IsFromNemo = file is { IsNemo: true },
        };
    }

    private ConfigurationMapping Merge(Preset preset, ConfigurationOrigin origin, NemoFile? file, List<string> problems, List<string> notes)
    {
        ConfigurationMapping tree = ConfigurationBinder.Unbind(preset.Configuration, origin);
        tree = file is null ? tree : file.Over(tree);
        tree = Overrides.Aggregate(tree, (under, entry) => entry.Over(under, problems, notes));
        tree = file is null ? tree : NemoInterpolation.Resolve(tree, file.Around, ConfigurationPath!, problems);
        tree = NemoGuidance.Translate(tree, origin, AllowsIncomplete, problems, notes);
        tree = NemoKeys.Translate(tree, problems, notes);
        tree = NemoViewPrompts.Expand(tree, origin, problems);
        // --preset wins over the file's own note of the preset that it was resolved from.
        return tree.With(PresetKey, new ConfigurationScalar(origin, preset.Name, Quoted: true));
    }

    private Preset FindPreset(NemoFile? file, List<string> problems)
    {
        string name = Preset ?? Written(file?.Own, PresetKey) ?? Usual(file);
        if (!PresetCatalogue.Names.Contains(name))
        {
            problems.Add(PresetCatalogue.Missing(name));
            name = Usual(file);
        }

        return PresetCatalogue.Find(name);
    }

    private string Usual(NemoFile? file)
    {
        string model = Overrides.LastOrDefault(entry => entry.Key == ModelKey)?.Value ?? Written(file?.Own, ModelKey) ?? (file is null ? null : NemoGuidance.ModelOf(file.Own)) ?? ModelLocator.Toybox;
        return file is { IsWholeModel: true } || !ModelLocator.IsToybox(model) ? ForStableDiffusion : new RunConfiguration().Preset;
    }

    private static string? Written(ConfigurationMapping? options, string key)
    {
        return options?.Find(key) is ConfigurationScalar { IsNull: false } scalar ? scalar.Text : null;
    }

    // Leaf by leaf of the bound configuration: a group that is null is one option.
    private static IEnumerable<ResolvedOption> Options(ConfigurationMapping group, string prefix, IReadOnlyDictionary<string, ConfigurationOrigin> origins)
    {
        foreach ((string key, ConfigurationNode value) in group.Entries)
        {
            string name = prefix + key;
            if (value is ConfigurationMapping inner)
            {
                foreach (ResolvedOption option in Options(inner, name + ".", origins))
                {
                    yield return option;
                }
            }
            else
            {
                // A group that a source wrote in part has the rest from the record's defaults.
                ConfigurationOrigin origin = origins.GetValueOrDefault(name, new ConfigurationOrigin("default", 0));
                yield return new ResolvedOption(name, ConfigurationFile.WriteValue(value), origin.Source, origin.Line);
            }
        }
    }
}
