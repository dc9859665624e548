namespace DreamFusion.Pipeline.Configuration.Presets;

/// <summary>The embedded prior on a CPU, when a minute must do: a third of the steps, at the prior's own size.</summary>
internal static class DraftPreset
{
    /// <summary>The preset.</summary>
    public static Preset Value { get; } = new("draft", "the embedded prior in a minute", ToyboxPreset.Value.Configuration with
    {
        Iters = 400,
        Data = ToyboxPreset.Value.Configuration.Data with { Train = ToyboxPreset.Value.Configuration.Data.Train with { Width = 64, Height = 64 } },
    });
}
