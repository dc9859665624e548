using System;
using DreamFusion.Kernels.Losses;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Both forms of the opacity regulariser.</summary>
internal sealed class OpacityLossCheck : ISelfCheck
{
    public string Family => "opacity loss";

    public void Run(SelfCheckRun run)
    {
        // By hand, at A = 0 and 1: √0.01 = 0.1 and √1.01; squares 0 and 1. The loss is the mean.
        run.Golden("root by hand", (0.1 + Math.Sqrt(1.01)) / 2, Evaluate<RootOpacity>(run.Device, [0f, 1f], 1f)[0]);
        run.Golden("square by hand", 0.5, Evaluate<SquareOpacity>(run.Device, [0f, 1f], 1f)[0]);
        Variant<RootOpacity>(run, "root");
        Variant<SquareOpacity>(run, "square");
    }

    private static void Variant<TPenalty>(SelfCheckRun run, string name)
        where TPenalty : unmanaged, IOpacityPenalty
        => run.Gradients(name, new DifferentiableOperation
        {
            // More terms than one work item adds up.
            Inputs = [new("opacity", RandomInputs.Uniform(39, LossSumKernels.TermsPerSum + 41, 0.3f, 0.95f), LossTolerance.Step)],
            Forward = (device, x) => [Evaluate<TPenalty>(device, x[0], 1f)[..1]],
            Backward = (device, x, dLdy) => [Evaluate<TPenalty>(device, x[0], dLdy[0][0])[1..]],
            Tolerance = LossTolerance.Tolerance,
        });

    /// <summary>The loss, then its weighted gradient.</summary>
    private static float[] Evaluate<TPenalty>(CheckDevice device, float[] opacity, float weight)
        where TPenalty : unmanaged, IOpacityPenalty
    {
        ArrayView<float> gradient = device.Gradient(opacity.Length), value = device.Output(1);
        device.Kernels<OpacityLoss<TPenalty>>().Evaluate(device.Upload(opacity), weight, gradient, device.Output(LossSumKernels.ScratchLength(opacity.Length)), value);
        return [.. CheckDevice.Read(value), .. CheckDevice.Read(gradient)];
    }
}
