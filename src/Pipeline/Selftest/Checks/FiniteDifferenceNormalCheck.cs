using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Normals by central differences of the density.</summary>
internal sealed class FiniteDifferenceNormalCheck : ISelfCheck
{
    private const int SampleCount = 30;
    private static readonly FiniteDifferenceOptions _options = new() { Epsilon = 0.25f };

    public string Family => "normals by differences";

    public void Run(SelfCheckRun run)
    {
        // By hand: taps at ±¼, clamped to the cube ±1; of σ = 5 - 3y - 4z the normal is (0, 0.6, 0.8) there too.
        ArrayView<Float3> taps = run.Device.OutputVectors(FiniteDifferenceNormalKernels.TapCount);
        ArrayView<Float3> corner = run.Device.UploadVectors(0.5f, 0.875f, 0f);
        run.Device.Kernels<FiniteDifferenceNormal>().Taps(_options, corner, taps);
        float[] x = CheckDevice.Rows(taps);
        run.Golden("taps by hand", [0.75, 0.875, 0, 0.25, 0.875, 0, 0.5, 1, 0, 0.5, 0.625, 0, 0.5, 0.875, 0.25, 0.5, 0.875, -0.25], x, tolerance: 0);
        float[] plane = new float[FiniteDifferenceNormalKernels.TapCount];
        for (int tap = 0; tap < plane.Length; tap++)
        {
            plane[tap] = 5f - 3f * x[3 * tap + 1] - 4f * x[3 * tap + 2];
        }

        run.Golden("plane by hand", [0, 0.6, 0.8], Forward(run.Device, plane, [0.5f, 0.875f, 0f]));

        // Upper taps are denser than lower ones by 1 and more: no gradient vanishes.
        float[] sigma = RandomInputs.Uniform(27, SampleCount * FiniteDifferenceNormalKernels.TapCount, 0.5f, 1.5f);
        for (int i = 0; i < sigma.Length; i += 2)
        {
            sigma[i] += 2f;
        }

        float[] positions = RandomInputs.Uniform(28, 3 * SampleCount, -0.95f, 0.95f);
        run.Gradients("", new DifferentiableOperation
        {
            Inputs = [new("density", sigma)],
            Forward = (device, at) => [Forward(device, at[0], positions)],
            Backward = (device, at, dLdy) =>
            {
                ArrayView<float> gradient = device.Gradient(sigma.Length);
                device.Kernels<FiniteDifferenceNormal>().Backward(_options, device.UploadVectors(positions), device.Upload(at[0]), device.UploadVectors(dLdy[0]), gradient);
                return [CheckDevice.Read(gradient)];
            },
        });
    }

    private static float[] Forward(CheckDevice device, float[] sigma, float[] positions)
    {
        ArrayView<Float3> normals = device.OutputVectors(positions.Length / 3);
        device.Kernels<FiniteDifferenceNormal>().Forward(_options, device.UploadVectors(positions), device.Upload(sigma), normals);
        return CheckDevice.Rows(normals);
    }
}
