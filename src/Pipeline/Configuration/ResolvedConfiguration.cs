using System.Collections.Generic;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>One option after all sources were merged.</summary>
/// <param name="Name">Full name, <c>group.option</c>.</param>
/// <param name="Value">The value as YAML, on one line.</param>
/// <param name="Source">Where it was written: <c>preset NAME</c>, a file's path, one of NeMo's variants with the file that chose it, <c>--set</c> or a named option.</param>
/// <param name="Line">Line in the file from 1, or 0 where the source has no lines.</param>
public sealed record ResolvedOption(string Name, string Value, string Source, int Line);

/// <summary>A configuration with where its values came from.</summary>
/// <param name="Configuration">The options.</param>
/// <param name="Options">The same, in the order of <c>config.yaml</c>.</param>
/// <param name="Notes">What the user should know: what became of variants and of a model's key, which keys mean nothing here.</param>
public sealed record ResolvedConfiguration(RunConfiguration Configuration, IReadOnlyList<ResolvedOption> Options, IReadOnlyList<string> Notes)
{
    /// <summary>Choices of the preset's source that it does not follow.</summary>
    public IReadOnlyList<string> PresetNotes { get; init; } = [];

    /// <summary>Whether the file was written in NeMo's way.</summary>
    public bool IsFromNemo { get; init; }
}
