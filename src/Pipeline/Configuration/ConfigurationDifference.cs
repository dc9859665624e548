using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>What differs between a checkpoint's configuration and a run's, both as <see cref="ConfigurationFile.WriteDetermining"/> wrote them.</summary>
public static class ConfigurationDifference
{
    /// <summary>One sentence for each option that differs, in the order of the run's options.</summary>
    /// <param name="checkpoint">YAML of the checkpoint.</param>
    /// <param name="run">YAML of the run.</param>
    public static IReadOnlyList<string> Between(string checkpoint, string run)
    {
        if (checkpoint == run)
        {
            return [];
        }

        Dictionary<string, string> theirs = Options(checkpoint, "the checkpoint's configuration");
        Dictionary<string, string> ours = Options(run, "the run's configuration");
        return
        [
            .. ours.Keys.Union(theirs.Keys)
                .Select(name => (Name: name, Theirs: theirs.GetValueOrDefault(name, "nothing"), Ours: ours.GetValueOrDefault(name, "nothing")))
                .Where(option => option.Theirs != option.Ours)
                .Select(option => $"{option.Name}: the checkpoint has {option.Theirs}, this run {option.Ours}"),
        ];
    }

    private static Dictionary<string, string> Options(string yaml, string source)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(YamlTree.ReadText(yaml, source) as ConfigurationMapping
            ?? throw new DfkException(ExitCode.BadInput, $"{source}: expected options as 'key: value' lines, got something else."), "", options);
        return options;
    }

    private static void Add(ConfigurationMapping group, string prefix, Dictionary<string, string> options)
    {
        foreach ((string key, ConfigurationNode value) in group.Entries)
        {
            switch (value)
            {
                case ConfigurationMapping inner:
                    Add(inner, prefix + key + ".", options);
                    break;
                case ConfigurationSequence { Items: [ConfigurationMapping, ..] } rows:
                    for (int i = 0; i < rows.Items.Count; i++)
                    {
                        Add((ConfigurationMapping)rows.Items[i], string.Create(CultureInfo.InvariantCulture, $"{prefix}{key}[{i}]."), options);
                    }

                    break;
                default:
                    options[prefix + key] = Text(value);
                    break;
            }
        }
    }

    private static string Text(ConfigurationNode value) => value switch
    {
        ConfigurationSequence list => $"[{string.Join(", ", list.Items.Select(Text))}]",
        ConfigurationScalar scalar => scalar.Quoted ? $"\"{scalar.Text}\"" : scalar.Text,
        _ => value.Describe(),
    };
}
