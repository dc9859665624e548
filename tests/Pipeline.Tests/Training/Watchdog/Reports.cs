using DreamFusion.Pipeline.Training;

namespace DreamFusion.Pipeline.Tests.Training.Watchdog;

/// <summary>Measurements of steps as real runs have made them; docs/watchdog.md says which.</summary>
internal static class Reports
{
    public static StepReport Healthy(int step, int iters = 1000) => new()
    {
        Step = step,
        Iters = iters,
        Scene = new SceneReport("albedo", 0.11, 40_000, 0.37),
        Health = new HealthReport(2.5, 0.02, 0.1, 3, 1e-3),
        Losses = [new("opacity", 1e-3)],
        GradientNorm = 80,
        Timestep = 500,
        LearningRate = 1e-3,
        Seconds = [new("occupancy", 0.001), new("render", 0.02), new("guidance", 0.04), new("backward", 0.03), new("optimiser", 0.001)],
        MemoryBytes = 1 << 28,
    };

    public static StepReport Empty(int step) => Healthy(step) with { Scene = new SceneReport("albedo", 0, 0, 0), Health = new HealthReport(0.01, 0, 0, 3, 1e-3), GradientNorm = 0 };

    public static StepReport OverFull(int step) => Healthy(step) with { Scene = new SceneReport("albedo", 0.52, 200_000, 0.97), Health = new HealthReport(40, 0.8, 0.03, 3, 1e-3) };

    public static StepReport Fog(int step) => Healthy(step) with { Scene = new SceneReport("albedo", 0.52, 200_000, 0.7), Health = new HealthReport(0.6, 0.4, 0.85, 3, 1e-3) };

    public static StepReport Frozen(int step) => Healthy(step) with { Health = Healthy(step).Health! with { ParameterChange = 0 } };

    public static StepReport NotFinite(int step) => Healthy(step) with { Health = Healthy(step).Health! with { ParameterChange = double.NaN } };
}
