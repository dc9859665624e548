namespace DreamFusion.Pipeline.Configuration.Presets;

/// <summary>The embedded prior on a CPU, when time matters less.</summary>
internal static class QualityPreset
{
    /// <summary>The preset.</summary>
    public static Preset Value { get; } = new("quality", "the embedded prior with more time", ToyboxPreset.Value.Configuration with { Iters = 1000 });
}
