using System;
using System.Linq;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Shade;
using DreamFusion.References.Encode;
using DreamFusion.References.Mlp;
using DreamFusion.References.Shade;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Autodiff.Tests.Ops;

/// <summary>Normals by finite differences of a whole field: grid, SiLU network and density at six taps.</summary>
public sealed class NormalOpsTests
{
    private const int SampleCount = 13;

    private static readonly FiniteDifferenceOptions _options = new() { Epsilon = 0.02f, Bound = 0.6f };

    private static readonly HashGridOptions _grid = new HashGridOptions
    {
        LevelCount = 3,
        BaseResolution = 3,
        PerLevelScale = 1.6,
        Log2TableSize = 7,
        Interpolation = HashGridInterpolation.Smoothstep,
    }.InCube(1f);

    private static readonly MlpOptions _network = new() { InputCount = 6, Width = 8, HiddenLayers = 1, OutputCount = 1, HiddenActivation = HiddenActivation.Silu };

    private static readonly DensityOptions _density = new() { Activation = DensityActivation.Softplus, Blob = DensityBlob.AddedGaussian, BlobRadius = 0.5f };

    private static readonly double[] _table = RandomArrays.Uniform(new Random(1), new HashGridLayout(_grid).ParameterCount, -0.5, 0.5);
    private static readonly double[] _parameters = RandomArrays.Uniform(new Random(2), _network.ParameterCount, -0.7, 0.7);
    private static readonly double[] _positions = RandomArrays.Uniform(new Random(3), 3 * SampleCount, -0.6, 0.6);
    private static readonly double[] _upstream = RandomArrays.Uniform(new Random(4), 3 * SampleCount, -1, 1);

    [Fact]
    public void GradientsFlowThroughAllSixTaps()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        var table = new Variable(device.Upload(_table), device.Zeros<float>(_table.Length), _table.Length / 2, 2);
        var parameters = new Variable(device.Upload(_parameters), device.Zeros<float>(_parameters.Length), 1, _parameters.Length);
        Variable normals = tape.FiniteDifferenceNormals(
            _options,
            taps => tape.Density(_density, tape.MlpForward(_network, parameters, tape.HashGridEncode(_grid, table, taps)), 0, taps),
            tape.Constant(device.Upload(_positions), SampleCount, 3));
        // Differences of floats: σ's rounding of 1e-7 over 2ε.
        Close.Require("n", Normals(_table, _parameters), device.Read(normals.Value), 1e-4);
        tape.Backward(normals, device.Upload(_upstream));
        GradientCheck.Require("dL/dT", GradientCheck.CentralDifferences(t => Loss(t, _parameters), _table), device.Read(table.Gradient), 3e-4);
        GradientCheck.Require("dL/dW", GradientCheck.CentralDifferences(p => Loss(_table, p), _parameters), device.Read(parameters.Gradient), 3e-4);
    }

    // Both kinds of normals are of one density; they differ by ε² only.
    [Fact]
    public void AgreesWithTheAnalyticNormals()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context, recording: false);
        Variable table = tape.Constant(device.Upload(_table), _table.Length / 2, 2), parameters = tape.Constant(device.Upload(_parameters), 1, _parameters.Length);
        double[] inside = Array.ConvertAll(_positions, x => x * 0.9);
        Variable positions = tape.Constant(device.Upload(inside), SampleCount, 3);
        Variable features = tape.HashGridEncode(_grid, table, positions);
        Variable raw = tape.MlpForward(_network, parameters, features);
        Variable analytic = tape.AnalyticNormals(_grid, table, _network, parameters, _density, 0, positions, features, raw);
        Variable differences = tape.FiniteDifferenceNormals(
            _options with { Epsilon = 0.003f },
            taps => tape.Density(_density, tape.MlpForward(_network, parameters, tape.HashGridEncode(_grid, table, taps)), 0, taps), positions);
        Close.Require("n", Array.ConvertAll(device.Read(analytic.Value), n => (double)n), device.Read(differences.Value), 5e-3);
        Assert.Empty(tape.Labels);
    }

    [Fact]
    public void ADensityOfAnotherShapeIsNamed()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable positions = tape.Constant(device.Zeros<float>(6), 2, 3);
        Assert.Contains("expected densities [12, 1], got [12, 3]", Assert.Throws<ArgumentException>(
            () => tape.FiniteDifferenceNormals(_options, taps => taps, positions)).Message, StringComparison.Ordinal);
    }

    private static double[] Normals(double[] table, double[] parameters)
    {
        double[] taps = FiniteDifferenceReference.Taps(_options, _positions);
        double[] raw = new MlpReference(_network).Forward(parameters, new HashGridReference(_grid).Encode(table, taps, _grid.LevelCount));
        double[] sigma = [.. raw.Select((o, i) => DensityReference.Sigma(_density, o, taps[3 * i], taps[3 * i + 1], taps[3 * i + 2]))];
        return FiniteDifferenceReference.Normals(_options, _positions, sigma);
    }

    private static double Loss(double[] table, double[] parameters) => Normals(table, parameters).Zip(_upstream, (a, b) => a * b).Sum();
}
