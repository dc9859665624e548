using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>The YAML form of a <see cref="RunConfiguration"/>, complete: reading it back gives the same configuration.</summary>
public static class ConfigurationFile
{
    private const int OriginColumn = 48;

    /// <summary>The whole configuration as YAML, one option a line, with a line feed after each.</summary>
    public static string Write(RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Write(ConfigurationBinder.Unbind(configuration, default));
    }

    /// <summary>
    /// The options that determine what is learnt and rendered, as YAML: two runs with the same text, seed and prior give the same
    /// result. Leaves out where and how often something is written, the device, the thread count, and the prior's path.
    /// </summary>
    public static string WriteDetermining(RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Write(ConfigurationBinder.Unbind(configuration, default, determiningOnly: true));
    }

    /// <summary>The whole configuration as YAML, with a comment at each option that says where its value came from, after all notes as comments.</summary>
    public static string WriteWithOrigins(ResolvedConfiguration resolved)
    {
        ArgumentNullException.ThrowIfNull(resolved);
        Dictionary<string, ResolvedOption> options = resolved.Options.ToDictionary(option => option.Name);
        StringBuilder text = new();
        foreach (string note in resolved.Notes.Concat(resolved.PresetNotes.Select(note => $"preset {resolved.Configuration.Preset}: {note}")))
        {
            text.Append("# ").Append(note.ReplaceLineEndings(" ")).Append('\n');
        }

        List<string> path = [];
        foreach (string line in Write(resolved.Configuration).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            text.Append(line);
            if (NameOf(line, path) is { } name && options.TryGetValue(name, out ResolvedOption? option))
            {
                string origin = new ConfigurationOrigin(option.Source, option.Line).ToString();
                text.Append(' ', Math.Max(1, OriginColumn - line.Length)).Append("# ").Append(origin.ReplaceLineEndings(" "));
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Reads a configuration file over its preset (its own <c>preset</c> option, else the usual one) and validates the result.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>; one message with all problems, each with file, line and key.</exception>
    public static RunConfiguration Read(string path)
    {
        return new ConfigurationSources { ConfigurationPath = path }.Resolve();
    }

    /// <summary>Reads what <see cref="WriteDetermining"/> wrote, as it stands in a checkpoint; what it leaves out has its default.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">Where it stands, for messages.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>; one message with all problems.</exception>
    public static RunConfiguration ReadDetermining(string yaml, string source)
    {
        ConfigurationMapping read = YamlTree.ReadText(yaml, source) as ConfigurationMapping
            ?? throw new DfkException(ExitCode.BadInput, $"{source}: expected options as 'key: value' lines, got something else.");
        ConfigurationBinder binder = new();
        var configuration = (RunConfiguration)binder.Bind(typeof(RunConfiguration), ConfigurationBinder.Unbind(new RunConfiguration(), default).Merge(read));
        ConfigurationValidator.ThrowIfAny(binder.Problems);
        configuration.Validate();
        return configuration;
    }

    /// <summary>A value as YAML on one line.</summary>
    internal static string WriteValue(ConfigurationNode value)
    {
        const string Key = "x";
        ConfigurationMapping list = new(default, [new(Key, value)]);
        string text = WriteDocument(emitter => Emit(emitter, list, insideList: true));
        return text.Trim()[(Key.Length + 3)..^1].Trim();
    }

    // Full name of the option that begins on a line; null for the rows of a table. `path` holds the groups around the line before.
    private static string? NameOf(string line, List<string> path)
    {
        string trimmed = line.TrimStart(' ');
        if (trimmed.StartsWith('-'))
        {
            return null;
        }

        int depth = (line.Length - trimmed.Length) / 2;
        path.RemoveRange(depth, path.Count - depth);
        path.Add(trimmed[..trimmed.IndexOf(':', StringComparison.Ordinal)]);
        return string.Join('.', path);
    }

    private static string Write(ConfigurationMapping options) => WriteDocument(emitter => Emit(emitter, options, insideList: false));

    private static string WriteDocument(Action<Emitter> emit)
    {
        using StringWriter writer = new() { NewLine = "\n" };
        Emitter emitter = new(writer, EmitterSettings.Default.WithMaxSimpleKeyLength(128).WithBestWidth(int.MaxValue));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart());
        emit(emitter);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return writer.ToString();
    }

    // Groups are blocks; lists of numbers and rows of a table take one line each.
    private static void Emit(Emitter emitter, ConfigurationNode node, bool insideList)
    {
        switch (node)
        {
            case ConfigurationScalar scalar:
                ScalarStyle style = scalar.Quoted ? ScalarStyle.DoubleQuoted : ScalarStyle.Plain;
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, scalar.Text, style, isPlainImplicit: true, isQuotedImplicit: true));
                break;
            case ConfigurationSequence sequence:
                bool flow = insideList || sequence.Items.Count == 0 || sequence.Items[0] is ConfigurationScalar;
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, flow ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (ConfigurationNode item in sequence.Items)
                {
                    Emit(emitter, item, insideList: true);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case ConfigurationMapping mapping:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, insideList ? MappingStyle.Flow : MappingStyle.Block));
                foreach (KeyValuePair<string, ConfigurationNode> entry in mapping.Entries)
                {
                    emitter.Emit(new Scalar(entry.Key));
                    Emit(emitter, entry.Value, insideList);
                }

                emitter.Emit(new MappingEnd());
                break;
            default:
                throw new ArgumentException($"A {node.GetType().Name} has no YAML form.", nameof(node));
        }
    }
}
