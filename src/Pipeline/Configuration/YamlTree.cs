using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>
/// Reads YAML into <see cref="ConfigurationNode"/>s. Stricter than YAML: one document, plain keys, no duplicate keys,
/// no anchors and aliases (which can multiply a small file without bound), at most 1 MiB, 20 levels and 10,000 values.
/// </summary>
internal static partial class YamlTree
{
    private const int MaxDepth = 20;
    private const int MaxBytes = 1 << 20;

    // Ten times what any configuration has; merging is quadratic in the number of keys.
    private const int MaxValues = 10_000;

    /// <summary>Reads a file.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: missing, too large, or not the YAML accepted here.</exception>
    public static ConfigurationMapping ReadFile(string path)
    {
        string text;
        try
        {
            using StreamReader reader = new(new MemoryStream(BoundedFile.Read(path, MaxBytes)), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
            text = reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new DfkException(ExitCode.BadInput, $"configuration {path} cannot be read: {e.Message}", e);
        }

        return ReadText(text, path) as ConfigurationMapping
            ?? throw new DfkException(ExitCode.BadInput, $"configuration {path}: expected options as 'key: value' lines, got something else.");
    }

    /// <summary>Reads a text that stands in <paramref name="source"/>; null if it holds nothing.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if it is not the YAML accepted here.</exception>
    public static ConfigurationNode? ReadText(string text, string source)
    {
        try
        {
            return Parse(text, source);
        }
        catch (YamlException) when (HydraEscape().IsMatch(text))
        {
            // NeMo's documentation writes "step\=10000" in double quotes. That is Hydra's escape and none of YAML's, so the text did not parse.
            return ReadText(HydraEscape().Replace(text, "$1="), source);
        }
        catch (YamlException e)
        {
            throw NotYaml(source, e);
        }
    }

    private static ConfigurationNode? Parse(string text, string source)
    {
        using StringReader reader = new(text);
        Parser parser = new(reader);
        try
        {
            return ReadDocument(parser, source);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // What the parser throws for some marks and half characters where it expects none.
            Mark at = parser.Current?.End ?? Mark.Empty;
            throw new YamlException(at, at, "What follows cannot be read; look for stray marks and special characters.", e);
        }
    }

    private static ConfigurationNode? ReadDocument(Parser parser, string source)
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
        {
            return new ConfigurationMapping(new(source, 1), []);
        }

        parser.Consume<DocumentStart>();
        int values = 0;
        ConfigurationNode root = ReadNode(parser, source, 0, ref values);
        parser.Consume<DocumentEnd>();
        if (!parser.Accept<StreamEnd>(out _))
        {
            throw Refuse(source, parser.Current!, "a second document begins; one is expected");
        }

        // A file of nothing but comments is an empty document, which YAML reads as null.
        return root is ConfigurationScalar { IsNull: true } ? new ConfigurationMapping(new(source, 1), []) : root;
    }

    private static DfkException NotYaml(string source, YamlException e)
    {
        return new DfkException(
            ExitCode.BadInput,
            string.Create(CultureInfo.InvariantCulture, $"{source}, line {e.Start.Line}: not valid YAML: {e.Message}"),
            e);
    }

    private static ConfigurationNode ReadNode(Parser parser, string source, int depth, ref int values)
    {
        ParsingEvent current = parser.Current ?? throw new InvalidOperationException("The YAML parser has no event.");
        ConfigurationOrigin origin = new(source, (int)current.Start.Line);
        if (current is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias)
        {
            throw Refuse(source, current, "anchors and aliases ('&', '*') are not read; write the value out");
        }

        if (++values > MaxValues)
        {
            throw Refuse(source, current, $"more than {MaxValues} values; no configuration has so many");
        }

        if (depth > MaxDepth)
        {
            throw Refuse(source, current, $"more than {MaxDepth} levels inside each other");
        }

        if (current is Scalar scalar)
        {
            parser.MoveNext();
            return new ConfigurationScalar(origin, scalar.Value, scalar.Style is not ScalarStyle.Plain);
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            List<ConfigurationNode> items = [];
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode(parser, source, depth + 1, ref values));
            }

            return new ConfigurationSequence(origin, items);
        }

        parser.Consume<MappingStart>();
        return ReadEntries(parser, origin, depth, ref values);
    }

    private static ConfigurationMapping ReadEntries(Parser parser, ConfigurationOrigin origin, int depth, ref int values)
    {
        List<KeyValuePair<string, ConfigurationNode>> entries = [];
        HashSet<string> keys = [];
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            ParsingEvent at = parser.Current!;
            if (at is not Scalar key)
            {
                throw Refuse(origin.Source, at, "a key must be a plain name");
            }

            parser.MoveNext();
            if (!keys.Add(key.Value))
            {
                throw Refuse(origin.Source, at, $"'{key.Value}' is set twice in one group");
            }

            // The line of the key is what the user looks for, also where the value begins on the next one.
            ConfigurationNode value = ReadNode(parser, origin.Source, depth + 1, ref values);
            entries.Add(new(key.Value, value with { Origin = new(origin.Source, (int)at.Start.Line) }));
        }

        return new ConfigurationMapping(origin, entries);
    }

    private static DfkException Refuse(string source, ParsingEvent at, string what)
    {
        return new DfkException(ExitCode.BadInput, string.Create(CultureInfo.InvariantCulture, $"{source}, line {at.Start.Line}: {what}."));
    }

    // A backslash before an equals sign that is not itself escaped.
    [GeneratedRegex(@"(?<!\\)((?:\\\\)*)\\=")]
    private static partial Regex HydraEscape();
}
