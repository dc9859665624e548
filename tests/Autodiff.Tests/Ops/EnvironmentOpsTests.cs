using System;
using System.Linq;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Rays;
using DreamFusion.Kernels.Shade;
using DreamFusion.References.Encode;
using DreamFusion.References.Mlp;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Autodiff.Tests.Ops;

public sealed class EnvironmentOpsTests
{
    private const int RayCount = 37;

    private static readonly double[] _directions = RandomArrays.UnitVectors(new Random(1), RayCount);
    private static readonly double[] _upstream = RandomArrays.Uniform(new Random(2), 3 * RayCount, -1, 1);

    public static TheoryData<DirectionEncoding, int, HiddenActivation> Variants => new()
    {
        { DirectionEncoding.Frequency, 1, HiddenActivation.Relu },
        { DirectionEncoding.Frequency, 2, HiddenActivation.Silu },
        { DirectionEncoding.SphericalHarmonics, 1, HiddenActivation.Silu },
        { DirectionEncoding.SphericalHarmonics, 2, HiddenActivation.Relu },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void ColoursAndGradientsMatchTheReference(DirectionEncoding encoding, int layers, HiddenActivation hidden)
    {
        using var device = new TestDevice();
        EnvironmentOptions options = Options(encoding) with { HiddenLayers = layers, HiddenActivation = hidden };
        double[] parameters = Parameters(options);
        (float[] colours, float[] gradient) = Run(device, options, parameters);
        Close.Require("b", Colours(options, parameters), colours, 3e-6);
        GradientCheck.Require("dL/dW", Differences(options, parameters), gradient, 2e-5);
    }

    // An empty scene is all background: the composite hands the image's gradient to the map.
    [Fact]
    public void AnEmptySceneTrainsTheEnvironment()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        EnvironmentOptions options = Options(DirectionEncoding.Frequency);
        double[] values = Parameters(options);
        var parameters = new Variable(device.Upload(values), device.Zeros<float>(values.Length), 1, values.Length);
        Variable background = tape.EnvironmentBackground(options, parameters, Rays(device, _directions));
        var samples = new PackedSamples(device.Zeros<SampleRange>(RayCount), default, default, default, default);
        CompositeOutput view = tape.Composite(samples, tape.Allocate(0, 1, true), tape.Allocate(0, 3, true), background);
        Assert.Equal(device.Read(background.Value), device.Read(view.Image.Value));
        tape.Backward(view.Image, device.Upload(_upstream));
        GradientCheck.Require("dL/dW", Differences(options, values), device.Read(parameters.Gradient), 2e-5);
    }

    [Fact]
    public void ThreadsDoNotChangeTheBits()
    {
        EnvironmentOptions options = Options(DirectionEncoding.Frequency);
        float[][] results = [.. ((int[])[1, 2, 4]).Select(threads =>
        {
            using var device = new TestDevice(threads, KernelChoice.Tuned);
            (float[] colours, float[] gradient) = Run(device, options, Parameters(options));
            return (float[])[.. colours, .. gradient];
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void NoRaysAreLegalAndBadOptionsAreNamed()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        EnvironmentOptions options = Options(DirectionEncoding.SphericalHarmonics);
        Variable parameters = tape.Constant(device.Upload(Parameters(options)), 1, options.Network.ParameterCount);
        Assert.Equal(0, tape.EnvironmentBackground(options, parameters, Rays(device, [])).Rows);
        RayBatch rays = Rays(device, _directions);
        Assert.Contains("degree 5, expected 1 to 4", Assert.Throws<ArgumentException>(
            () => tape.EnvironmentBackground(options with { Degree = 5 }, parameters, rays)).Message, StringComparison.Ordinal);
        Assert.Contains($"got {options.Network.ParameterCount}", Assert.Throws<ArgumentException>(
            () => tape.EnvironmentBackground(options with { Width = 9 }, parameters, rays)).Message, StringComparison.Ordinal);
        Assert.Empty(new EnvironmentOptions().Validate());
        Assert.Equal(39, new EnvironmentOptions().Network.InputCount);
    }

    [Fact]
    public void TheCheckerCatchesAForgottenSigmoid()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        EnvironmentOptions options = Options(DirectionEncoding.Frequency);
        double[] values = Parameters(options);
        var parameters = new Variable(device.Upload(values), device.Zeros<float>(values.Length), 1, values.Length);
        Variable features = tape.FrequencyEncode(options.Frequency, tape.Constant(device.Upload(_directions), RayCount, 3));
        Variable linear = tape.MlpForward(options.Network with { OutputActivation = OutputActivation.None }, parameters, features);
        tape.Backward(linear, device.Upload(_upstream));
        Assert.Throws<GradientMismatchException>(
            () => GradientCheck.Require("dL/dW", Differences(options, values), device.Read(parameters.Gradient), 2e-5));
    }

    private static EnvironmentOptions Options(DirectionEncoding encoding) => new() { Encoding = encoding, FrequencyCount = 3, Width = 8 };

    private static double[] Parameters(EnvironmentOptions options) => RandomArrays.Uniform(new Random(3), options.Network.ParameterCount, -0.7, 0.7);

    private static RayBatch Rays(TestDevice device, double[] directions) => new(
        device.UploadVectors(directions), device.UploadVectors(directions), device.Zeros<float>(directions.Length / 3), device.Zeros<float>(directions.Length / 3));

    private static (float[] Colours, float[] Gradient) Run(TestDevice device, EnvironmentOptions options, double[] values)
    {
        using var tape = new Tape(device.Context);
        var parameters = new Variable(device.Upload(values), device.Zeros<float>(values.Length), 1, values.Length);
        Variable background = tape.EnvironmentBackground(options, parameters, Rays(device, _directions));
        tape.Backward(background, device.Upload(_upstream));
        return (device.Read(background.Value), device.Read(parameters.Gradient));
    }

    private static double[] Colours(EnvironmentOptions options, double[] parameters)
    {
        double[] features = options.Encoding == DirectionEncoding.Frequency
            ? SinusoidalReference.Frequency(options.Frequency, _directions)
            : SphericalHarmonicsReference.Encode(options.Degree, _directions);
        return new MlpReference(options.Network).Forward(parameters, features);
    }

    private static double[] Differences(EnvironmentOptions options, double[] parameters) => GradientCheck.CentralDifferences(
        p => Colours(options, p).Zip(_upstream, (c, g) => c * g).Sum(), parameters, 1e-7);
}
