namespace DreamFusion.Pipeline.Configuration;

/// <summary>Ray marching with steps of fixed length through an occupancy grid.</summary>
public sealed record RendererConfiguration
{
    /// <summary>Cells a side of the occupancy grid over [-bound, bound]³; a power of two from 8 to 256, default 32.</summary>
    public int GridResolution { get; init; } = 32;

    /// <summary>Density above which a cell is marched, 1/world unit; 0 to 1000, default 0.5.</summary>
    [YamlName("density_thresh")]
    public float DensityThreshold { get; init; } = 0.5f;

    /// <summary>Factor on a cell's old density before the maximum with the new one; 0 to 1, default 0.9.</summary>
    public float GridDecay { get; init; } = 0.9f;

    /// <summary>
    /// Steps during which an update of the grid looks at all cells; later ones look at a quarter of all and at up to as many
    /// occupied ones. 0 to 1,000,000, default 1,000,000: always all.
    /// </summary>
    public int GridWarmupSteps { get; init; } = 1_000_000;

    /// <summary>Training steps across the sphere's diameter, so each is 2 · bound / x long; 8 to 4096, default 14.</summary>
    public int MaxSteps { get; init; } = 14;

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
