namespace DreamFusion.Pipeline.Configuration;

/// <summary>Optimisation method.</summary>
public enum OptimizerKind
{
    /// <summary>Adam (Kingma and Ba 2015), with bias correction.</summary>
    Adam,
}

/// <summary>
/// Optimiser and learning rates. Rate at step i (from 0) of N: base · min(1, (i + 1) / warmup_steps) · decay, where decay is 1 up to
/// i/N = decay_start and falls linearly to final_factor at the end.
/// </summary>
public sealed record OptimConfiguration
{
    /// <summary>Method; <c>adam</c>.</summary>
    public OptimizerKind Name { get; init; } = OptimizerKind.Adam;

    /// <summary>Base learning rate of the networks; above 0 to 1, default 0.003.</summary>
    [YamlName("lr")]
    public float LearningRate { get; init; } = 0.003f;

    /// <summary>Base learning rate of the encoding's features; above 0 to 1, default 0.01.</summary>
    [YamlName("encoder_lr")]
    public float EncoderLearningRate { get; init; } = 0.01f;

    /// <summary>Decay of the first and the second moment; each 0 to below 1, default [0.9, 0.99].</summary>
    public Moments Betas { get; init; } = new(0.9f, 0.99f);

    /// <summary>Added to the root of the second moment; above 0, default 1e-15.</summary>
    public float Eps { get; init; } = 1e-15f;

    /// <summary>Steps over which the rate rises from 0; 0 to 1,000,000, default 30.</summary>
    public int WarmupSteps { get; init; } = 30;

    /// <summary>Share of the run after which the rate falls; 0 to 1, default 0.6.</summary>
    public float DecayStart { get; init; } = 0.6f;

    /// <summary>Factor on the rate at the end of the run; 0 to 1, default 0.2.</summary>
    public float FinalFactor { get; init; } = 0.2f;
}
