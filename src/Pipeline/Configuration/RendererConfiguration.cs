namespace DreamFusion.Pipeline.Configuration;

/// <summary>What <c>max_steps</c> counts.</summary>
public enum StepRule
{
    /// <summary>Steps across the longest segment inside the bound, so each is that length / max_steps long.</summary>
    AcrossBound,

    /// <summary>
    /// stable-dreamfusion's and torch-ngp's: each is 2√3 / max_steps long, whatever the bound, and a ray has at most max_steps samples.
    /// </summary>
    StableDreamfusion,
}

/// <summary>Ray marching through an occupancy grid; a ray ends where less than 1e-4 of the light passes.</summary>
public sealed record RendererConfiguration
{
    /// <summary>Cells a side of the occupancy grid over [-bound, bound]³; a power of two from 8 to 256, default 32.</summary>
    public int GridResolution { get; init; } = 32;

    /// <summary>
    /// Nested cubes of the grid, the finest of half side 1, the last one the bound's; 1 to 1 + ⌈log₂ bound⌉; null for that many (as
    /// stable-dreamfusion), default 1: cells of one size.
    /// </summary>
    public int? GridLevels { get; init; } = 1;

    /// <summary>Density above which a cell is marched, 1/world unit; 0 to 1000, default 0.5.</summary>
    [YamlName("density_thresh")]
    public float DensityThreshold { get; init; } = 0.5f;

    /// <summary>
    /// Whether the mean density of all cells is the threshold where it is lower than <c>density_thresh</c> (stable-dreamfusion), so that a young,
    /// thin field is marched; default false.
    /// </summary>
    [YamlName("density_thresh_by_mean")]
    public bool DensityThresholdByMean { get; init; }

    /// <summary>The grid is updated on steps that are multiples of this and of <c>update_extra_interval</c> (as in NeMo); at least 1, default 1.</summary>
    public int UpdateInterval { get; init; } = 1;

    /// <summary>Factor on a cell's old density before the maximum with the new one; 0 to 1, default 0.9.</summary>
    public float GridDecay { get; init; } = 0.9f;

    /// <summary>
    /// Steps during which an update of the grid looks at all cells; later ones look at a quarter of all and at up to as many
    /// occupied ones. 0 to 1,000,000, default 1,000,000: always all.
    /// </summary>
    public int GridWarmupSteps { get; init; } = 1_000_000;

    /// <summary>Steps of a training ray, counted as <see cref="StepRule"/> says; 8 to 4096, default 14.</summary>
    public int MaxSteps { get; init; } = 14;

    /// <summary>What the steps count; <c>across_bound</c> or <c>stable_dreamfusion</c>, default <c>across_bound</c>.</summary>
    public StepRule StepRule { get; init; } = StepRule.AcrossBound;

    /// <summary>
    /// Growth γ of the step with the distance t: as long as γ t, at least the shortest step, at most the diagonal of a cell of the bound's cube;
    /// 0 to 1, default 0: steps of one length.
    /// </summary>
    public float DtGamma { get; init; }

    /// <summary>Distance from the camera at which rays begin at the earliest, world units; 0 to 1000, default 0.</summary>
    public float MinNear { get; init; }

    /// <summary>The same for previews, evaluation and final pictures; 8 to 4096, default 96.</summary>
    public int EvalMaxSteps { get; init; } = 96;

    /// <summary>Most samples a training step may hold; more is an error that says what to change. 1,024 to 2^26, default 65,536 (more than 64 x 64 rays of 14 steps).</summary>
    public int SampleBudget { get; init; } = 65536;

    /// <summary>
    /// Memory that the field's intermediate values and their gradients may take in a step, MiB (an estimate); a view that needs
    /// more is computed in segments, each once more in the backward pass. The segments regroup sums, so this is part of the
    /// result's last digits. 1 to 1,048,576, default 512, which no view of the <c>toybox</c> preset reaches.
    /// </summary>
    [YamlName("field_memory")]
    public int FieldMemoryMebibytes { get; init; } = 512;
}
