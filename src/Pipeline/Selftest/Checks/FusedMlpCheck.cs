using System;
using DreamFusion.Kernels.Mlp;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>The fully connected network, first and second order.</summary>
internal sealed class FusedMlpCheck : ISelfCheck
{
    // No multiple of any block of rows.
    private const int Rows = 37;
    private const int Output = 1;

    // The outputs hardly depend on the inputs (weights are small), so a wide step is needed against rounding; nor do the preactivations.
    private const float InputStep = 0.25f;

    public string Family => "MLP";

    public void Run(SelfCheckRun run)
    {
        ReluByHand(run);
        var small = new MlpOptions { InputCount = 6, Width = 16, HiddenLayers = 2, OutputCount = 3 };
        Variant<Relu>(run, "ReLU 6-16-16-3", small);
        Variant<Relu>(run, "ReLU 12-32-4", MlpOptions.Toybox);
        Variant<Relu>(run, "ReLU 32-64-64-4", new MlpOptions());

        // SiLU in double: 1 / (1 + e⁻¹), and its derivative s (1 + a (1 - s)) at 1.
        var single = new MlpOptions { InputCount = 1, Width = 1, HiddenLayers = 1, OutputCount = 1, HasBias = false, HiddenActivation = HiddenActivation.Silu };
        double s = 1 / (1 + Math.Exp(-1));
        run.Golden(
            "SiLU and its derivative at 1", [s, s * (2 - s)],
            [.. Forward<Silu>(run.Device, single, [1f, 1f], [1f]), .. InputGradient<Silu>(run.Device, single, [1f, 1f], [1f], 0)]);
        Variant<Silu>(run, "SiLU 6-16-16-3", small with { HiddenActivation = HiddenActivation.Silu });
        Variant<Silu>(run, "SiLU without bias", small with { HiddenActivation = HiddenActivation.Silu, HiddenLayers = 3, HasBias = false });
    }

    // a = W₁ y + b₁ = (3.5, -0.5), so the second unit is dead: o = 2 · 3.5 - 1 = 6, q = 2 (1, 2).
    private static void ReluByHand(SelfCheckRun run)
    {
        var options = new MlpOptions { InputCount = 2, Width = 2, HiddenLayers = 1, OutputCount = 1 };
        float[] parameters = [1f, 2f, -1f, 1f, 0.5f, -0.5f, 2f, 3f, -1f], input = [1f, 1f];
        run.Golden("ReLU by hand", 6, Forward<Relu>(run.Device, options, parameters, input)[0], tolerance: 0);
        run.Golden("ReLU by hand, input gradient", [2, 4], InputGradient<Relu>(run.Device, options, parameters, input, 0), tolerance: 0);
        float[][] gradients = Backward<Relu>(run.Device, options, parameters, input, [1f]);
        run.Golden("ReLU by hand, gradients", [2, 2, 0, 0, 2, 0, 3.5, 0, 1, 2, 4], [.. gradients[0], .. gradients[1]], tolerance: 0);
    }

    private static void Variant<TActivation>(SelfCheckRun run, string name, MlpOptions options)
        where TActivation : struct, IHiddenActivation
    {
        float[] parameters = Parameters(options), input = RandomInputs.Uniform(11, Rows * options.InputCount, -1f, 1f);
        run.Gradients(name, new DifferentiableOperation
        {
            Inputs = [new("parameters", parameters), new("input", input, InputStep)],
            Forward = (device, x) => [Forward<TActivation>(device, options, x[0], x[1])],
            Backward = (device, x, dLdy) => Backward<TActivation>(device, options, x[0], x[1], dLdy[0]),
        });

        // The second-order pass of a piecewise linear network reaches the weights only.
        bool curved = TActivation.IsPiecewiseLinear == 0;
        run.Gradients($"{name}, second order", new DifferentiableOperation
        {
            Inputs = curved ? [new("parameters", parameters), new("input", input, InputStep)] : [new("parameters", parameters)],
            Forward = (device, x) => [InputGradient<TActivation>(device, options, x[0], curved ? x[1] : input, Output)],
            Backward = (device, x, dLdy) =>
            {
                ArrayView<float> dLdParameters = device.Gradient(x[0].Length), dLdInput = curved ? device.Gradient(input.Length) : ArrayView<float>.Empty;
                device.Kernels<FusedMlp<TActivation>>().InputGradientBackward(
                    options, device.Upload(x[0]), device.Upload(curved ? x[1] : input), Output, device.Upload(dLdy[0]), dLdParameters,
                    device.Output((int)FusedMlp<TActivation>.ScratchLength(options)), dLdInput);
                return curved ? [CheckDevice.Read(dLdParameters), CheckDevice.Read(dLdInput)] : [CheckDevice.Read(dLdParameters)];
            },
        });
    }

    /// <summary>
    /// Hidden biases ±1 and hidden weights for which W x has a standard deviation of 0.15: half of the units are dead, and no
    /// preactivation comes near the kink of the ReLU, nor do the steps of the differences. Without biases (SiLU) weights of order 1/√n.
    /// </summary>
    private static float[] Parameters(MlpOptions options)
    {
        float[] parameters = new float[options.ParameterCount];
        for (int layer = 0; layer <= options.HiddenLayers; layer++)
        {
            int inputs = options.LayerInputs(layer), outputs = options.LayerOutputs(layer);
            bool hidden = layer < options.HiddenLayers;
            float scale = !options.HasBias || !hidden ? 1f : layer == 0 ? 0.45f : 0.36f;
            float limit = scale / MathF.Sqrt(inputs);
            RandomInputs.Uniform(12 + (uint)layer, inputs * outputs, -limit, limit).CopyTo(parameters, options.WeightOffset(layer));
            for (int unit = 0; options.HasBias && unit < outputs; unit++)
            {
                parameters[options.BiasOffset(layer) + unit] = (hidden ? 1f : 0.1f) * (unit % 2 == 0 ? 1f : -1f);
            }
        }

        return parameters;
    }

    private static float[] Forward<TActivation>(CheckDevice device, MlpOptions options, float[] parameters, float[] input)
        where TActivation : struct, IHiddenActivation
    {
        ArrayView<float> output = device.Output(input.Length / options.InputCount * options.OutputCount);
        device.Kernels<FusedMlp<TActivation>>().Forward(options, device.Upload(parameters), device.Upload(input), output);
        return CheckDevice.Read(output);
    }

    private static float[] InputGradient<TActivation>(CheckDevice device, MlpOptions options, float[] parameters, float[] input, int outputIndex)
        where TActivation : struct, IHiddenActivation
    {
        ArrayView<float> gradient = device.Output(input.Length);
        device.Kernels<FusedMlp<TActivation>>().InputGradient(options, device.Upload(parameters), device.Upload(input), outputIndex, gradient);
        return CheckDevice.Read(gradient);
    }

    private static float[][] Backward<TActivation>(CheckDevice device, MlpOptions options, float[] parameters, float[] input, float[] dLdOutput)
        where TActivation : struct, IHiddenActivation
    {
        ArrayView<float> dLdParameters = device.Gradient(parameters.Length), dLdInput = device.Gradient(input.Length);
        device.Kernels<FusedMlp<TActivation>>().Backward(
            options, device.Upload(parameters), device.Upload(input), device.Upload(dLdOutput), dLdParameters, dLdInput,
            device.Output((int)FusedMlp<TActivation>.ScratchLength(options)));
        return [CheckDevice.Read(dLdParameters), CheckDevice.Read(dLdInput)];
    }
}
