using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Albedo from three outputs of the network.</summary>
internal sealed class AlbedoCheck : ISelfCheck
{
    private const int SampleCount = 40;
    private const int Column = 1;

    public string Family => "albedo";

    public void Run(SelfCheckRun run)
    {
        // By hand: s(0) = ½, s(ln 3) = ¾, s(-ln 3) = ¼ with a gain of 2.
        float half = MathF.Log(3f) / 2f;
        run.Golden("by hand", [0.5, 0.75, 0.25], Forward(run.Device, 2f, [9f, 0f, half, -half], 1));
        run.Gradients("", new DifferentiableOperation
        {
            Inputs = [new("raw", RandomInputs.Uniform(21, 4 * SampleCount, -1f, 1f))],
            Forward = (device, x) => [Forward(device, 1.5f, x[0], SampleCount)],
            Backward = (device, x, dLdy) =>
            {
                ArrayView<float> gradient = device.Gradient(x[0].Length);
                ArrayView<Float3> albedo = device.UploadVectors(Forward(device, 1.5f, x[0], SampleCount));
                device.Kernels<Albedo>().Backward(1.5f, albedo, Column, device.UploadVectors(dLdy[0]), gradient);
                return [CheckDevice.Read(gradient)];
            },
        });
    }

    private static float[] Forward(CheckDevice device, float gain, float[] raw, int samples)
    {
        ArrayView<Float3> albedo = device.OutputVectors(samples);
        device.Kernels<Albedo>().Forward(gain, device.Upload(raw), Column, albedo);
        return CheckDevice.Rows(albedo);
    }
}
