using System;
using DreamFusion.Kernels.Mlp;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Activations of a network's outputs, first and second order.</summary>
internal sealed class OutputLayerCheck : ISelfCheck
{
    private const int Rows = 23;
    private const int Output = 1;
    private static readonly MlpOptions _options = new() { InputCount = 5, OutputCount = 3 };

    public string Family => "MLP outputs";

    // Closed forms in double: s(ln 3) = 3/4, ln(1 + e⁰) = ln 2, and softplus and sigmoid far out, where they must neither overflow nor cancel.
    public void Run(SelfCheckRun run)
    {
        Variant<SigmoidOutput>(run, "sigmoid", [MathF.Log(3f), 0f, 100f], [0.75, 0.5, 1]);
        Variant<SoftplusOutput>(run, "softplus", [0f, 100f, -100f], [Math.Log(2), 100, 0]);
        Variant<ExpOutput>(run, "exp", [1f, 0f, -2f], [Math.E, 1, Math.Exp(-2)]);
    }

    private static void Variant<TOutput>(SelfCheckRun run, string name, float[] arguments, double[] values)
        where TOutput : struct, IOutputActivation
    {
        run.Golden($"{name} in closed form", values, Forward<TOutput>(run.Device, arguments));
        float[] preactivations = RandomInputs.Uniform(16, Rows * _options.OutputCount, -2f, 2f);
        run.Gradients(name, new DifferentiableOperation
        {
            Inputs = [new("a", preactivations)],
            Forward = (device, x) => [Forward<TOutput>(device, x[0])],
            Backward = (device, x, dLdy) =>
            {
                ArrayView<float> gradient = device.Gradient(x[0].Length);
                device.Kernels<OutputLayer<TOutput>>().Backward(device.Upload(x[0]), device.Upload(dLdy[0]), gradient);
                return [CheckDevice.Read(gradient)];
            },
        });
        run.Gradients($"{name}, second order", new DifferentiableOperation
        {
            Inputs = [new("a", preactivations), new("linear gradient", RandomInputs.Uniform(17, Rows * _options.InputCount, -1f, 1f))],
            Forward = (device, x) =>
            {
                ArrayView<float> gradient = device.Output(x[1].Length);
                device.Kernels<OutputLayer<TOutput>>().InputGradient(_options, device.Upload(x[0]), Output, device.Upload(x[1]), gradient);
                return [CheckDevice.Read(gradient)];
            },
            Backward = (device, x, dLdy) =>
            {
                ArrayView<float> dLdPreactivations = device.Gradient(x[0].Length), dLdLinear = device.Gradient(x[1].Length);
                device.Kernels<OutputLayer<TOutput>>().InputGradientBackward(
                    _options, device.Upload(x[0]), Output, device.Upload(x[1]), device.Upload(dLdy[0]), dLdLinear, dLdPreactivations);
                return [CheckDevice.Read(dLdPreactivations), CheckDevice.Read(dLdLinear)];
            },
        });
    }

    private static float[] Forward<TOutput>(CheckDevice device, float[] preactivations)
        where TOutput : struct, IOutputActivation
    {
        ArrayView<float> outputs = device.Output(preactivations.Length);
        device.Kernels<OutputLayer<TOutput>>().Forward(device.Upload(preactivations), outputs);
        return CheckDevice.Read(outputs);
    }
}
