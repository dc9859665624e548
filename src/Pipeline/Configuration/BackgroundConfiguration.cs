namespace DreamFusion.Pipeline.Configuration;

/// <summary>What is behind the object during training.</summary>
public enum BackgroundKind
{
    /// <summary>One colour throughout.</summary>
    Static,

    /// <summary>A base colour, or on a share of the steps a random one.</summary>
    Random,
}

/// <summary>The background of the training renders; evaluation and final pictures are always on white.</summary>
public sealed record BackgroundConfiguration
{
    /// <summary>Kind; <c>static</c> or <c>random</c>, default <c>random</c>.</summary>
    public BackgroundKind Kind { get; init; } = BackgroundKind.Random;

    /// <summary>The colour of a static background; channels 0..1, default white.</summary>
    [YamlName("background")]
    public Rgb Colour { get; init; } = Rgb.White;

    /// <summary>The colour of the other steps of a random background; channels 0..1, default white.</summary>
    [YamlName("base_background")]
    public Rgb BaseColour { get; init; } = Rgb.White;

    /// <summary>Share of the steps of a random background with one uniformly drawn colour; 0 to 1, default 0.7.</summary>
    public float RandomRatio { get; init; } = 0.7f;
}
