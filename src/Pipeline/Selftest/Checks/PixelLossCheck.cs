using System.Linq;
using DreamFusion.Kernels.Losses;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Both penalties on the difference between an image and its target.</summary>
internal sealed class PixelLossCheck : ISelfCheck
{
    private const float Threshold = 0.2f;

    public string Family => "pixel loss";

    public void Run(SelfCheckRun run)
    {
        // By hand, for differences of 0.1 and -0.5: squares 0.01 and 0.25; Huber 0.1²/2 = 0.005 and 0.2 (0.5 - 0.1) = 0.08. The loss is the mean.
        run.Golden("squared error by hand", 0.13, Evaluate(run.Device, default(SquaredError), [0.4f, 0.1f], [0.3f, 0.6f], 1f)[0]);
        run.Golden("Huber by hand", 0.0425, Evaluate(run.Device, new HuberError(Threshold), [0.4f, 0.1f], [0.3f, 0.6f], 1f)[0]);
        Variant(run, "squared error", default(SquaredError));
        Variant(run, "Huber", new HuberError(Threshold));
    }

    private static void Variant<TPenalty>(SelfCheckRun run, string name, TPenalty penalty)
        where TPenalty : unmanaged, IPixelPenalty
    {
        // More terms than one work item adds up. Differences of 0.05 to 0.15, 0.3 to 0.4 and -0.7 to -0.6: both branches and signs, no kink.
        const int count = LossSumKernels.TermsPerSum + 41;
        float[] targets = [.. Enumerable.Range(0, count).Select(i => (i % 3) switch { 0 => 0.25f, 1 => 0f, _ => 1f })];
        run.Gradients(name, new DifferentiableOperation
        {
            Inputs = [new("image", RandomInputs.Uniform(45, count, 0.3f, 0.4f), LossTolerance.Step)],
            Forward = (device, x) => [Evaluate(device, penalty, x[0], targets, 1f)[..1]],
            Backward = (device, x, dLdy) => [Evaluate(device, penalty, x[0], targets, dLdy[0][0])[1..]],
            Tolerance = LossTolerance.Tolerance,
        });
    }

    /// <summary>The loss, then its weighted gradient.</summary>
    private static float[] Evaluate<TPenalty>(CheckDevice device, TPenalty penalty, float[] image, float[] targets, float weight)
        where TPenalty : unmanaged, IPixelPenalty
    {
        ArrayView<float> gradient = device.Gradient(image.Length), value = device.Output(1);
        device.Kernels<PixelLoss<TPenalty>>().Evaluate(
            penalty, device.Upload(image), device.Upload(targets), weight, gradient, device.Output(LossSumKernels.ScratchLength(image.Length)), value);
        return [.. CheckDevice.Read(value), .. CheckDevice.Read(gradient)];
    }
}
