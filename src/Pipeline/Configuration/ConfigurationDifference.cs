using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>What differs between two configurations, both as <see cref="ConfigurationFile.WriteDetermining"/> wrote them.</summary>
public static class ConfigurationDifference
{
    /// <summary>One sentence for each option that differs, in the order of the second one's options.</summary>
    /// <param name="first">YAML of the first.</param>
    /// <param name="firstName">What it is of, such as <c>the checkpoint</c>.</param>
    /// <param name="second">YAML of the second.</param>
    /// <param name="secondName">What it is of, such as <c>this run</c>.</param>
    public static IReadOnlyList<string> Between(string first, string firstName, string second, string secondName)
    {
        if (first == second)
        {
            return [];
        }

        Dictionary<string, string> theirs = Options(first, $"configuration of {firstName}");
        Dictionary<string, string> ours = Options(second, $"configuration of {secondName}");
        return
        [
            .. ours.Keys.Union(theirs.Keys)
                .Select(name => (Name: name, Theirs: theirs.GetValueOrDefault(name, "nothing"), Ours: ours.GetValueOrDefault(name, "nothing")))
                .Where(option => option.Theirs != option.Ours)
                .Select(option => $"{option.Name}: {firstName} has {option.Theirs}, {secondName} {option.Ours}"),
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
