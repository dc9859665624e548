using DreamFusion.Kernels.Optimize;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Schedules of learning rates and of the diffusion's noise; on the host on every device.</summary>
internal sealed class ScheduleCheck : ISelfCheck
{
    public string Family => "schedules";

    public void Run(SelfCheckRun run)
    {
        // The embedded prior's recipe: 30 steps up, level, and over the last 40 % down to a fifth.
        var recipe = new WarmUpDecaySchedule();
        run.Golden(
            "embedded prior's recipe", [1 / 30d, 0.5, 1, 1, 0.6, 0.2],
            [recipe.Factor(0, 400), recipe.Factor(14, 400), recipe.Factor(29, 400), recipe.Factor(239, 400), recipe.Factor(320, 400), recipe.Factor(400, 400)], tolerance: 1e-12);

        // Poole et al. 2022, appendix A: from 1e-9 to 1e-4 over 3,000 steps, then a cosine down to 1e-6; relative to 1e-4.
        LearningRateSchedule paper = LearningRateSchedule.DreamFusion(15000);
        run.Golden("DreamFusion's rates", [1e-5, 1, 0.505, 0.01], [1e4 * paper.At(0), 1e4 * paper.At(3000), 1e4 * paper.At(9000), 1e4 * paper.At(15000)], tolerance: 1e-12);

        // Stable Diffusion's scaled-linear schedule, ᾱ evaluated in Python to eight digits.
        var noise = new NoiseSchedule(new SchedulerConfig(BetaSchedule.ScaledLinear, 0.00085, 0.012, 1000, PredictionType.Epsilon));
        run.Golden(
            "Stable Diffusion's noise", [0.99915, 0.98131436, 0.75369205, 0.27633268, 0.16078257, 0.00584378, 0.0046601],
            [noise.AlphaBar(0), noise.AlphaBar(20), noise.AlphaBar(200), noise.AlphaBar(500), noise.AlphaBar(600), noise.AlphaBar(980), noise.AlphaBar(999)], tolerance: 1e-8);
    }
}
