using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>Where a value was written.</summary>
/// <param name="Source">A file's path as the user gave it, <c>--set</c>, the name of an option, or <c>preset NAME</c>.</param>
/// <param name="Line">Line from 1, or 0 where the source has no lines.</param>
internal readonly record struct ConfigurationOrigin(string Source, int Line)
{
    public override string ToString()
    {
        return Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Source}, line {Line}") : Source;
    }
}

/// <summary>A value as written, before it has a type.</summary>
/// <param name="Origin">Where it was written.</param>
internal abstract record ConfigurationNode(ConfigurationOrigin Origin)
{
    /// <summary>What the value is, for messages.</summary>
    public abstract string Describe();
}

/// <summary>A single value.</summary>
/// <param name="Origin">Where it was written.</param>
/// <param name="Text">The text without quotes.</param>
/// <param name="Quoted">Whether it was in quotes, so that <c>"true"</c> is a string and no truth value.</param>
internal sealed record ConfigurationScalar(ConfigurationOrigin Origin, string Text, bool Quoted) : ConfigurationNode(Origin)
{
    /// <summary>Whether the value is YAML's null: empty, <c>~</c> or <c>null</c> without quotes.</summary>
    public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Describe()
    {
        const int Longest = 60;
        return IsNull ? "nothing" : "'" + (Text.Length > Longest ? Text[..Longest] + "…" : Text) + "'";
    }
}

/// <summary>A value about which a problem was found already; nothing more is said about it.</summary>
/// <param name="Origin">Where it was written.</param>
internal sealed record ConfigurationRefused(ConfigurationOrigin Origin) : ConfigurationNode(Origin)
{
    public override string Describe()
    {
        return "a value that cannot be used";
    }
}

/// <summary>A list.</summary>
/// <param name="Origin">Where it begins.</param>
/// <param name="Items">Its elements.</param>
internal sealed record ConfigurationSequence(ConfigurationOrigin Origin, IReadOnlyList<ConfigurationNode> Items) : ConfigurationNode(Origin)
{
    public override string Describe()
    {
        return string.Create(CultureInfo.InvariantCulture, $"a list of {Items.Count}");
    }
}

/// <summary>A group of options, in the order in which they were written.</summary>
/// <param name="Origin">Where it begins.</param>
/// <param name="Entries">Keys, unique, with their values.</param>
internal sealed record ConfigurationMapping(ConfigurationOrigin Origin, IReadOnlyList<KeyValuePair<string, ConfigurationNode>> Entries)
    : ConfigurationNode(Origin)
{
    public override string Describe()
    {
        return "a group of options";
    }

    /// <summary>The value of a key, or null if it is not there.</summary>
    public ConfigurationNode? Find(string key)
    {
        return Entries.FirstOrDefault(entry => entry.Key == key).Value;
    }

    /// <summary>The value at a path of keys with dots between them, or null if it is not there.</summary>
    public ConfigurationNode? FindPath(string path)
    {
        ConfigurationNode? node = this;
        foreach (string key in path.Split('.'))
        {
            node = (node as ConfigurationMapping)?.Find(key);
        }

        return node;
    }

    /// <summary>This group with one key's value replaced or added; a group is replaced as a whole.</summary>
    public ConfigurationMapping With(string key, ConfigurationNode value)
    {
        List<KeyValuePair<string, ConfigurationNode>> entries = [.. Entries];
        int at = entries.FindIndex(entry => entry.Key == key);
        if (at < 0)
        {
            entries.Add(new(key, value));
        }
        else
        {
            entries[at] = new(key, value);
        }

        return this with { Entries = entries };
    }

    /// <summary>This group without some keys.</summary>
    public ConfigurationMapping Without(params IEnumerable<string> keys)
    {
        return this with { Entries = [.. Entries.Where(entry => !keys.Contains(entry.Key))] };
    }

    /// <summary>This group without the value at a path, or as it is if there is none.</summary>
    public ConfigurationMapping WithoutPath(string path)
    {
        int dot = path.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            return Without(path);
        }

        return Find(path[..dot]) is ConfigurationMapping group ? With(path[..dot], group.WithoutPath(path[(dot + 1)..])) : this;
    }

    /// <summary>This group with the values of <paramref name="over"/> in place of its own; groups are merged, lists replaced.</summary>
    public ConfigurationMapping Merge(ConfigurationMapping over)
    {
        List<KeyValuePair<string, ConfigurationNode>> merged = [.. Entries];
        foreach ((string key, ConfigurationNode value) in over.Entries)
        {
            int at = merged.FindIndex(entry => entry.Key == key);
            if (at < 0)
            {
                merged.Add(new(key, value));
            }
            else if (merged[at].Value is ConfigurationMapping mine && value is ConfigurationMapping theirs)
            {
                merged[at] = new(key, mine.Merge(theirs));
            }
            else
            {
                merged[at] = new(key, value);
            }
        }

        return this with { Entries = merged };
    }
}
