namespace DreamFusion.Pipeline.Configuration;

/// <summary>How positions become inputs of a network.</summary>
public enum EncoderType
{
    /// <summary>A trained multiresolution grid of features.</summary>
    Hashgrid,

    /// <summary>The position with sines and cosines of its multiples.</summary>
    Frequency,

    /// <summary>Expected sines and cosines of a Gaussian around the position, whose width is annealed (DreamFusion's paper).</summary>
    Integrated,
}

/// <summary>What the annealed scale λ_Σ of the integrated encoding means; DreamFusion's text leaves it open.</summary>
public enum CovarianceScale
{
    /// <summary>A standard deviation, Σ = λ_Σ² I: at 0.002 all eight bands carry signal.</summary>
    StandardDeviation,

    /// <summary>A variance, Σ = λ_Σ I: at 0.002 the bands from the sixth on are nearly extinct.</summary>
    Variance,
}

/// <summary>How features are interpolated inside a cell of the grid.</summary>
public enum GridInterpolation
{
    /// <summary>Trilinear.</summary>
    Linear,

    /// <summary>Trilinear with smoothstep weights 3u² - 2u³.</summary>
    Smoothstep,
}

/// <summary>
/// The position encoding: a multiresolution grid of features (Müller et al. 2022), dense where a level fits, hashed where it does not; or sines
/// and cosines, with nothing to train. Options of the grid have no effect on the others, <see cref="EncoderMultiRes"/> and the covariance
/// none on the grid.
/// </summary>
public sealed record EncoderConfiguration
{
    /// <summary>Kind; <c>hashgrid</c>, <c>frequency</c> or <c>integrated</c>, default <c>hashgrid</c>.</summary>
    public EncoderType EncoderType { get; init; } = EncoderType.Hashgrid;

    /// <summary>
    /// Share of the grid's levels that are in use: the coarsest ⌈share · levels⌉ of them; above 0 to 1, null, the default, for all.
    /// </summary>
    public float? EncoderMaxLevel { get; init; }

    /// <summary>
    /// Levels of the grid in use, counted from the coarsest, as they change during the run, rounded down; 0 to 16, 0, the default, for all.
    /// threestudio's 8, from step 2000 one more every 500, is <c>[2000, 8, 16, 6000]</c>.
    /// </summary>
    public ScheduledValue ProgressiveLevels { get; init; }

    /// <summary>Frequencies 2⁰ to 2ⁿ⁻¹ of the encodings by sines and cosines; 1 to 20, integrated to 16, default 8.</summary>
    public int EncoderMultiRes { get; init; } = 8;

    /// <summary>
    /// λ_Σ of the integrated encoding by step, world units (or their square); above 0 to 10, default from 0.05 to 0.002 over the first 5000 steps.
    /// </summary>
    public ScheduledValue Covariance { get; init; } = new(new SchedulePoint(0, 5e-2f), new SchedulePoint(5000, 2e-3f));

    /// <summary>What λ_Σ is; <c>standard_deviation</c> or <c>variance</c>, default <c>standard_deviation</c>.</summary>
    public CovarianceScale CovarianceScale { get; init; } = CovarianceScale.StandardDeviation;

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
