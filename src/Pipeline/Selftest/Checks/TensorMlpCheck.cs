using System;
using DreamFusion.Kernels.Mlp;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>
/// The network on tensor cores against the portable kernels on the same device. It stores 16-bit floats, so it is compared with them instead of with differences of itself: one number
/// has an error of 2⁻¹¹, and sums of some dozen the tolerance below.
/// </summary>
internal sealed class TensorMlpCheck : ISelfCheck
{
    private const double Tolerance = 4e-3;
    private const int Rows = 75;
    private const int Output = 1;

    /// <inheritdoc/>
    public string Family => "FusedMlp, tensor cores";

    /// <inheritdoc/>
    public void Run(SelfCheckRun run)
    {
        FusedMlp<Relu> tensor = run.Device.Kernels<FusedMlp<Relu>>();
        using FusedMlp<Relu> portable = FusedMlp<Relu>.Load(run.Device.Accelerator);
        run.Holds("uses tensor cores", tensor.IsTuned);
        foreach ((string name, MlpOptions options) in new[] { ("12-32-4", MlpOptions.Toybox), ("32-64-64-4", new MlpOptions()) })
        {
            float[][] expected = Passes(run.Device, portable, options);
            float[][] actual = Passes(run.Device, tensor, options);
            string[] parts = ["values", "input gradient", "dL/d(parameters)", "dL/d(input)", "second order, dL/d(parameters)"];
            for (int i = 0; i < parts.Length; i++)
            {
                run.Golden($"{name}, {parts[i]}", Array.ConvertAll(expected[i], value => (double)value), actual[i], Tolerance);
            }

            run.Repeats(name, device => [.. Passes(device, tensor, options)[2]]);
        }
    }

    private static float[][] Passes(CheckDevice device, FusedMlp<Relu> mlp, MlpOptions options)
    {
        ArrayView<float> parameters = device.Upload(Parameters(options));
        ArrayView<float> input = device.Upload(RandomInputs.Uniform(31, Rows * options.InputCount, -1f, 1f));
        ArrayView<float> scratch = device.Output((int)FusedMlp<Relu>.ScratchLength(options));
        ArrayView<float> values = device.Output(Rows * options.OutputCount);
        ArrayView<float> gradient = device.Output(Rows * options.InputCount);
        mlp.ForwardWithInputGradient(options, parameters, input, Output, values, gradient);
        ArrayView<float> first = device.Gradient(options.ParameterCount);
        ArrayView<float> dLdInput = device.Gradient(Rows * options.InputCount);
        // Small, so that a gradient in 16 bits needs its scale; the sums over all rows are then about 1.
        mlp.Backward(options, parameters, input, device.Upload(RandomInputs.Uniform(32, Rows * options.OutputCount, -1e-2f, 1e-2f)), first, dLdInput, scratch);
        ArrayView<float> second = device.Gradient(options.ParameterCount);
        mlp.InputGradientBackward(
            options, parameters, input, Output, device.Upload(RandomInputs.Uniform(33, Rows * options.InputCount, -1e-2f, 1e-2f)), second, scratch);
        return [CheckDevice.Read(values), CheckDevice.Read(gradient), CheckDevice.Read(first), CheckDevice.Read(dLdInput), CheckDevice.Read(second)];
    }

    // Hidden biases ±1 beside small weights: no preactivation is so near the kink of the ReLU that 16 bits put it on the other side.
    private static float[] Parameters(MlpOptions options)
    {
        float[] parameters = new float[options.ParameterCount];
        for (int layer = 0; layer <= options.HiddenLayers; layer++)
        {
            int inputs = options.LayerInputs(layer);
            int outputs = options.LayerOutputs(layer);
            float limit = 0.4f / MathF.Sqrt(inputs);
            RandomInputs.Uniform(34 + (uint)layer, inputs * outputs, -limit, limit).CopyTo(parameters, options.WeightOffset(layer));
            for (int unit = 0; unit < outputs; unit++)
            {
                parameters[options.BiasOffset(layer) + unit] = unit % 2 == 0 ? 1f : -1f;
            }
        }

        return parameters;
    }
}
