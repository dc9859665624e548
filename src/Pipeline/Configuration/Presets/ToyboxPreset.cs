namespace DreamFusion.Pipeline.Configuration.Presets;

/// <summary>
/// The embedded prior on a CPU. What was measured to choose these values, and what they give, stands in <c>docs/toybox-preset.md</c>; options
/// that are not named here keep their records' defaults, which are the recipe of the prior's model card.
/// </summary>
internal static class ToyboxPreset
{
    /// <summary>The preset.</summary>
    public static Preset Value { get; } = new("toybox", "the embedded prior on a CPU", new RunConfiguration
    {
        Iters = 1200,
        EmaDecay = 0.99f,
        Nerf = new NerfConfiguration
        {
            // A sharper surface for the same slope of the features.
            DensityGain = 12f,
            Encoder = new EncoderConfiguration { DesiredResolution = 32 },
        },
        Renderer = new RendererConfiguration { SampleBudget = 262_144 },
        Optim = new OptimConfiguration { DecayStart = 0.4f, FinalFactor = 0.05f },
        Loss = new LossConfiguration { Entropy = 0.15f, TotalVariation = 0.03f },
        Data = new DataConfiguration
        {
            // Twice the prior's size each way, so that its pixels are means of four rays; nearer than the card's cameras, so that the object
            // keeps away from the bound.
            Train = new TrainDataConfiguration { Width = 128, Height = 128, HalfWidthRange = new Interval(0.8f, 1.1f) },
        },
    });
}
