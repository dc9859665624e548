using DreamFusion.Kernels.Losses;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>The binary entropy of opacities or weights.</summary>
internal sealed class EntropyLossCheck : ISelfCheck
{
    public string Family => "entropy loss";

    public void Run(SelfCheckRun run)
    {
        // By hand: a fair coin has one bit; one of 1/4 has 2 - ¾ log₂ 3 = 0.8112781245 (Shannon), and the slope log₂ 3 there.
        run.Golden("bits of coins", [1, 0], Evaluate(run.Device, [0.5f], 1f));
        run.Golden("bits of coins, 1/4", [0.8112781244591328, 1.584962500721156], Evaluate(run.Device, [0.25f], 1f));

        // Beyond the clamp nothing pulls.
        run.Golden("clamp", [0, 0], Evaluate(run.Device, [0f, 1f], 1f)[1..], tolerance: 0);
        run.Gradients("", new DifferentiableOperation
        {
            Inputs = [new("probability", RandomInputs.Uniform(40, LossSumKernels.TermsPerSum + 41, 0.2f, 0.8f), LossTolerance.Step)],
            Forward = (device, x) => [Evaluate(device, x[0], 1f)[..1]],
            Backward = (device, x, dLdy) => [Evaluate(device, x[0], dLdy[0][0])[1..]],
            Tolerance = LossTolerance.Tolerance,
        });
    }

    /// <summary>The loss, then its weighted gradient.</summary>
    private static float[] Evaluate(CheckDevice device, float[] probabilities, float weight)
    {
        ArrayView<float> gradient = device.Gradient(probabilities.Length), value = device.Output(1);
        device.Kernels<EntropyLoss>().Evaluate(
            device.Upload(probabilities), EntropyLossKernels.OpacityEpsilon, weight, gradient, device.Output(LossSumKernels.ScratchLength(probabilities.Length)), value);
        return [.. CheckDevice.Read(value), .. CheckDevice.Read(gradient)];
    }
}
