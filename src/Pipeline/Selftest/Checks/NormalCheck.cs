using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Analytic normals of a density whose blob lies before the activation.</summary>
internal sealed class NormalCheck : ISelfCheck
{
    private const int SampleCount = 40;
    private static readonly DensityOptions _options = new() { BlobDensity = 0.3f, BlobRadius = 0.6f, Gain = 1.5f };

    public string Family => "normals";

    public void Run(SelfCheckRun run)
    {
        // By hand: -∇o / |∇o| without a blob; a vanishing gradient has no direction.
        float[] normals = Forward<GaussianBlob>(run.Device, new DensityOptions { BlobDensity = 0f }, [0f, 3f, -4f, 0f, 0f, 0f], new float[6]);
        run.Golden("by hand", [0, -0.6, 0.8, 0, 0, 0], normals);
        Variant<LinearBlob>(run, "linear blob");
        Variant<GaussianBlob>(run, "Gaussian blob");
        Variant<AddedGaussianBlob>(run, "blob left to the density");
    }

    private static void Variant<TBlob>(SelfCheckRun run, string name)
        where TBlob : struct, IDensityBlob
    {
        // The blob's gradient is at most 0.5, the network's 1.5: their sum never comes near the kink at 0.
        float[] positions = RandomInputs.Uniform(22, 3 * SampleCount, -0.8f, 0.8f);
        run.Gradients(name, new DifferentiableOperation
        {
            Inputs = [new("gradient", RandomInputs.UnitVectors(23, SampleCount))],
            Forward = (device, x) => [Forward<TBlob>(device, _options, x[0], positions)],
            Backward = (device, x, dLdy) =>
            {
                ArrayView<Float3> gradient = device.GradientVectors(SampleCount);
                device.Kernels<Normal<TBlob>>().Backward(_options, device.UploadVectors(x[0]), device.UploadVectors(positions), device.UploadVectors(dLdy[0]), gradient);
                return [CheckDevice.Rows(gradient)];
            },
        });
    }

    private static float[] Forward<TBlob>(CheckDevice device, DensityOptions options, float[] gradient, float[] positions)
        where TBlob : struct, IDensityBlob
    {
        ArrayView<Float3> normals = device.OutputVectors(positions.Length / 3);
        device.Kernels<Normal<TBlob>>().Forward(options, device.UploadVectors(gradient), device.UploadVectors(positions), normals);
        return CheckDevice.Rows(normals);
    }
}
