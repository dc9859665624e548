using System.Collections.Generic;

namespace DreamFusion.Pipeline.Configuration.Presets;

/// <summary>A built-in configuration.</summary>
/// <param name="Name">What <c>--preset</c> takes.</param>
/// <param name="Summary">What it is for, a few words.</param>
/// <param name="Configuration">All options.</param>
public sealed record Preset(string Name, string Summary, RunConfiguration Configuration)
{
    /// <summary>Choices of the preset's source that are not followed, one sentence each; <c>dfk config show</c> prints them.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether its values are meant for a Stable Diffusion folder rather than for the embedded prior.</summary>
    public bool IsForStableDiffusion { get; init; }
}
