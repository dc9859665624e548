using System;
using DreamFusion.Kernels.Encode;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>The frequency encoding in both published forms, first and second order.</summary>
internal sealed class FrequencyCheck : ISelfCheck
{
    public string Family => "frequency encoding";

    public void Run(SelfCheckRun run)
    {
        // The definitions in double: [x, sin x, cos x, sin 2x, cos 2x] and [sin πx, cos πx, sin 2πx, cos 2πx].
        run.Golden(
            "torch-ngp's form", [0.7, Math.Sin(0.7f), Math.Cos(0.7f), Math.Sin(2 * 0.7f), Math.Cos(2 * 0.7f)],
            Encode(run.Device, Options(FrequencyForm.TorchNgp, 1, 2), [0.7f]));
        run.Golden("tiny-cuda-nn's form", [Math.Sqrt(0.5), Math.Sqrt(0.5), 1, 0], Encode(run.Device, Options(FrequencyForm.TinyCudaNn, 1, 2), [0.25f]));

        // Thousands of radians: here a sine without range reduction has no correct digit.
        run.Golden("range reduction", [12345, Math.Sin(12345), Math.Cos(12345)], Encode(run.Device, Options(FrequencyForm.TorchNgp, 1, 1), [12345f]));
        Variant(run, "torch-ngp", Options(FrequencyForm.TorchNgp, 3, 4));
        Variant(run, "tiny-cuda-nn", Options(FrequencyForm.TinyCudaNn, 2, 3));
    }

    private static FrequencyOptions Options(FrequencyForm form, int dimensions, int frequencies)
        => new() { Form = form, DimensionCount = dimensions, FrequencyCount = frequencies };

    private static void Variant(SelfCheckRun run, string name, FrequencyOptions options)
    {
        const int Rows = 20;
        float[] inputs = RandomInputs.Uniform(4, Rows * options.DimensionCount, -1f, 1f);
        run.Gradients(name, new DifferentiableOperation
        {
            Inputs = [new("x", inputs)],
            Forward = (device, x) => [Encode(device, options, x[0])],
            Backward = (device, x, dLdy) =>
            {
                ArrayView<float> gradient = device.Gradient(x[0].Length);
                device.Kernels<Frequency>().Backward(options, device.Upload(Encode(device, options, x[0])), device.Upload(dLdy[0]), gradient);
                return [CheckDevice.Read(gradient)];
            },
        });
        run.Gradients($"{name}, second order", new DifferentiableOperation
        {
            Inputs = [new("x", inputs), new("u", RandomInputs.Uniform(5, Rows * options.FeatureCount, -1f, 1f))],
            Forward = (device, x) =>
            {
                ArrayView<float> gradient = device.Output(x[0].Length);
                device.Kernels<Frequency>().InputGradient(options, device.Upload(Encode(device, options, x[0])), device.Upload(x[1]), gradient);
                return [CheckDevice.Read(gradient)];
            },
            Backward = (device, x, dLdy) =>
            {
                ArrayView<float> dLdInputs = device.Gradient(x[0].Length), dLdCotangent = device.Gradient(x[1].Length);
                device.Kernels<Frequency>().InputGradientBackward(
                    options, device.Upload(Encode(device, options, x[0])), device.Upload(x[1]), device.Upload(dLdy[0]), dLdCotangent, dLdInputs);
                return [CheckDevice.Read(dLdInputs), CheckDevice.Read(dLdCotangent)];
            },
        });
    }

    private static float[] Encode(CheckDevice device, FrequencyOptions options, float[] inputs)
    {
        ArrayView<float> features = device.Output(inputs.Length / options.DimensionCount * options.FeatureCount);
        device.Kernels<Frequency>().Encode(options, device.Upload(inputs), features);
        return CheckDevice.Read(features);
    }
}
