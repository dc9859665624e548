namespace DreamFusion.Pipeline.Training.Watchdog;

/// <summary>One rollback of a run.</summary>
/// <param name="Symptom">What was wrong.</param>
/// <param name="Step">Steps done when it was believed.</param>
/// <param name="BackTo">Steps done by the snapshot that the run went back to.</param>
/// <param name="Seed">Seed of the random draws from there on.</param>
/// <param name="Change">What is different from there on, in words.</param>
/// <param name="Evidence">What was measured, in words.</param>
public sealed record Recovery(Symptom Symptom, int Step, int BackTo, uint Seed, string Change, string Evidence);
