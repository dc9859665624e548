using System;
using System.Globalization;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Spherical harmonics of every degree.</summary>
internal sealed class SphericalHarmonicsCheck : ISelfCheck
{
    private const int Rows = 20;

    public string Family => "spherical harmonics";

    public void Run(SelfCheckRun run)
    {
        // At the pole +Z only m = 0 is left, and Y_l,0 = sqrt((2l + 1) / 4π).
        double[] pole = new double[16];
        for (int band = 0; band < 4; band++)
        {
            pole[band * band + band] = Math.Sqrt((2 * band + 1) / (4 * Math.PI));
        }

        run.Golden("pole", pole, Encode(run.Device, 4, [0f, 0f, 1f]));

        // Unsöld's theorem: Σ_m Y_l,m² = (2l + 1) / 4π in every direction.
        float[] functions = Encode(run.Device, 4, RandomInputs.UnitVectors(9, 1));
        double[] sums = new double[4], expected = new double[4];
        for (int i = 0; i < 16; i++)
        {
            int band = (int)Math.Sqrt(i);
            sums[band] += (double)functions[i] * functions[i];
            expected[band] = (2 * band + 1) / (4 * Math.PI);
        }

        run.Golden("Unsöld's theorem", expected, sums);
        for (int degree = 2; degree <= SphericalHarmonicsKernels.MaxDegree; degree++)
        {
            int n = degree;
            run.Gradients(string.Create(CultureInfo.InvariantCulture, $"degree {n}"), new DifferentiableOperation
            {
                Inputs = [new("direction", RandomInputs.UnitVectors(10, Rows))],
                Forward = (device, x) => [Encode(device, n, x[0])],
                Backward = (device, x, dLdy) =>
                {
                    ArrayView<Float3> gradient = device.GradientVectors(Rows);
                    device.Kernels<SphericalHarmonics>().Backward(n, device.UploadVectors(x[0]), device.Upload(dLdy[0]), gradient);
                    return [CheckDevice.Rows(gradient)];
                },
            });
        }
    }

    private static float[] Encode(CheckDevice device, int degree, float[] directions)
    {
        ArrayView<float> features = device.Output(directions.Length / 3 * degree * degree);
        device.Kernels<SphericalHarmonics>().Encode(degree, device.UploadVectors(directions), features);
        return CheckDevice.Read(features);
    }
}
