using System;
using System.Collections.Generic;
using System.Text;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Configuration.Nemo;

/// <summary>A configuration of NeMo's as one of this program's, with what differs in meaning.</summary>
public sealed class NemoImport
{
    private NemoImport(RunConfiguration configuration, string text, IReadOnlyList<string> differences)
    {
        Configuration = configuration;
        Text = text;
        Differences = differences;
    }

    /// <summary>The options.</summary>
    public RunConfiguration Configuration { get; }

    /// <summary>This program's YAML, with the differences as comments before it.</summary>
    public string Text { get; }

    /// <summary>What became of the file's choices, and where the same words mean something else; one sentence each.</summary>
    public IReadOnlyList<string> Differences { get; }

    /// <summary>Reads a file of NeMo's: its <c>config.yaml</c>, a whole model, or one group.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: not NeMo's, or not to be read, or with something this version does not run.</exception>
    public static NemoImport Read(string path)
    {
        ResolvedConfiguration resolved = new ConfigurationSources { ConfigurationPath = path, AllowsIncomplete = true }.ResolveWithOrigins();
        if (!resolved.IsFromNemo)
        {
            throw new DfkException(
                ExitCode.BadInput,
                $"configuration {path}: expected a file of NeMo's, with _target_, defaults or model; this one is the program's own already: dfk train --config {path}");
        }

        List<string> differences = [.. resolved.Notes, .. NemoDifferences.Of(resolved.Configuration)];
        StringBuilder text = new();
        text.Append("# ").Append(path.ReplaceLineEndings(" ")).Append(" of NeMo's, imported. What differs in meaning:\n");
        foreach (string difference in differences)
        {
            text.Append("# - ").Append(difference.ReplaceLineEndings(" ")).Append('\n');
        }

        text.Append(ConfigurationFile.Write(resolved.Configuration));
        return new NemoImport(resolved.Configuration, text.ToString(), differences);
    }

    /// <summary>Writes <see cref="Text"/> into a file, whole or not at all.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if the file cannot be written.</exception>
    public void Save(string path)
    {
        try
        {
            WholeFile.Write(path, Text);
        }
        catch (Exception e) when (e is System.IO.IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DfkException(ExitCode.BadInput, $"{path} cannot be written: {e.Message}", e);
        }
    }
}
