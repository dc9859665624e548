using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Mlp;
using DreamFusion.References.Mlp;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Mlp;

public sealed class FusedMlpTests
{
    // Inputs, width, hidden layers, outputs, bias: the toybox's net, one of each depth, odd sizes, single units, the largest.
    public static TheoryData<int, int, int, int, bool> Shapes => new()
    {
        { 12, 32, 1, 4, true },
        { 5, 7, 2, 3, true },
        { 8, 16, 3, 4, false },
        { 3, 6, 4, 5, true },
        { 1, 1, 1, 1, true },
        { 9, 10, 1, 1, false },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    [InlineData(128, 128, 4, 128, true)]
    public void ForwardMatchesTheReference(int inputs, int width, int layers, int outputs, bool bias)
    {
        using var device = new TestDevice();
        var scene = new Scene(Shape(inputs, width, layers, outputs, bias), rows: 37);
        Close.Require("outputs", scene.Reference.Forward(scene.Parameters, scene.Input), scene.Forward(device), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void GradientsMatchCentralDifferences(int inputs, int width, int layers, int outputs, bool bias)
    {
        using var device = new TestDevice();
        // More rows than row ranges, so that ranges hold one or two rows.
        var scene = new Scene(Shape(inputs, width, layers, outputs, bias), rows: 101);
        double[] dParameters = GradientCheck.CentralDifferences(
            parameters => Dot(scene.Reference.Forward(parameters, scene.Input), scene.DLdOutput), scene.Parameters, 1e-7);
        double[] dInput = GradientCheck.CentralDifferences(
            input => Dot(scene.Reference.Forward(scene.Parameters, input), scene.DLdOutput), scene.Input, 1e-7);
        (float[] actualParameters, float[] actualInput) = scene.Backward(device);
        GradientCheck.Require("dL/dW", dParameters, actualParameters, 1e-5);
        GradientCheck.Require("dL/dy", dInput, actualInput, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void InputGradientMatchesCentralDifferences(int inputs, int width, int layers, int outputs, bool bias)
    {
        using var device = new TestDevice();
        var scene = new Scene(Shape(inputs, width, layers, outputs, bias), rows: 19);
        int output = outputs - 1;
        double[] expected = GradientCheck.CentralDifferences(
            input => scene.Reference.Forward(scene.Parameters, input).Where((_, i) => i % outputs == output).Sum(), scene.Input, 1e-7);
        GradientCheck.Require("q", expected, scene.InputGradient(device, output), 1e-5);
        GradientCheck.Require("q of the reference", expected, ToFloat(scene.Reference.InputGradient(scene.Parameters, scene.Input, output)), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SecondOrderGradientMatchesCentralDifferences(int inputs, int width, int layers, int outputs, bool bias)
    {
        using var device = new TestDevice();
        var scene = new Scene(Shape(inputs, width, layers, outputs, bias), rows: 71);
        double[] expected = GradientCheck.CentralDifferences(
            parameters => Dot(scene.Reference.InputGradient(parameters, scene.Input, 0), scene.DLdGradient), scene.Parameters, 1e-7);
        GradientCheck.Require("dL/dW", expected, scene.InputGradientBackward(device, 0), 1e-5);
    }

    [Fact]
    public void ParameterBlockIsLaidOutAsDocumented()
    {
        Assert.Equal(12 * 32 + 32 + 32 * 4 + 4, MlpOptions.Toybox.ParameterCount);
        var options = new MlpOptions { InputCount = 32, Width = 64, HiddenLayers = 3, OutputCount = 16, HasBias = false };
        // 64·32 + 64·64·2 + 16·64, the case of tiny-cuda-nn's tests.
        Assert.Equal(11264, options.ParameterCount);
        Assert.Equal([0, 2048, 6144, 10240], Enumerable.Range(0, 4).Select(options.WeightOffset));
    }

    [Fact]
    public void BackwardAccumulatesAndSkipsTheInputOnRequest()
    {
        using var device = new TestDevice();
        var scene = new Scene(MlpOptions.Toybox, rows: 70);
        (float[] parameters, float[] input) = scene.Backward(device);
        (float[] parametersFromTwo, float[] inputFromTwo) = scene.Backward(device, initial: 2f);
        Close.Require("dL/dW", Array.ConvertAll(parameters, g => g + 2d), parametersFromTwo, 1e-5);
        Close.Require("dL/dy", Array.ConvertAll(input, g => g + 2d), inputFromTwo, 1e-5);
        Assert.Equal(parameters, scene.Backward(device, wantsInput: false).Parameters);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    public void FewRowsLeaveRowRangesEmpty(int rows)
    {
        using var device = new TestDevice();
        var scene = new Scene(MlpOptions.Toybox, rows);
        double[] expected = GradientCheck.CentralDifferences(
            parameters => Dot(scene.Reference.Forward(parameters, scene.Input), scene.DLdOutput), scene.Parameters, 1e-7);
        GradientCheck.Require("dL/dW", expected, scene.Backward(device).Parameters, 1e-5, floor: 1);
    }

    [Fact]
    public void DeadUnitsReceiveNothing()
    {
        using var device = new TestDevice();
        var scene = new Scene(new MlpOptions { InputCount = 2, Width = 3, HiddenLayers = 1, OutputCount = 1 }, rows: 5);
        // Preactivation exactly 0 counts as dead, as in PyTorch.
        Array.Clear(scene.Parameters, 0, 9);
        (float[] parameters, float[] input) = scene.Backward(device);
        Assert.All(parameters[..12], g => Assert.Equal(0f, g));
        Assert.All(input, g => Assert.Equal(0f, g));
        Assert.Equal(scene.DLdOutput.Sum(), parameters[12], 1e-5);
    }

    [Fact]
    public void NotANumberStaysVisible()
    {
        using var device = new TestDevice();
        var scene = new Scene(MlpOptions.Toybox, rows: 3);
        scene.Input[0] = double.NaN;
        float[] output = scene.Forward(device);
        Assert.All(output[..4], o => Assert.True(float.IsNaN(o)));
        Assert.All(output[4..], o => Assert.True(float.IsFinite(o)));
        Assert.Contains(scene.Backward(device).Parameters, float.IsNaN);
    }

    [Fact]
    public void ThreadsDoNotChangeTheBits()
    {
        var scene = new Scene(MlpOptions.Toybox, rows: 5003);
        float[][] results = [.. ((int[])[1, 2, 4]).Select(threads =>
        {
            using var device = new TestDevice(threads);
            (float[] parameters, float[] input) = scene.Backward(device);
            return (float[])[.. scene.Forward(device), .. parameters, .. input, .. scene.InputGradient(device, 0), .. scene.InputGradientBackward(device, 0)];
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void TheCheckerCatchesAWrongGradient()
    {
        using var device = new TestDevice();
        var scene = new Scene(MlpOptions.Toybox, rows: 50);
        double[] expected = GradientCheck.CentralDifferences(
            parameters => Dot(scene.Reference.Forward(parameters, scene.Input), scene.DLdOutput), scene.Parameters, 1e-7);
        float[] wrong = scene.Backward(device).Parameters;
        // One bias gradient forgotten among 548 values.
        wrong[12 * 32] = 0f;
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dL/dW", expected, wrong, 1e-5));
    }

    [Fact]
    public void BadShapesAndLengthsAreNamed()
    {
        using var device = new TestDevice();
        var scene = new Scene(MlpOptions.Toybox, rows: 3);
        FusedMlp<Relu> mlp = device.Kernels<FusedMlp<Relu>>();
        ArgumentException wide = Assert.Throws<ArgumentException>(
            () => mlp.Forward(new MlpOptions { Width = 256, HiddenLayers = 5 }, default, default, default));
        Assert.Contains("256 hidden units, expected 1 to 128", wide.Message, StringComparison.Ordinal);
        Assert.Contains("5 hidden layers", wide.Message, StringComparison.Ordinal);
        ArgumentException ragged = Assert.Throws<ArgumentException>(
            () => mlp.Forward(MlpOptions.Toybox, device.Upload(scene.Parameters), device.Zeros<float>(13), device.Zeros<float>(4)));
        Assert.Contains("expected 12 inputs, got 13", ragged.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => scene.InputGradient(device, 4));
    }

    private static MlpOptions Shape(int inputs, int width, int layers, int outputs, bool bias)
        => new() { InputCount = inputs, Width = width, HiddenLayers = layers, OutputCount = outputs, HasBias = bias };

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static float[] ToFloat(double[] values) => Array.ConvertAll(values, v => (float)v);

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

        public float[] Forward(TestDevice device)
        {
            ArrayView<float> output = device.Zeros<float>(DLdOutput.Length);
            device.Kernels<FusedMlp<Relu>>().Forward(Options, device.Upload(Parameters), device.Upload(Input), output);
            return device.Read(output);
        }

        public (float[] Parameters, float[] Input) Backward(TestDevice device, float initial = 0f, bool wantsInput = true)
        {
            ArrayView<float> dParameters = device.Upload(Filled(Options.ParameterCount, initial));
            ArrayView<float> dInput = wantsInput ? device.Upload(Filled(Input.Length, initial)) : ArrayView<float>.Empty;
            device.Kernels<FusedMlp<Relu>>().Backward(
                Options, device.Upload(Parameters), device.Upload(Input), device.Upload(DLdOutput), dParameters, dInput, Scratch(device));
            return (device.Read(dParameters), device.Read(dInput));
        }

        public float[] InputGradient(TestDevice device, int output)
        {
            ArrayView<float> gradient = device.Zeros<float>(Input.Length);
            device.Kernels<FusedMlp<Relu>>().InputGradient(Options, device.Upload(Parameters), device.Upload(Input), output, gradient);
            return device.Read(gradient);
        }

        public float[] InputGradientBackward(TestDevice device, int output)
        {
            ArrayView<float> dParameters = device.Zeros<float>(Options.ParameterCount);
            device.Kernels<FusedMlp<Relu>>().InputGradientBackward(
                Options, device.Upload(Parameters), device.Upload(Input), output, device.Upload(DLdGradient), dParameters, Scratch(device));
            return device.Read(dParameters);
        }

        // Scratch comes undefined from the pool.
        private ArrayView<float> Scratch(TestDevice device)
            => device.Upload(Filled((int)FusedMlp<Relu>.ScratchLength(Options), float.NaN));

        private static float[] Filled(int length, float value)
        {
            var values = new float[length];
            Array.Fill(values, value);
            return values;
        }
    }
}
