using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Analytic normals of a density to which a blob is added: the raw output takes part.</summary>
internal sealed class DensityNormalCheck : ISelfCheck
{
    private const int SampleCount = 40;
    private const int Columns = 2;
    private const int Column = 1;

    public string Family => "normals, added blob";

    public void Run(SelfCheckRun run)
    {
        // By hand: at x = (0.2, 0, 0) with o = 0 the blob of height h and radius 0.2 has the gradient (-5h e^-½, 0, 0); with
        // h = e^½ / 5 and ∇o = (1, 0, 1), ∇σ = (0, 0, 1).
        var byHand = new DensityOptions { Blob = DensityBlob.AddedGaussian, BlobDensity = 0.32974425f };
        run.Golden("by hand", [0, 0, -1], Forward<ExpDensity>(run.Device, byHand, [7f, 0f], [1f, 0f, 1f], [0.2f, 0f, 0f]));
        Variant<ExpDensity>(run, "exp");
        Variant<SoftplusDensity>(run, "softplus");
    }

    private static void Variant<TActivation>(SelfCheckRun run, string name)
        where TActivation : struct, IDensityActivation
    {
        var options = new DensityOptions { Blob = DensityBlob.AddedGaussian, BlobDensity = 0.3f, BlobRadius = 0.6f, Gain = 1.5f, Bias = 0.3f, Scale = 2f };
        float[] positions = RandomInputs.Uniform(24, 3 * SampleCount, -0.8f, 0.8f);
        run.Gradients(name, new DifferentiableOperation
        {
            Inputs = [new("raw", RandomInputs.Uniform(25, Columns * SampleCount, -0.5f, 1f)), new("gradient", RandomInputs.UnitVectors(26, SampleCount))],
            Forward = (device, x) => [Forward<TActivation>(device, options, x[0], x[1], positions)],
            Backward = (device, x, dLdy) =>
            {
                ArrayView<float> dLdRaw = device.Gradient(x[0].Length);
                ArrayView<Float3> dLdGradient = device.GradientVectors(SampleCount);
                device.Kernels<DensityNormal<TActivation>>().Backward(
                    options, device.Upload(x[0]), Column, device.UploadVectors(x[1]), device.UploadVectors(positions), device.UploadVectors(dLdy[0]), dLdGradient, dLdRaw);
                return [CheckDevice.Read(dLdRaw), CheckDevice.Rows(dLdGradient)];
            },
        });
    }

    private static float[] Forward<TActivation>(CheckDevice device, DensityOptions options, float[] raw, float[] gradient, float[] positions)
        where TActivation : struct, IDensityActivation
    {
        ArrayView<Float3> normals = device.OutputVectors(positions.Length / 3);
        device.Kernels<DensityNormal<TActivation>>().Forward(
            options, device.Upload(raw), Column, device.UploadVectors(gradient), device.UploadVectors(positions), normals);
        return CheckDevice.Rows(normals);
    }
}
