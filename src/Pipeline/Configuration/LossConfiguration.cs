namespace DreamFusion.Pipeline.Configuration;

/// <summary>
/// Weights of the loss terms. The regularisers are means (over rays, or over neighbouring entries); with
/// <see cref="ScaleByLatents"/> each is multiplied by the number of latents, because the distillation term is a sum over them.
/// Every weight may be a schedule, <c>[start_step, start, end, end_step]</c>.
/// </summary>
public sealed record LossConfiguration
{
    /// <summary>Factor on the gradient of the score distillation; 0 to 1000, default 1.</summary>
    [YamlName("lambda_sds")]
    public ScheduledValue Sds { get; init; } = 1f;

    /// <summary>Opacity, mean √(α² + 0.01) over rays; 0 to 1000, default 0.002.</summary>
    [YamlName("lambda_opacity")]
    public ScheduledValue Opacity { get; init; } = 2e-3f;

    /// <summary>Binary entropy (bits) of the rays' opacity, mean; 0 to 1000, default 0.05.</summary>
    [YamlName("lambda_entropy")]
    public ScheduledValue Entropy { get; init; } = 0.05f;

    /// <summary>Share of the run over which the entropy's weight rises linearly from 0; 0 (at once) to 1, default 1.</summary>
    public float EntropyRamp { get; init; } = 1f;

    /// <summary>Orientation, Σ w max(0, n·d)² of normals that face away from the camera, mean over rays; 0 to 1000, default 0.</summary>
    [YamlName("lambda_orientation")]
    public ScheduledValue Orientation { get; init; }

    /// <summary>Total variation of the feature levels: mean squared difference of neighbours, summed over axes and levels; 0 to 1000, default 0.015.</summary>
    [YamlName("lambda_tv")]
    public ScheduledValue TotalVariation { get; init; } = 0.015f;

    /// <summary>Multiply the regularisers by the number of latents (1024 for the toybox); default true.</summary>
    public bool ScaleByLatents { get; init; } = true;
}
