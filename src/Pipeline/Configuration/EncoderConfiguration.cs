namespace DreamFusion.Pipeline.Configuration;

/// <summary>How features are interpolated inside a cell of the grid.</summary>
public enum GridInterpolation
{
    /// <summary>Trilinear.</summary>
    Linear,

    /// <summary>Trilinear with smoothstep weights 3u² - 2u³.</summary>
    Smoothstep,
}

/// <summary>The multiresolution grid of features (Müller et al. 2022), dense where a level fits, hashed where it does not.</summary>
public sealed record EncoderConfiguration
{
    /// <summary>Number of levels; 1 to 16, default 6.</summary>
    [YamlName("num_levels")]
    public int Levels { get; init; } = 6;

    /// <summary>Features in each entry; 1, 2, 4 or 8, default 2.</summary>
    [YamlName("level_dim")]
    public int FeaturesPerLevel { get; init; } = 2;

    /// <summary>Binary logarithm of the most entries in a level; 10 to 24, default 18 (all levels of the preset are dense).</summary>
    public int Log2HashmapSize { get; init; } = 18;

    /// <summary>Resolution of the coarsest level, cells a side; 2 to 65,536, default 8.</summary>
    public int BaseResolution { get; init; } = 8;

    /// <summary>Resolution of the finest level, cells a side; <see cref="BaseResolution"/> to 65,536, default 60.</summary>
    public int DesiredResolution { get; init; } = 60;

    /// <summary>Interpolation; <c>linear</c> or <c>smoothstep</c>, default <c>linear</c>.</summary>
    public GridInterpolation Interpolation { get; init; } = GridInterpolation.Linear;

    /// <summary>Features start uniform in [-x, x]; above 0 to 1, default 0.01.</summary>
    public float InitScale { get; init; } = 0.01f;
}
