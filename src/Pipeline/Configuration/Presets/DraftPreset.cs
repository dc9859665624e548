namespace DreamFusion.Pipeline.Configuration.Presets;

/// <summary>The embedded prior on a CPU, when a minute must do.</summary>
internal static class DraftPreset
{
    /// <summary>The preset.</summary>
    public static Preset Value { get; } = new("draft", "the embedded prior in a minute", ToyboxPreset.Value.Configuration with { Iters = 150 });
}
