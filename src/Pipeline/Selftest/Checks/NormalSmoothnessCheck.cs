using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Losses;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Smoothness of normals in the image and in space.</summary>
internal sealed class NormalSmoothnessCheck : ISelfCheck
{
    private const int Width = 26;
    private const int Height = 21;
    private const int SampleCount = LossSumKernels.TermsPerSum + 41;

    public string Family => "normal smoothness";

    public void Run(SelfCheckRun run)
    {
        // By hand: a step of length 1 between two pixels, mean over three channels; gradient ∓2/3. In space |1| / 3 and ±1/3.
        run.Golden("image by hand", [1 / 3d, -2 / 3d, 0, 0, 2 / 3d, 0, 0], Image(run.Device, [0f, 0f, 0f, 1f, 0f, 0f], 2, 1, 1f));
        run.Golden("space by hand", [1 / 3d, 1 / 3d, 0, 0, -1 / 3d, 0, 0], Space(run.Device, [1f, 0f, 0f], [0f, 0f, 0f], 1f));
        // Quadratic: nothing is truncated.
        run.Gradients("image", new DifferentiableOperation
        {
            Inputs = [new("normals", RandomInputs.UnitVectors(43, Width * Height), Step: 0.25f)],
            Forward = (device, x) => [Image(device, x[0], Width, Height, 1f)[..1]],
            Backward = (device, x, dLdy) => [Image(device, x[0], Width, Height, dLdy[0][0])[1..]],
            Tolerance = LossTolerance.Tolerance,
        });

        // Differences of 0.1 to 0.6 and either sign: the kink of |x| is far from every step.
        float[] normals = RandomInputs.UnitVectors(44, SampleCount), shifted = RandomInputs.Uniform(45, 3 * SampleCount, 0.1f, 0.6f);
        for (int i = 0; i < shifted.Length; i++)
        {
            shifted[i] = normals[i] + (i % 3 == 0 ? -shifted[i] : shifted[i]);
        }

        run.Gradients("space", new DifferentiableOperation
        {
            Inputs = [new("normals", normals, LossTolerance.Step), new("shifted normals", shifted, LossTolerance.Step)],
            Forward = (device, x) => [Space(device, x[0], x[1], 1f)[..1]],
            Backward = (device, x, dLdy) =>
            {
                float[] gradients = Space(device, x[0], x[1], dLdy[0][0])[1..];
                return [gradients[..(3 * SampleCount)], gradients[(3 * SampleCount)..]];
            },
            Tolerance = LossTolerance.Tolerance,
        });
    }

    /// <summary>The loss, then its weighted gradient.</summary>
    private static float[] Image(CheckDevice device, float[] normals, int width, int height, float weight)
    {
        ArrayView<float> value = device.Output(1);
        ArrayView<Float3> gradient = device.GradientVectors(normals.Length / 3);
        device.Kernels<NormalSmoothness>().EvaluateImage(
            device.UploadVectors(normals), width, height, weight, gradient, device.Output(LossSumKernels.ScratchLength(normals.Length / 3)), value);
        return [.. CheckDevice.Read(value), .. CheckDevice.Rows(gradient)];
    }

    /// <summary>The loss, then its weighted gradients to the normals and the shifted ones.</summary>
    private static float[] Space(CheckDevice device, float[] normals, float[] shifted, float weight)
    {
        ArrayView<float> value = device.Output(1);
        ArrayView<Float3> gradient = device.GradientVectors(normals.Length / 3), shiftedGradient = device.GradientVectors(normals.Length / 3);
        device.Kernels<NormalSmoothness>().EvaluateSpace(
            device.UploadVectors(normals), device.UploadVectors(shifted), weight, gradient, shiftedGradient,
            device.Output(LossSumKernels.ScratchLength(normals.Length / 3)), value);
        return [.. CheckDevice.Read(value), .. CheckDevice.Rows(gradient), .. CheckDevice.Rows(shiftedGradient)];
    }
}
