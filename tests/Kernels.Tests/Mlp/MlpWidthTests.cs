using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Mlp;
using DreamFusion.References.Mlp;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Kernels.Tests.Mlp;

/// <summary>
/// Every width from 16 to 128 with every depth, first and second order: the derivative along a random direction in parameters and
/// inputs, because a difference per parameter would take hours at these sizes.
/// </summary>
public sealed class MlpWidthTests
{
    private const int Rows = 9;

    public static TheoryData<int, int, HiddenActivation, KernelChoice> Shapes
    {
        get
        {
            var data = new TheoryData<int, int, HiddenActivation, KernelChoice>();
            foreach (int width in (int[])[16, 32, 48, 64, 128])
            {
                for (int layers = 1; layers <= 4; layers++)
                {
                    data.Add(width, layers, HiddenActivation.Relu, KernelChoice.Portable);
                    data.Add(width, layers, HiddenActivation.Relu, KernelChoice.Tuned);
                    data.Add(width, layers, HiddenActivation.Silu, (width + layers) % 2 == 0 ? KernelChoice.Portable : KernelChoice.Tuned);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void DirectionalDerivativesMatchCentralDifferences(int width, int layers, HiddenActivation hidden, KernelChoice choice)
    {
        var options = new MlpOptions { InputCount = 12, Width = width, HiddenLayers = layers, HiddenActivation = hidden, HasBias = layers != 2 };
        var reference = new MlpReference(options);
        var random = new Random(width + layers);
        // Weights of this size keep the signal from layer to layer.
        double reach = Math.Sqrt(6.0 / width);
        double[] w = RandomArrays.Uniform(random, options.ParameterCount, -reach, reach), y = RandomArrays.Uniform(random, Rows * 12, -1, 1);
        double[] a = RandomArrays.Uniform(random, Rows * 4, -1, 1), b = RandomArrays.Uniform(random, Rows * 12, -1, 1);
        double First(double[] parameters, double[] input) => reference.Forward(parameters, input).Zip(a, (o, g) => o * g).Sum();
        double Second(double[] parameters, double[] input) => reference.InputGradient(parameters, input, 1).Zip(b, (q, g) => q * g).Sum();

        using var device = new TestDevice(2, choice);
        foreach (bool isSecond in (bool[])[false, true])
        {
            using var tape = new Tape(device.Context);
            var parameters = new Variable(device.Upload(w), device.Zeros<float>(w.Length), 1, w.Length);
            var input = new Variable(device.Upload(y), device.Zeros<float>(y.Length), Rows, 12);
            tape.Backward(
                isSecond ? tape.MlpInputGradient(options, parameters, input, 1) : tape.MlpForward(options, parameters, input), device.Upload(isSecond ? b : a));
            Func<double[], double[], double> loss = isSecond ? Second : First;
            Check($"dL/dW of order {(isSecond ? 2 : 1)}", random, w, device.Read(parameters.Gradient), p => loss(p, y));
            Check($"dL/dy of order {(isSecond ? 2 : 1)}", random, y, device.Read(input.Gradient), p => loss(w, p));
        }
    }

    // g·v over five directions v, each against (L(x + hv) - L(x - hv)) / 2h.
    private static void Check(string name, Random random, double[] point, float[] gradient, Func<double[], double> loss)
    {
        const double step = 1e-8;
        double[] expected = new double[5];
        float[] actual = new float[5];
        for (int i = 0; i < expected.Length; i++)
        {
            double[] v = RandomArrays.Uniform(random, point.Length, -1, 1);
            expected[i] = (loss([.. point.Zip(v, (x, d) => x + step * d)]) - loss([.. point.Zip(v, (x, d) => x - step * d)])) / (2 * step);
            actual[i] = (float)gradient.Zip(v, (g, d) => g * d).Sum();
        }
        // A ReLU network's gradient has no gradient by its input: zero on both sides, up to the rounding of the differences.
        GradientCheck.Require(name, expected, actual, 2e-5, floor: 0.1);
    }
}
