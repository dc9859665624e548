using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Configuration.Nemo;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>One value given on the command line.</summary>
/// <param name="Source">What the user typed it as, for messages: <c>--set</c> or the name of an option such as <c>--iters</c>.</param>
/// <param name="Key">The option's full name, <c>group.option</c>.</param>
/// <param name="Value">The value: text for options that are text, else YAML.</param>
public sealed record ConfigurationOverride(string Source, string Key, string Value)
{
    private ConfigurationOrigin Origin => new(Source, 0);

    /// <summary>Puts the value over a tree of options; adds a problem instead if that cannot be done.</summary>
    internal ConfigurationMapping Over(ConfigurationMapping tree, List<string> problems, List<string> notes)
    {
        // A group by its name chooses one of NeMo's variants, as on Hydra's command line.
        if (NemoVariants.Find(Key, Value) is not null)
        {
            return NemoFile.Choose(Key, Value, Origin, problems, notes) is { } group ? tree.With(Key, group) : tree;
        }

        return Tree(problems) is { } over ? NemoViewPrompts.Merge(LensRanges.Yield(tree, over), over, problems) : tree;
    }

    // 'renderer.max_steps' = '64' becomes the group renderer with one entry.
    private ConfigurationMapping? Tree(List<string> problems)
    {
        if (Key == "preset")
        {
            problems.Add($"{Origin}: preset: is chosen by --preset");
            return null;
        }

        if (NemoViewPrompts.Keys.Contains(Key))
        {
            return new ConfigurationMapping(Origin, [new(Key, new ConfigurationScalar(Origin, Value, Quoted: true))]);
        }

        string[] known = [.. ConfigurationSchema.FullNames(typeof(RunConfiguration))];
        if (!known.Contains(Key))
        {
            string variants = NemoVariants.Groups.Contains(Key) ? $", or choose one of its variants: {string.Join(", ", NemoVariants.Names(Key))}" : "";
            string? option = Array.Find(known, name => name.StartsWith(Key + ".", StringComparison.Ordinal));
            problems.Add(option is not null
                ? $"{Origin}: '{Key}' is a group; name one of its options, as in {option}=VALUE{variants}"
                : ConfigurationBinder.UnknownKey(Key, Origin, known));
            return null;
        }

        if (Node(problems) is not { } node)
        {
            return null;
        }

        return (ConfigurationMapping)Key.Split('.').Reverse().Aggregate(node, (inner, name) => new ConfigurationMapping(Origin, [new(name, inner)]));
    }

    // A text is taken as it stands: a prompt may hold colons, quotes and brackets that YAML would read.
    private ConfigurationNode? Node(List<string> problems)
    {
        Type type = typeof(RunConfiguration);
        foreach (string name in Key.Split('.'))
        {
            type = ConfigurationSchema.Options(type).Single(option => ConfigurationSchema.NameOf(option) == name).PropertyType;
        }

        // Null alone is a document without content to the YAML reader.
        ConfigurationScalar scalar = new(Origin, Value, Quoted: type == typeof(string));
        if (type == typeof(string) || string.IsNullOrWhiteSpace(Value) || scalar.IsNull)
        {
            return scalar;
        }

        try
        {
            return WithoutLines(YamlTree.ReadText(Value, $"{Source} {Key}")!, Origin);
        }
        catch (DfkException e)
        {
            // One of several problems, perhaps: they come in one message.
            problems.Add(e.Message);
            return null;
        }
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
