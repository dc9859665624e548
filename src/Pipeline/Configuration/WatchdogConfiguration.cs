namespace DreamFusion.Pipeline.Configuration;

/// <summary>
/// What is done about a run that goes wrong: recognised by what each step measures, rolled back to the last good snapshot and gone on with
/// from there with another seed or setting. A healthy run does not depend on these options.
/// </summary>
public sealed record WatchdogConfiguration
{
    /// <summary>Whether anything is watched; if not, only a gradient that is not finite ends a run, at once. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Rollbacks of a run before it ends with exit code 5; 0 to 20, default 3.</summary>
    public int MaxRecoveries { get; init; } = 3;

    /// <summary>Steps in a row that must look wrong before it is believed; 4 to 10,000, default 32. What is not finite is believed at once.</summary>
    public int Patience { get; init; } = 32;

    /// <summary>First steps in which nothing but what is not finite is looked for; 0 to 1,000,000, default 32.</summary>
    public int WarmupSteps { get; init; } = 32;

    /// <summary>
    /// Share of the run, from its start, in which fog and an over-full field are not looked for, because several presets begin as one; 0 to 1,
    /// default 0.25. The longer of this and <see cref="WarmupSteps"/> counts.
    /// </summary>
    public float WarmupRatio { get; init; } = 0.25f;

    /// <summary>Steps between two snapshots to roll back to; 1 to 1,000,000, default 100.</summary>
    public int SnapshotInterval { get; init; } = 100;
}
