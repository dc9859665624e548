namespace DreamFusion.Pipeline.Configuration;

/// <summary>What is behind the object during training.</summary>
public enum BackgroundKind
{
    /// <summary>One colour throughout.</summary>
    Static,

    /// <summary>A base colour, or on a share of the steps a random one.</summary>
    Random,

    /// <summary>A network over the direction of the ray, by default behind a frequency encoding (stable-dreamfusion, NeMo).</summary>
    Torchngp,

    /// <summary>A network over the direction of the ray, by default behind spherical harmonics (threestudio's neural environment map).</summary>
    Environment,
}

/// <summary>How a learnt background encodes the direction of a ray.</summary>
public enum DirectionEncoderType
{
    /// <summary>The direction with sines and cosines of its multiples.</summary>
    Frequency,

    /// <summary>Real spherical harmonics.</summary>
    SphericalHarmonics,
}

/// <summary>
/// The background of the training renders; evaluation and final pictures are on white. A learnt background does not see the light: its colour is the
/// network's, whatever the shading of the object.
/// </summary>
public sealed record BackgroundConfiguration
{
    /// <summary>Kind; <c>static</c>, <c>random</c>, <c>torchngp</c> or <c>environment</c>, default <c>random</c>.</summary>
    public BackgroundKind Kind { get; init; } = BackgroundKind.Random;

    /// <summary>The colour of a static background; channels 0..1, default white.</summary>
    [YamlName("background")]
    public Rgb Colour { get; init; } = Rgb.White;

    /// <summary>The colour of the other steps of a random background; channels 0..1, default white.</summary>
    [YamlName("base_background")]
    public Rgb BaseColour { get; init; } = Rgb.White;

    /// <summary>Share of the steps of a random background with one uniformly drawn colour; 0 to 1, default 0.7.</summary>
    public float RandomRatio { get; init; } = 0.7f;

    /// <summary>
    /// Share of the views of a learnt background with one uniformly drawn colour instead (stable-dreamfusion: 0.5); 0 to 1, default 0. Views
    /// that stand for latents keep the network's.
    /// </summary>
    public float RandomAugProb { get; init; }

    /// <summary>
    /// Encoding of a learnt background: <c>frequency</c> or <c>spherical_harmonics</c>; null, the default, for the kind's own.
    /// </summary>
    public DirectionEncoderType? EncoderType { get; init; }

    /// <summary>Numbers that the encoder takes, those of a direction; only 3, the default.</summary>
    public int EncoderInputDims { get; init; } = 3;

    /// <summary>Frequencies of the frequency encoding, 2⁰ to 2ⁿ⁻¹; 1 to 20, default 6.</summary>
    public int EncoderMultiRes { get; init; } = 6;

    /// <summary>Degree of the spherical harmonics, n² of them; 1 to 4, default 3.</summary>
    public int EncoderDegree { get; init; } = 3;

    /// <summary>Numbers that the network gives, those of a colour; only 3, the default.</summary>
    public int NumOutputDims { get; init; } = 3;

    /// <summary>The network of a learnt background; its outputs pass a sigmoid.</summary>
    [YamlName("net_cfg")]
    public MlpConfiguration Net { get; init; } = new();

    /// <summary>Whether the background has parameters; not an option.</summary>
    public bool IsLearnt => Kind is BackgroundKind.Torchngp or BackgroundKind.Environment;
}
