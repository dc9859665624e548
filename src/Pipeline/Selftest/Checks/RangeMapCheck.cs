using DreamFusion.Kernels.Image;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>The linear map between ranges of values.</summary>
internal sealed class RangeMapCheck : ISelfCheck
{
    public string Family => "range map";

    public void Run(SelfCheckRun run)
    {
        // By hand: x → 2x - 1 in front of Stable Diffusion's encoder.
        run.Golden("by hand", [-1, 0, 1, 2], Forward(run.Device, ValueRange.Unit, ValueRange.Symmetric, [0f, 0.5f, 1f, 1.5f]), tolerance: 0);
        var wide = new ValueRange(-2f, 3f);
        run.Gradients("", new DifferentiableOperation
        {
            // Linear: nothing is truncated.
            Inputs = [new("image", RandomInputs.Uniform(72, 300, 0f, 1f), Step: 0.25f)],
            Forward = (device, x) => [Forward(device, ValueRange.Symmetric, wide, x[0])],
            Backward = (device, x, dLdy) =>
            {
                ArrayView<float> gradient = device.Gradient(x[0].Length);
                device.Kernels<RangeMap>().Backward(ValueRange.Symmetric, wide, device.Upload(dLdy[0]), gradient);
                return [CheckDevice.Read(gradient)];
            },
        });
    }

    private static float[] Forward(CheckDevice device, ValueRange from, ValueRange to, float[] input)
    {
        ArrayView<float> output = device.Output(input.Length);
        device.Kernels<RangeMap>().Forward(from, to, device.Upload(input), output);
        return CheckDevice.Read(output);
    }
}
