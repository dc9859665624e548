using System.Linq;
using DreamFusion.Kernels.Optimize;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Shampoo. An optimiser ends the step: nothing to differentiate.</summary>
internal sealed class ShampooCheck : ISelfCheck
{
    private const int Side = 4;

    public string Family => "Shampoo";

    public void Run(SelfCheckRun run)
    {
        // Before the preconditioner is trusted a step follows the sign of the gradient.
        float[] plain = Steps(run.Device, new ShampooOptions { Beta1 = 0 }, new ShampooMatrix(2, 2), 0.25, new float[4], [[0.5f, -1e-9f, 0f, 7f]]);
        run.Golden("plain step by hand", [-0.25, 0.25, 0, -0.25], plain, tolerance: 0);

        // Gupta et al. 2018, section 1: with the statistics of this gradient alone and fourth roots, (G Gᵀ)^(-1/4) G (Gᵀ G)^(-1/4) = U Vᵀ of
        // G = U Σ Vᵀ, an orthogonal matrix, grafted to the length √n of sign(G).
        var options = new ShampooOptions { Beta1 = 0, Beta2 = 0, Epsilon = 1e-7, ExponentOverride = 0, PlainSteps = 0 };
        float[] gradient = [3f, 1f, 0.1f, 0.5f, -1f, 2f, 0.3f, 0.2f, 0.2f, -0.1f, 1.5f, -1f, 0.4f, 0.7f, 1f, 2.5f];
        float[] p = Steps(run.Device, options, new ShampooMatrix(Side, Side), 1, new float[Side * Side], [gradient]);
        double[] products = new double[Side * Side], expected = new double[Side * Side];
        for (int i = 0; i < products.Length; i++)
        {
            expected[i] = i / Side == i % Side ? Side : 0;
            for (int k = 0; k < Side; k++)
            {
                products[i] += (double)p[i / Side * Side + k] * p[i % Side * Side + k];
            }
        }

        // Statistics are float and the ridge is 1e-7 of the largest eigenvalue.
        run.Golden("first direction is orthogonal", expected, products, tolerance: 1e-4);
        float[] parameters = RandomInputs.Uniform(57, 63, -1f, 1f);
        float[][] gradients = [.. Enumerable.Range(0, 8).Select(step => RandomInputs.Uniform(58 + (uint)step, 63, -1f, 1f))];
        run.Repeats("", device => Steps(device, new ShampooOptions { BlockSize = 4, PlainSteps = 2, RootInterval = 3 }, new ShampooMatrix(7, 9), 1e-2, parameters, gradients));
    }

    private static float[] Steps(CheckDevice device, ShampooOptions options, ShampooMatrix matrix, double learningRate, float[] start, float[][] gradients)
    {
        using var state = new ShampooState(device.Accelerator, options, [matrix]);
        ArrayView<float> parameters = device.Upload(start), gradient = device.Zeros<float>(start.Length);
        for (int step = 1; step <= gradients.Length; step++)
        {
            gradient.CopyFromCPU(gradients[step - 1]);
            device.Kernels<Shampoo>().Step(state, [new(0, start.Length, learningRate)], step, parameters, gradient);
        }

        return CheckDevice.Read(parameters);
    }
}
