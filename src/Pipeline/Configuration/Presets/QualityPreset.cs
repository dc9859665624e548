namespace DreamFusion.Pipeline.Configuration.Presets;

/// <summary>The embedded prior on a CPU, when time matters less: more steps, more samples along each ray.</summary>
internal static class QualityPreset
{
    /// <summary>The preset.</summary>
    public static Preset Value { get; } = new("quality", "the embedded prior with more time", ToyboxPreset.Value.Configuration with
    {
        Iters = 3000,
        Renderer = ToyboxPreset.Value.Configuration.Renderer with { MaxSteps = 24, SampleBudget = 524_288 },
    });
}
