using System;
using DreamFusion.Kernels.Encode;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>The integrated positional encoding, first and second order.</summary>
internal sealed class IntegratedPositionalCheck : ISelfCheck
{
    private const int Rows = 20;
    private static readonly IntegratedPositionalOptions _options = new() { FrequencyCount = 4 };

    public string Family => "integrated encoding";

    public void Run(SelfCheckRun run)
    {
        // mip-NeRF, eq. 13: E[sin N(m, v)] = sin(m) exp(-v/2), and at twice the frequency sin(2m) exp(-4v/2); the cosines alike.
        var two = new IntegratedPositionalOptions { DimensionCount = 1, FrequencyCount = 2 };
        double once = Math.Exp(-0.1), four = Math.Exp(-0.4);
        run.Golden(
            "mip-NeRF, eq. 13", [once * Math.Sin(0.75), four * Math.Sin(1.5), once * Math.Cos(0.75), four * Math.Cos(1.5)],
            Encode(run.Device, two, [0.75f], [0.2f]));
        float[] means = RandomInputs.Uniform(6, Rows * _options.DimensionCount, -1f, 1f);
        float[] variances = RandomInputs.Uniform(7, Rows, 0.02f, 0.2f);
        float[] cotangent = RandomInputs.Uniform(8, Rows * _options.FeatureCount, -1f, 1f);
        // A variance counts 4ᵏ-fold in the exponents, so its steps are shorter.
        run.Gradients("", new DifferentiableOperation
        {
            Inputs = [new("mean", means), new("variance", variances, Step: 1f / 128f)],
            Forward = (device, x) => [Encode(device, _options, x[0], x[1])],
            Backward = (device, x, dLdy) =>
            {
                ArrayView<float> dLdMeans = device.Gradient(x[0].Length), dLdVariances = device.Gradient(Rows);
                ArrayView<float> features = device.Upload(Encode(device, _options, x[0], x[1]));
                device.Kernels<IntegratedPositional>().Backward(_options, features, device.Upload(dLdy[0]), dLdMeans, dLdVariances);
                return [CheckDevice.Read(dLdMeans), CheckDevice.Read(dLdVariances)];
            },
        });
        run.Gradients("second order", new DifferentiableOperation
        {
            Inputs = [new("mean", means), new("variance", variances, Step: 1f / 128f), new("u", cotangent)],
            Forward = (device, x) =>
            {
                ArrayView<float> gradient = device.Output(x[0].Length), features = device.Upload(Encode(device, _options, x[0], x[1]));
                device.Kernels<IntegratedPositional>().MeanGradient(_options, features, device.Upload(x[2]), gradient);
                return [CheckDevice.Read(gradient)];
            },
            Backward = (device, x, dLdy) =>
            {
                ArrayView<float> dLdMeans = device.Gradient(x[0].Length), dLdVariances = device.Gradient(Rows), dLdCotangent = device.Gradient(x[2].Length);
                ArrayView<float> features = device.Upload(Encode(device, _options, x[0], x[1]));
                device.Kernels<IntegratedPositional>().MeanGradientBackward(
                    _options, features, device.Upload(x[2]), device.Upload(dLdy[0]), dLdCotangent, dLdMeans, dLdVariances);
                return [CheckDevice.Read(dLdMeans), CheckDevice.Read(dLdVariances), CheckDevice.Read(dLdCotangent)];
            },
        });
    }

    private static float[] Encode(CheckDevice device, IntegratedPositionalOptions options, float[] means, float[] variances)
    {
        ArrayView<float> features = device.Output(means.Length / options.DimensionCount * options.FeatureCount);
        device.Kernels<IntegratedPositional>().Encode(options, device.Upload(means), device.Upload(variances), features);
        return CheckDevice.Read(features);
    }
}
