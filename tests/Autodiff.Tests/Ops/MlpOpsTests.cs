using System;
using System.Linq;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Mlp;
using DreamFusion.References.Mlp;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Autodiff.Tests.Ops;

/// <summary>L = a·o(W, y) + b·q(W, y) on the tape for every activation, against central differences of the same in double precision.</summary>
public sealed class MlpOpsTests
{
    private const int RowCount = 23;

    [Theory]
    [InlineData(HiddenActivation.Relu, OutputActivation.None)]
    [InlineData(HiddenActivation.Relu, OutputActivation.Sigmoid)]
    [InlineData(HiddenActivation.Relu, OutputActivation.Softplus)]
    [InlineData(HiddenActivation.Relu, OutputActivation.Exp)]
    [InlineData(HiddenActivation.Silu, OutputActivation.None)]
    [InlineData(HiddenActivation.Silu, OutputActivation.Sigmoid)]
    [InlineData(HiddenActivation.Silu, OutputActivation.Softplus)]
    [InlineData(HiddenActivation.Silu, OutputActivation.Exp)]
    public void FirstAndSecondOrderMatchCentralDifferences(HiddenActivation hidden, OutputActivation output)
    {
        var options = new MlpOptions { InputCount = 4, Width = 9, HiddenLayers = 2, OutputCount = 3, HiddenActivation = hidden, OutputActivation = output };
        var reference = new MlpReference(options);
        var random = new Random(5);
        double[] w = RandomArrays.Uniform(random, options.ParameterCount, -0.6, 0.6), y = RandomArrays.Uniform(random, RowCount * 4, -1, 1);
        double[] a = RandomArrays.Uniform(random, RowCount * 3, -1, 1), b = RandomArrays.Uniform(random, RowCount * 4, -1, 1);
        double Loss(double[] parameters, double[] input) =>
            reference.Forward(parameters, input).Zip(a, (o, g) => o * g).Sum() + reference.InputGradient(parameters, input, 1).Zip(b, (q, g) => q * g).Sum();

        foreach (bool inOnePass in (bool[])[false, true])
        {
            using var device = new TestDevice();
            using var tape = new Tape(device.Context);
            var parameters = new Variable(device.Upload(w), device.Zeros<float>(w.Length), 1, w.Length);
            var input = new Variable(device.Upload(y), device.Zeros<float>(y.Length), RowCount, 4);
            Variable? both = null;
            Variable o = inOnePass ? tape.MlpForward(options, parameters, input, 1, out both) : tape.MlpForward(options, parameters, input);
            Variable q = both ?? tape.MlpInputGradient(options, parameters, input, 1);
            Close.Require("o", reference.Forward(w, y), device.Read(o.Value), 2e-6);
            Close.Require("q", reference.InputGradient(w, y, 1), device.Read(q.Value), 2e-6);
            tape.Seed(o, device.Upload(a));
            tape.Seed(q, device.Upload(b));
            tape.Backward();
            // A step this small keeps every ReLU on its side of the kink.
            GradientCheck.Require("dL/dW", GradientCheck.CentralDifferences(p => Loss(p, y), w, 1e-7), device.Read(parameters.Gradient), 2e-5);
            GradientCheck.Require("dL/dy", GradientCheck.CentralDifferences(p => Loss(w, p), y, 1e-7), device.Read(input.Gradient), 2e-5);
        }
    }

    [Fact]
    public void ThreadsDoNotChangeTheBits()
    {
        var options = new MlpOptions { InputCount = 6, Width = 16, OutputCount = 3, HiddenActivation = HiddenActivation.Silu, OutputActivation = OutputActivation.Softplus };
        const int rows = 1003;
        double[] w = RandomArrays.Uniform(new Random(6), options.ParameterCount, -0.6, 0.6), y = RandomArrays.Uniform(new Random(7), rows * 6, -1, 1);
        double[] a = RandomArrays.Uniform(new Random(8), rows * 3, -1, 1), b = RandomArrays.Uniform(new Random(9), rows * 6, -1, 1);
        float[][] results = [.. ((int[])[1, 2, 4]).Select(threads =>
        {
            using var device = new TestDevice(threads, KernelChoice.Tuned);
            using var tape = new Tape(device.Context);
            var parameters = new Variable(device.Upload(w), device.Zeros<float>(w.Length), 1, w.Length);
            var input = new Variable(device.Upload(y), device.Zeros<float>(y.Length), rows, 6);
            Variable o = tape.MlpForward(options, parameters, input);
            Variable q = tape.MlpInputGradient(options, parameters, input, 2);
            tape.Seed(o, device.Upload(a));
            tape.Seed(q, device.Upload(b));
            tape.Backward();
            return (float[])[.. device.Read(o.Value), .. device.Read(q.Value), .. device.Read(parameters.Gradient), .. device.Read(input.Gradient)];
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void ConstantParametersStillCarryTheInputsGradient()
    {
        var options = new MlpOptions { InputCount = 2, Width = 3, HiddenLayers = 1, OutputCount = 1, OutputActivation = OutputActivation.Exp };
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        double[] w = RandomArrays.Uniform(new Random(1), options.ParameterCount, 0.1, 1), y = [0.3, 0.7];
        var input = new Variable(device.Upload(y), device.Zeros<float>(2), 1, 2);
        Variable q = tape.MlpInputGradient(options, tape.Constant(device.Upload(w), 1, w.Length), input, 0);
        tape.Backward(q, device.Upload([1d, -2]));
        double[] expected = GradientCheck.CentralDifferences(p => new MlpReference(options).InputGradient(w, p, 0) is var g ? g[0] - 2 * g[1] : 0, y);
        GradientCheck.Require("dL/dy", expected, device.Read(input.Gradient), 1e-5);
    }
}
