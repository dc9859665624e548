using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace DreamFusion.Pipeline.Configuration.Nemo;

/// <summary>
/// Values written as <c>${path}</c>: <c>${trainer.max_steps}</c> and <c>${trainer.precision}</c>, else a path in the merged
/// configuration, where NeMo's <c>model.</c> is the top level. Resolved after merging, so that a value follows what overrides its source.
/// </summary>
internal sealed partial class NemoInterpolation
{
    private const string ModelPrefix = "model.";
    private const string DefaultSteps = "10000";
    private const int LongestChain = 10;

    private readonly ConfigurationMapping _tree;
    private readonly ConfigurationMapping _around;
    private readonly string _file;
    private readonly List<string> _problems;

    private NemoInterpolation(ConfigurationMapping tree, ConfigurationMapping around, string file, List<string> problems)
    {
        _tree = tree;
        _around = around;
        _file = file;
        _problems = problems;
    }

    /// <summary>The tree without such values. Only what the file says is looked at: a prompt on the command line may hold <c>${…}</c>.</summary>
    /// <param name="tree">All sources merged.</param>
    /// <param name="around">The part of the file around the model.</param>
    /// <param name="file">The file, as origins name it.</param>
    /// <param name="problems">Added to.</param>
    public static ConfigurationMapping Resolve(ConfigurationMapping tree, ConfigurationMapping around, string file, List<string> problems)
    {
        return (ConfigurationMapping)new NemoInterpolation(tree, around, file, problems).Resolve(tree, 0);
    }

    private ConfigurationNode Resolve(ConfigurationNode node, int depth)
    {
        switch (node)
        {
            case ConfigurationMapping mapping:
                return mapping with { Entries = [.. mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key, Resolve(entry.Value, depth)))] };
            case ConfigurationSequence sequence:
                return sequence with { Items = [.. sequence.Items.Select(item => Resolve(item, depth))] };
            case ConfigurationScalar scalar when scalar.Origin.Source == _file && scalar.Text.Contains("${", StringComparison.Ordinal):
                return Follow(scalar, depth);
            default:
                return node;
        }
    }

    private ConfigurationNode Follow(ConfigurationScalar scalar, int depth)
    {
        if (Pattern().Match(scalar.Text) is not { Success: true } match)
        {
            return Refuse(scalar, "expected a whole value such as ${model.nerf.bound}; parts of a text and functions are not read");
        }

        string path = match.Groups[1].Value;
        string inner = path.StartsWith(ModelPrefix, StringComparison.Ordinal) ? path[ModelPrefix.Length..] : path;
        ConfigurationNode? found = _around.FindPath(path) ?? _tree.FindPath(inner) ?? Usual(path, scalar.Origin);
        if (found is null)
        {
            return Refuse(scalar, $"there is no '{inner}' in the merged configuration");
        }

        if (depth == LongestChain)
        {
            return Refuse(scalar, "refers to itself");
        }

        return At(scalar.Origin, Resolve(found, depth + 1));
    }

    private static ConfigurationNode At(ConfigurationOrigin origin, ConfigurationNode node) => node with { Origin = origin };

    private static ConfigurationScalar? Usual(string path, ConfigurationOrigin origin)
    {
        return path switch
        {
            "trainer.max_steps" => new(origin, DefaultSteps, Quoted: false),
            "trainer.precision" => new(origin, ConfigurationSchema.NameOf(typeof(GuidancePrecision).GetField(nameof(GuidancePrecision.Auto))!), Quoted: false),
            _ => null,
        };
    }

    private ConfigurationRefused Refuse(ConfigurationScalar scalar, string why)
    {
        _problems.Add($"{scalar.Origin}: '{scalar.Text}': {why}");
        return new ConfigurationRefused(scalar.Origin);
    }

    [GeneratedRegex(@"^\$\{([A-Za-z_][\w.]*)\}\z")]
    private static partial Regex Pattern();
}
