using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Configuration.Presets;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>One value given on the command line.</summary>
/// <param name="Source">What the user typed it as, for messages: <c>--set</c> or the name of an option such as <c>--iters</c>.</param>
/// <param name="Key">The option's full name, <c>group.option</c>.</param>
/// <param name="Value">The value: text for options that are text, else YAML.</param>
public sealed record ConfigurationOverride(string Source, string Key, string Value);

/// <summary>Where a configuration comes from. Precedence: preset, then file, then the values of the command line in their order.</summary>
public sealed record ConfigurationSources
{
    /// <summary>Name of the preset, or null: the file's <c>preset</c>, else <c>toybox</c>.</summary>
    public string? Preset { get; init; }

    /// <summary>Path of a YAML file, or null for none.</summary>
    public string? ConfigurationPath { get; init; }

    /// <summary>Values of the command line; later ones win.</summary>
    public IReadOnlyList<ConfigurationOverride> Overrides { get; init; } = [];

    /// <summary>Merges the sources and validates the result.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>; one message with all problems, each with its place and key.</exception>
    public RunConfiguration Resolve()
    {
        ConfigurationMapping? file = ConfigurationPath is null ? null : YamlTree.ReadFile(ConfigurationPath);
        string preset = Preset ?? PresetOf(file) ?? new RunConfiguration().Preset;
        ConfigurationOrigin presetOrigin = new($"preset {preset}", 0);
        ConfigurationMapping tree = ConfigurationBinder.Unbind(PresetCatalogue.Get(preset), presetOrigin);
        List<string> problems = [];
        if (file is not null)
        {
            tree = NemoViewPrompts.Merge(tree, file, problems);
        }

        foreach (ConfigurationOverride entry in Overrides)
        {
            if (Tree(entry, problems) is { } over)
            {
                tree = NemoViewPrompts.Merge(tree, over, problems);
            }
        }

        tree = NemoViewPrompts.Expand(tree, presetOrigin, problems);
        // --preset wins over the file's own note of the preset that it was resolved from.
        ConfigurationScalar name = new(presetOrigin, preset, Quoted: true);
        tree = tree.Merge(new ConfigurationMapping(presetOrigin, [new("preset", name)]));
        ConfigurationBinder binder = new();
        RunConfiguration configuration = (RunConfiguration)binder.Bind(typeof(RunConfiguration), tree);
        ConfigurationValidator.ThrowIfAny([.. problems, .. binder.Problems]);
        ConfigurationValidator.Validate(configuration, binder.Origins);
        return configuration;
    }

    private static string? PresetOf(ConfigurationMapping? file)
    {
        return file?.Entries.FirstOrDefault(entry => entry.Key == "preset").Value is ConfigurationScalar { IsNull: false } scalar
            ? scalar.Text
            : null;
    }

    // 'renderer.max_steps' = '64' becomes the group renderer with one entry.
    private static ConfigurationMapping? Tree(ConfigurationOverride entry, List<string> problems)
    {
        ConfigurationOrigin origin = new(entry.Source, 0);
        if (entry.Key == "preset")
        {
            problems.Add($"{origin}: preset: is chosen by --preset");
            return null;
        }

        if (NemoViewPrompts.Keys.Contains(entry.Key))
        {
            return new ConfigurationMapping(origin, [new(entry.Key, new ConfigurationScalar(origin, entry.Value, Quoted: true))]);
        }

        string[] known = [.. ConfigurationSchema.FullNames(typeof(RunConfiguration))];
        if (!known.Contains(entry.Key))
        {
            problems.Add(known.Any(name => name.StartsWith(entry.Key + ".", StringComparison.Ordinal))
                ? $"{origin}: '{entry.Key}' is a group; name one of its options, as in {known.First(name => name.StartsWith(entry.Key + ".", StringComparison.Ordinal))}=VALUE"
                : ConfigurationBinder.UnknownKey(entry.Key, origin, known));
            return null;
        }

        string[] path = entry.Key.Split('.');
        ConfigurationNode node = Value(entry, path, origin);
        for (int i = path.Length - 1; i >= 0; i--)
        {
            node = new ConfigurationMapping(origin, [new(path[i], node)]);
        }

        return (ConfigurationMapping)node;
    }

    // A text is taken as it stands: a prompt may hold colons, quotes and brackets that YAML would read.
    private static ConfigurationNode Value(ConfigurationOverride entry, string[] path, ConfigurationOrigin origin)
    {
        Type type = typeof(RunConfiguration);
        foreach (string name in path)
        {
            type = ConfigurationSchema.Options(type).Single(option => ConfigurationSchema.NameOf(option) == name).PropertyType;
        }

        if (type == typeof(string) || string.IsNullOrWhiteSpace(entry.Value))
        {
            return new ConfigurationScalar(origin, entry.Value, Quoted: type == typeof(string));
        }

        return WithoutLines(YamlTree.ReadText(entry.Value, $"{entry.Source} {entry.Key}")!, origin);
    }

    private static ConfigurationNode WithoutLines(ConfigurationNode node, ConfigurationOrigin origin)
    {
        return node switch
        {
            ConfigurationSequence s => new ConfigurationSequence(origin, [.. s.Items.Select(item => WithoutLines(item, origin))]),
            ConfigurationMapping m => new ConfigurationMapping(
                origin,
                [.. m.Entries.Select(e => KeyValuePair.Create(e.Key, WithoutLines(e.Value, origin)))]),
            _ => node with { Origin = origin },
        };
    }
}
