namespace DreamFusion.Kernels.Device;

/// <summary>
/// Names one stream of random numbers. Equal keys give equal numbers on every device; keys that differ in any field give
/// independent ones.
/// </summary>
/// <param name="seed">Seed of the run.</param>
/// <param name="step">Training step, or any other counter of the caller.</param>
/// <param name="purpose">What the numbers are for, one of <see cref="RandomPurpose"/>.</param>
public struct RandomKey(uint seed, uint step, uint purpose)
{
    /// <summary>Seed of the run.</summary>
    public uint Seed = seed;

    /// <summary>Training step, or any other counter of the caller.</summary>
    public uint Step = step;

    /// <summary>What the numbers are for, one of <see cref="RandomPurpose"/>.</summary>
    public uint Purpose = purpose;
}
