using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Mlp;
using DreamFusion.References.Mlp;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Mlp;

/// <summary>Smooth hidden activations and output activations; the passes of the ReLU network stand in <see cref="FusedMlpTests"/>.</summary>
public sealed class MlpActivationTests
{
    // Inputs, width, hidden layers, outputs, bias.
    public static TheoryData<int, int, int, int, bool> Shapes => new()
    {
        { 12, 32, 1, 4, true },
        { 5, 7, 2, 3, true },
        { 8, 16, 3, 4, false },
        { 3, 6, 4, 5, true },
        { 1, 1, 1, 1, true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    [InlineData(128, 128, 4, 128, true)]
    public void SiluForwardMatchesTheReference(int inputs, int width, int layers, int outputs, bool bias)
    {
        using var device = new TestDevice();
        var scene = new Scene(Shape(inputs, width, layers, outputs, bias), rows: 37);
        Close.Require("outputs", scene.Reference.Forward(scene.Parameters, scene.Input), scene.Forward(device), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SiluGradientsMatchCentralDifferences(int inputs, int width, int layers, int outputs, bool bias)
    {
        using var device = new TestDevice();
        var scene = new Scene(Shape(inputs, width, layers, outputs, bias), rows: 71);
        (float[] parameters, float[] input) = scene.Backward(device);
        GradientCheck.Require("dL/dW", GradientCheck.CentralDifferences(
            p => Dot(scene.Reference.Forward(p, scene.Input), scene.DLdOutput), scene.Parameters), parameters, 1e-5);
        GradientCheck.Require("dL/dy", GradientCheck.CentralDifferences(
            y => Dot(scene.Reference.Forward(scene.Parameters, y), scene.DLdOutput), scene.Input), input, 1e-5);
    }

    // q, then its backward to parameters (biases too) and input: the terms in φ'' that ReLU does not have.
    [Theory]
    [MemberData(nameof(Shapes))]
    public void SiluSecondOrderGradientsMatchCentralDifferences(int inputs, int width, int layers, int outputs, bool bias)
    {
        using var device = new TestDevice();
        var scene = new Scene(Shape(inputs, width, layers, outputs, bias), rows: 71);
        int output = outputs - 1;
        double[] q = GradientCheck.CentralDifferences(
            y => scene.Reference.Forward(scene.Parameters, y).Where((_, i) => i % outputs == output).Sum(), scene.Input);
        GradientCheck.Require("q", q, scene.InputGradient(device, output), 1e-5);
        (float[] parameters, float[] input) = scene.InputGradientBackward(device, output);
        GradientCheck.Require("dL/dW", GradientCheck.CentralDifferences(
            p => Dot(scene.Reference.InputGradient(p, scene.Input, output), scene.DLdGradient), scene.Parameters), parameters, 1e-5);
        GradientCheck.Require("dL/dy", GradientCheck.CentralDifferences(
            y => Dot(scene.Reference.InputGradient(scene.Parameters, y, output), scene.DLdGradient), scene.Input), input, 1e-5);
    }

    [Fact]
    public void SecondOrderGradientsAccumulateAndSkipTheInputOnRequest()
    {
        using var device = new TestDevice();
        var scene = new Scene(Shape(12, 32, 2, 4, true), rows: 70);
        (float[] parameters, float[] input) = scene.InputGradientBackward(device, 0);
        (float[] parametersFromTwo, float[] inputFromTwo) = scene.InputGradientBackward(device, 0, initial: 2f);
        Close.Require("dL/dW", Array.ConvertAll(parameters, g => g + 2d), parametersFromTwo, 1e-5);
        Close.Require("dL/dy", Array.ConvertAll(input, g => g + 2d), inputFromTwo, 1e-5);
        Assert.Equal(parameters, scene.InputGradientBackward(device, 0, wantsInput: false).Parameters);
    }

    [Fact]
    public void ThreadsDoNotChangeTheBits()
    {
        var scene = new Scene(Shape(12, 32, 2, 4, true), rows: 1501);
        float[][] results = [.. ((int[])[1, 2, 4]).Select(threads =>
        {
            using var device = new TestDevice(threads);
            return scene.AllPasses(device);
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void OptionsOfAnotherVariantAreRefused()
    {
        using var device = new TestDevice();
        var scene = new Scene(Shape(2, 3, 1, 1, true), rows: 1);
        ArgumentException error = Assert.Throws<ArgumentException>(() => device.Kernels<FusedMlp<Relu>>().Forward(
            scene.Options, device.Upload(scene.Parameters), device.Upload(scene.Input), device.Zeros<float>(1)));
        Assert.Contains("expected Relu hidden layers, got options for Silu", error.Message, StringComparison.Ordinal);
        Assert.Contains("unknown output activation 9", Assert.Single(new MlpOptions { OutputActivation = (OutputActivation)9 }.Validate()), StringComparison.Ordinal);
    }

    // Value, first and second derivative; the tails are where 1 - s and exp overflow.
    [Theory]
    [InlineData(-200)]
    [InlineData(-30)]
    [InlineData(-1.278464542761074)]
    [InlineData(-0.3)]
    [InlineData(0)]
    [InlineData(2.5)]
    [InlineData(30)]
    [InlineData(200)]
    public void SiluAndItsDerivatives(double at)
    {
        double a = (float)at, e = Math.Exp(-Math.Abs(a)), s = a > 0 ? 1 / (1 + e) : e / (1 + e), c = a > 0 ? e / (1 + e) : 1 / (1 + e);
        Close.Require("φ", a * s, Silu.Value((float)a), 2e-6);
        Close.Require("φ'", s + a * s * c, Silu.Derivative((float)a), 2e-6);
        Close.Require("φ''", s * c * (2 + a * (c - s)), Silu.SecondDerivative((float)a), 2e-6);
        // φ'' is the derivative of φ': by differences of the closed form above.
        double First(double x) => 1 / (1 + Math.Exp(-x)) * (1 + x / (1 + Math.Exp(x)));
        Close.Require("φ'' by differences", (First(a + 1e-5) - First(a - 1e-5)) / 2e-5, Silu.SecondDerivative((float)a), 3e-6);
    }

    [Theory]
    [InlineData(OutputActivation.Sigmoid)]
    [InlineData(OutputActivation.Softplus)]
    [InlineData(OutputActivation.Exp)]
    public void OutputActivationsMatchDifferences(OutputActivation activation)
    {
        MlpOptions options = new() { InputCount = 5, OutputCount = 3, OutputActivation = activation };
        var random = new Random(7);
        const int rows = 33;
        double[] a = RandomArrays.Uniform(random, rows * 3, -3, 3), linear = RandomArrays.Uniform(random, rows * 5, -1, 1);
        double[] dOutput = RandomArrays.Uniform(random, rows * 3, -1, 1), dGradient = RandomArrays.Uniform(random, rows * 5, -1, 1);
        using var device = new TestDevice();
        IOutputLayer layer = Select(device, activation);
        ArrayView<float> output = device.Zeros<float>(a.Length), dA = device.Zeros<float>(a.Length), dASecond = device.Zeros<float>(a.Length);
        ArrayView<float> gradient = device.Zeros<float>(linear.Length), dLinear = device.Zeros<float>(linear.Length);
        layer.Forward(device.Upload(a), output);
        layer.Backward(device.Upload(a), device.Upload(dOutput), dA);
        layer.InputGradient(options, device.Upload(a), 1, device.Upload(linear), gradient);
        layer.InputGradientBackward(options, device.Upload(a), 1, device.Upload(linear), device.Upload(dGradient), dLinear, dASecond);

        double[] Gradient(double[] x, double[] q) => [.. q.Select((v, i) => v * First(activation, x[i / 5 * 3 + 1]))];
        Close.Require("o", Array.ConvertAll(a, x => Value(activation, x)), device.Read(output), 2e-6);
        GradientCheck.Require("dL/da", GradientCheck.CentralDifferences(x => Dot([.. x.Select(v => Value(activation, v))], dOutput), a), device.Read(dA), 2e-6);
        Close.Require("q", Gradient(a, linear), device.Read(gradient), 2e-6);
        GradientCheck.Require("dL/dq_a", GradientCheck.CentralDifferences(q => Dot(Gradient(a, q), dGradient), linear), device.Read(dLinear), 2e-6);
        GradientCheck.Require("dL/da of q", GradientCheck.CentralDifferences(x => Dot(Gradient(x, linear), dGradient), a), device.Read(dASecond), 2e-6);
        layer.Forward(default, default);
        layer.InputGradient(options, default, 1, default, default);
    }

    [Fact]
    public void AnOverflowedOutputWithoutGradientSendsNothingBack()
    {
        using var device = new TestDevice();
        IOutputLayer layer = Select(device, OutputActivation.Exp);
        ArrayView<float> dA = device.Zeros<float>(2);
        layer.Backward(device.Upload([200d, 1]), device.Upload([0d, 1]), dA);
        Close.Require("dL/da", [0, Math.E], device.Read(dA), 1e-6);
    }

    [Fact]
    public void TheCheckerCatchesAForgottenCurvature()
    {
        using var device = new TestDevice();
        var scene = new Scene(Shape(5, 7, 2, 3, true), rows: 40);
        double[] expected = GradientCheck.CentralDifferences(
            p => Dot(scene.Reference.InputGradient(p, scene.Input, 0), scene.DLdGradient), scene.Parameters);
        float[] wrong = scene.InputGradientBackward(device, 0).Parameters;
        // The biases get nothing from q in a ReLU network; here they do.
        Array.Clear(wrong, scene.Options.BiasOffset(0), 7);
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dL/dW", expected, wrong, 1e-5));
    }

    private static MlpOptions Shape(int inputs, int width, int layers, int outputs, bool bias) => new()
    {
        InputCount = inputs,
        Width = width,
        HiddenLayers = layers,
        OutputCount = outputs,
        HasBias = bias,
        HiddenActivation = HiddenActivation.Silu,
    };

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static IOutputLayer Select(TestDevice device, OutputActivation activation) => activation switch
    {
        OutputActivation.Sigmoid => device.Kernels<OutputLayer<SigmoidOutput>>(),
        OutputActivation.Softplus => device.Kernels<OutputLayer<SoftplusOutput>>(),
        _ => device.Kernels<OutputLayer<ExpOutput>>(),
    };

    private static double Value(OutputActivation activation, double a) => activation switch
    {
        OutputActivation.Sigmoid => 1 / (1 + Math.Exp(-a)),
        OutputActivation.Softplus => Math.Log(1 + Math.Exp(a)),
        _ => Math.Exp(a),
    };

    private static double First(OutputActivation activation, double a) => (Value(activation, a + 1e-4) - Value(activation, a - 1e-4)) / 2e-4;

    private sealed class Scene
    {
        public Scene(MlpOptions options, int rows)
        {
            var random = new Random(3);
            Options = options;
            Reference = new MlpReference(options);
            double scale = 1.5 / Math.Sqrt(Math.Max(options.InputCount, options.Width));
            Parameters = RandomArrays.Uniform(random, options.ParameterCount, -scale, scale);
            Input = RandomArrays.Uniform(random, rows * options.InputCount, -1, 1);
            DLdOutput = RandomArrays.Uniform(random, rows * options.OutputCount, -1, 1);
            DLdGradient = RandomArrays.Uniform(random, rows * options.InputCount, -1, 1);
        }

        public MlpOptions Options { get; }

        public MlpReference Reference { get; }

        public double[] Parameters { get; }

        public double[] Input { get; }

        public double[] DLdOutput { get; }

        public double[] DLdGradient { get; }

        public float[] AllPasses(TestDevice device)
        {
            (float[] parameters, float[] input) = Backward(device);
            (float[] secondParameters, float[] secondInput) = InputGradientBackward(device, 0);
            return [.. Forward(device), .. parameters, .. input, .. InputGradient(device, 0), .. secondParameters, .. secondInput];
        }

        public float[] Forward(TestDevice device)
        {
            ArrayView<float> output = device.Zeros<float>(DLdOutput.Length);
            device.Kernels<FusedMlp<Silu>>().Forward(Options, device.Upload(Parameters), device.Upload(Input), output);
            return device.Read(output);
        }

        public (float[] Parameters, float[] Input) Backward(TestDevice device)
        {
            ArrayView<float> dParameters = device.Zeros<float>(Options.ParameterCount), dInput = device.Zeros<float>(Input.Length);
            device.Kernels<FusedMlp<Silu>>().Backward(
                Options, device.Upload(Parameters), device.Upload(Input), device.Upload(DLdOutput), dParameters, dInput, Scratch(device));
            return (device.Read(dParameters), device.Read(dInput));
        }

        public float[] InputGradient(TestDevice device, int output)
        {
            ArrayView<float> gradient = device.Zeros<float>(Input.Length);
            device.Kernels<FusedMlp<Silu>>().InputGradient(Options, device.Upload(Parameters), device.Upload(Input), output, gradient);
            return device.Read(gradient);
        }

        public (float[] Parameters, float[] Input) InputGradientBackward(TestDevice device, int output, float initial = 0f, bool wantsInput = true)
        {
            ArrayView<float> dParameters = device.Upload(Filled(Options.ParameterCount, initial));
            ArrayView<float> dInput = wantsInput ? device.Upload(Filled(Input.Length, initial)) : ArrayView<float>.Empty;
            device.Kernels<FusedMlp<Silu>>().InputGradientBackward(
                Options, device.Upload(Parameters), device.Upload(Input), output, device.Upload(DLdGradient), dParameters, Scratch(device), dInput);
            return (device.Read(dParameters), device.Read(dInput));
        }

        // Scratch comes undefined from the pool.
        private ArrayView<float> Scratch(TestDevice device)
            => device.Upload(Filled((int)FusedMlp<Silu>.ScratchLength(Options), float.NaN));

        private static float[] Filled(int length, float value)
        {
            var values = new float[length];
            Array.Fill(values, value);
            return values;
        }
    }
}
