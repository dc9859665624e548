namespace DreamFusion.Pipeline.Configuration.Presets;

/// <summary>The embedded prior on a CPU; its values are the defaults of the configuration's records.</summary>
internal static class ToyboxPreset
{
    /// <summary>The preset.</summary>
    public static Preset Value { get; } = new("toybox", "the embedded prior on a CPU", new RunConfiguration());
}
