namespace DreamFusion.Pipeline.Selftest;

/// <summary>The checks of one kernel family. Register new ones in <see cref="SelfChecks.All"/>.</summary>
internal interface ISelfCheck
{
    /// <summary>What the table calls the family.</summary>
    string Family { get; }

    /// <summary>Runs all checks of the family; a comparison that fails is recorded, not thrown.</summary>
    /// <param name="run">Device and comparisons.</param>
    void Run(SelfCheckRun run);
}
