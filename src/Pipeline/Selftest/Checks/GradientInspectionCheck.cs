using System;
using DreamFusion.Kernels.Optimize;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Norm and finiteness of a whole gradient.</summary>
internal sealed class GradientInspectionCheck : ISelfCheck
{
    public string Family => "gradient inspection";

    public void Run(SelfCheckRun run)
    {
        // By hand: 3² + 4² = 5², and 30² + 40² = 50² clipped to 5; squares of 1e30 overflow a float but not the sum.
        run.Golden("not finite by hand", [0, 2, 5, 1], Inspect(run.Device, [3f, float.NaN, 4f, float.NegativeInfinity], 1), tolerance: 0);
        run.Golden("clipped by hand", [1, 0, 50, 0.1], Inspect(run.Device, [30f, 0f, 40f, 0f], 5), tolerance: 1e-12);
        run.Golden("long gradient", 5e30, Inspect(run.Device, [3e30f, 4e30f], 1)[2]);
        ArrayView<float> clipped = run.Device.Upload([3f, -0.5f, -40f, 2f]);
        run.Device.Kernels<GradientInspection>().ClipValues(clipped, 2f);
        run.Golden("values clipped by hand", [2, -0.5, -2, 2], Array.ConvertAll(CheckDevice.Read(clipped), g => (double)g), tolerance: 0);
        float[] gradients = RandomInputs.Uniform(49, 20011, -1f, 1f);
        run.Repeats("", device => [.. Array.ConvertAll(Inspect(device, gradients, 1), value => (float)value)]);
    }

    private static double[] Inspect(CheckDevice device, float[] gradients, double maxNorm)
    {
        OptimizerReport report = device.Kernels<GradientInspection>().Inspect(device.Upload(gradients), maxNorm);
        return [report.Applied ? 1 : 0, report.NonFiniteCount, report.GradientNorm, report.ClipFactor];
    }
}
