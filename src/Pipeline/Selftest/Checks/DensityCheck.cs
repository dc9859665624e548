using System;
using DreamFusion.Kernels.Shade;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Density from the network's output.</summary>
internal sealed class DensityCheck : ISelfCheck
{
    private const int SampleCount = 40;

    // The density is one of several outputs.
    private const int Columns = 3;
    private const int Column = 1;

    public string Family => "density";

    public void Run(SelfCheckRun run)
    {
        // By hand: σ = 10 softplus(4 o + 5 (1 - |x|/0.6) - 1) is 10 ln(1 + e⁴) at the origin and 10 ln(1 + e⁻¹) at 0.6; nothing beyond 1.15.
        float[] toybox = Forward<SoftplusDensity, LinearBlob>(run.Device, DensityOptions.Toybox, new float[9], [0f, 0f, 0f, 0.6f, 0f, 0f, 0f, 1.2f, 0f]);
        run.Golden("embedded prior's field by hand", [10 * Math.Log(1 + Math.Exp(4)), 10 * Math.Log(1 + Math.Exp(-1)), 0], toybox);

        // By hand: DreamFusion's σ = exp(o) + 5 exp(-|x|²/0.08) is 6 at the centre and 1 + 5/√e at 0.2.
        var added = new DensityOptions { Blob = DensityBlob.AddedGaussian };
        run.Golden("added blob by hand", [6, 1 + 5 / Math.Sqrt(Math.E)], Forward<ExpDensity, AddedGaussianBlob>(run.Device, added, new float[6], [0f, 0f, 0f, 0f, 0.2f, 0f]));

        // instant-ngp's truncation: the derivative of exp is exp(min(a, 15)).
        float[] raw = [0f, 40f, 0f, 0f, 14f, 0f];
        run.Golden("truncated exponential", [0, Math.Exp(15), 0, 0, Math.Exp(14), 0], Backward<ExpDensity, GaussianBlob>(run.Device, new DensityOptions { BlobDensity = 0f }, raw, new float[6], [1f, 1f]));
        Variant<ExpDensity, LinearBlob>(run, "exp, linear blob");
        Variant<ExpDensity, GaussianBlob>(run, "exp, Gaussian blob");
        Variant<ExpDensity, AddedGaussianBlob>(run, "exp, added blob");
        Variant<SoftplusDensity, LinearBlob>(run, "softplus, linear blob");
        Variant<SoftplusDensity, GaussianBlob>(run, "softplus, Gaussian blob");
        Variant<SoftplusDensity, AddedGaussianBlob>(run, "softplus, added blob");
    }

    private static void Variant<TActivation, TBlob>(SelfCheckRun run, string name)
        where TActivation : struct, IDensityActivation
        where TBlob : struct, IDensityBlob
    {
        var options = new DensityOptions { BlobDensity = 1.2f, BlobRadius = 0.5f, Gain = 1.5f, Bias = 0.2f, Scale = 2f, Bound = 1.1f };
        float[] positions = RandomInputs.Uniform(18, 3 * SampleCount, -0.8f, 0.8f);
        run.Gradients(name, new DifferentiableOperation
        {
            Inputs = [new("raw", RandomInputs.Uniform(19, Columns * SampleCount, -1f, 1f))],
            Forward = (device, x) => [Forward<TActivation, TBlob>(device, options, x[0], positions)],
            Backward = (device, x, dLdy) => [Backward<TActivation, TBlob>(device, options, x[0], positions, dLdy[0])],
        });
    }

    private static float[] Forward<TActivation, TBlob>(CheckDevice device, DensityOptions options, float[] raw, float[] positions)
        where TActivation : struct, IDensityActivation
        where TBlob : struct, IDensityBlob
    {
        ArrayView<float> sigma = device.Output(positions.Length / 3);
        device.Kernels<Density<TActivation, TBlob>>().Forward(options, device.Upload(raw), Column, device.UploadVectors(positions), sigma);
        return CheckDevice.Read(sigma);
    }

    private static float[] Backward<TActivation, TBlob>(CheckDevice device, DensityOptions options, float[] raw, float[] positions, float[] dLdSigma)
        where TActivation : struct, IDensityActivation
        where TBlob : struct, IDensityBlob
    {
        ArrayView<float> gradient = device.Gradient(raw.Length);
        device.Kernels<Density<TActivation, TBlob>>().Backward(options, device.Upload(raw), Column, device.UploadVectors(positions), device.Upload(dLdSigma), gradient);
        return CheckDevice.Read(gradient);
    }
}
