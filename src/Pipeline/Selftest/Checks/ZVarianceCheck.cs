using System.Linq;
using DreamFusion.Kernels.Losses;
using DreamFusion.Kernels.March;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Variance of the depth along rays.</summary>
internal sealed class ZVarianceCheck : ISelfCheck
{
    private const int SamplesPerRay = 4;
    private const int RayCount = 30;

    public string Family => "z-variance";

    public void Run(SelfCheckRun run)
    {
        // By hand: two samples of weight 0.4 at t = 1 and 3 have z = 2 and V = 1 and are at rest; one of weight 0 at 5 is pulled by (9 - 1) / 0.8.
        run.Golden("two surfaces by hand", [1, 0, 0, 10], Evaluate(run.Device, 3, [0.4f, 0.4f, 0f], [1f, 3f, 5f], 1f));

        // Opacities of 0.8 to 1, and every fifth ray of 0.2 at most: none crosses the threshold of ½.
        float[] weights = RandomInputs.Uniform(46, RayCount * SamplesPerRay, 0.2f, 0.25f), distances = RandomInputs.Uniform(47, weights.Length, 1f, 4f);
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] *= i / SamplesPerRay % 5 == 0 ? 0.2f : 1f;
        }

        run.Gradients("", new DifferentiableOperation
        {
            Inputs = [new("weights", weights)],
            Forward = (device, x) => [Evaluate(device, SamplesPerRay, x[0], distances, 1f)[..1]],
            Backward = (device, x, dLdy) => [Evaluate(device, SamplesPerRay, x[0], distances, dLdy[0][0])[1..]],
        });
    }

    /// <summary>The loss, then its weighted gradient.</summary>
    private static float[] Evaluate(CheckDevice device, int samplesPerRay, float[] weights, float[] distances, float weight)
    {
        int rays = weights.Length / samplesPerRay, ranges = LossSumKernels.ScratchLength(rays);
        ArrayView<float> value = device.Output(1), gradient = device.Gradient(weights.Length);
        var scratch = new ZVarianceScratch(device.Zeros<ZVarianceKernels.Moments>(rays), device.Output(ranges), device.Zeros<int>(ranges), device.Zeros<int>(1));
        SampleRange[] samples = [.. Enumerable.Range(0, rays).Select(ray => new SampleRange { Offset = samplesPerRay * ray, Count = samplesPerRay })];
        device.Kernels<ZVariance>().Evaluate(device.Upload(samples), device.Upload(weights), device.Upload(distances), weight, gradient, scratch, value);
        return [.. CheckDevice.Read(value), .. CheckDevice.Read(gradient)];
    }
}
