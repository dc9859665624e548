using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>
/// The options <c>front_prompt</c>, <c>side_prompt</c> and <c>back_prompt</c> of NeMo's YAML. They are another way to write
/// <c>view_prompts</c>: three rows without an overhead view, and, unless <c>view_choice</c> is written too, interpolated.
/// Whichever of the two ways is written last wins; the resolved configuration holds only <c>view_prompts</c>.
/// </summary>
internal static class NemoViewPrompts
{
    private const string Table = "view_prompts";
    private const string Choice = "view_choice";

    // The first row that matches is taken, so the side is what front and back leave.
    private static readonly (string Key, string Usual, Interval Azimuth)[] _rows =
    [
        ("front_prompt", ", front view", new Interval(-45, 45)),
        ("back_prompt", ", back view", new Interval(135, 225)),
        ("side_prompt", ", side view", new Interval(-180, 180)),
    ];

    /// <summary>The names of the three options.</summary>
    public static IEnumerable<string> Keys => _rows.Select(row => row.Key);

    /// <summary>Merges one source over another; a table replaces words that were written before it.</summary>
    public static ConfigurationMapping Merge(ConfigurationMapping tree, ConfigurationMapping over, List<string> problems)
    {
        if (over.Find(Table) is null)
        {
            return tree.Merge(over);
        }

        if (Keys.FirstOrDefault(key => over.Find(key) is not null) is string both)
        {
            problems.Add($"{over.Find(both)!.Origin}: {both}: {Table} is written beside it; keep one of them");
        }

        return tree.Without(Keys).Merge(over);
    }

    /// <summary>Writes the three options as the table that they mean, if any of them is there.</summary>
    /// <param name="tree">All sources merged.</param>
    /// <param name="preset">Origin of the preset's values: those do not count as written.</param>
    /// <param name="problems">Added to.</param>
    public static ConfigurationMapping Expand(ConfigurationMapping tree, ConfigurationOrigin preset, List<string> problems)
    {
        if (Keys.Select(key => tree.Find(key)).FirstOrDefault(node => node is not null) is not { Origin: var origin })
        {
            return tree;
        }

        List<ConfigurationNode> rows = [];
        foreach ((string key, string usual, Interval azimuth) in _rows)
        {
            ConfigurationNode? node = tree.Find(key);
            if (node is not null and not ConfigurationScalar)
            {
                problems.Add($"{node.Origin}: {key}: expected a text, got {node.Describe()}");
            }

            string suffix = node is ConfigurationScalar scalar ? scalar.IsNull ? "" : scalar.Text : usual;
            rows.Add(ConfigurationBinder.Unbind(new ViewPrompt { Azimuth = azimuth, Suffix = suffix }, node?.Origin ?? origin));
        }

        List<KeyValuePair<string, ConfigurationNode>> entries = [new(Table, new ConfigurationSequence(origin, rows))];
        if (tree.Find(Choice)?.Origin == preset)
        {
            entries.Add(new(Choice, new ConfigurationScalar(origin, ConfigurationSchema.NameOf(typeof(ViewChoice).GetField(nameof(ViewChoice.Interpolated))!), Quoted: false)));
        }

        return tree.Without(Keys).Merge(new ConfigurationMapping(origin, entries));
    }
}
