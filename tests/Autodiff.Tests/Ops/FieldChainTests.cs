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
using ILGPU;
using Xunit;

namespace DreamFusion.Autodiff.Tests.Ops;

/// <summary>
/// The whole field on the tape: encode → network → density, albedo and analytic normals, with a loss on all three, against
/// central differences of the same chain in double precision.
/// </summary>
public sealed class FieldChainTests
{
    private const double AlbedoGain = 2;

    [Theory]
    [InlineData(HashGridInterpolation.Linear, 1, DensityActivation.Softplus, DensityBlob.Linear)]
    [InlineData(HashGridInterpolation.Smoothstep, 2, DensityActivation.Exp, DensityBlob.Gaussian)]
    [InlineData(HashGridInterpolation.Smoothstep, 2, DensityActivation.Exp, DensityBlob.AddedGaussian)]
    [InlineData(HashGridInterpolation.Linear, 1, DensityActivation.Softplus, DensityBlob.AddedGaussian)]
    [InlineData(HashGridInterpolation.Smoothstep, 2, DensityActivation.Exp, DensityBlob.Gaussian, HiddenActivation.Silu)]
    [InlineData(HashGridInterpolation.Linear, 1, DensityActivation.Softplus, DensityBlob.AddedGaussian, HiddenActivation.Silu)]
    [InlineData(HashGridInterpolation.Smoothstep, 2, DensityActivation.Exp, DensityBlob.Gaussian, HiddenActivation.Silu, false)]
    [InlineData(HashGridInterpolation.Linear, 1, DensityActivation.Softplus, DensityBlob.AddedGaussian, HiddenActivation.Relu, false)]
    public void GradientsOfTheChainMatchCentralDifferences(
        HashGridInterpolation interpolation, int hiddenLayers, DensityActivation activation, DensityBlob blob,
        HiddenActivation hidden = HiddenActivation.Relu, bool keepsJacobian = true)
    {
        var field = new Field(interpolation, hiddenLayers, activation, blob, hidden: hidden) { KeepsJacobian = keepsJacobian };
        double[] dTable = GradientCheck.CentralDifferences(table => field.Loss(table, field.Parameters), field.Table, 1e-6);
        double[] dParameters = GradientCheck.CentralDifferences(parameters => field.Loss(field.Table, parameters), field.Parameters, 1e-6);
        using var device = new TestDevice();
        (float[] table, float[] parameters) = field.Backward(device, field.DLdNormals);
        GradientCheck.Require("dL/dT", dTable, table, 3e-5);
        GradientCheck.Require("dL/dW", dParameters, parameters, 3e-5);
    }

    [Fact]
    public void WithoutTheSecondOrderPassTheGradientIsWrong()
    {
        var field = new Field(HashGridInterpolation.Linear, 1, DensityActivation.Softplus, DensityBlob.Linear);
        double[] dTable = GradientCheck.CentralDifferences(table => field.Loss(table, field.Parameters), field.Table, 1e-6);
        using var device = new TestDevice();
        (float[] table, _) = field.Backward(device, new double[field.DLdNormals.Length]);
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dL/dT", dTable, table, 3e-5));
    }

    [Fact]
    public void AJacobianTakesOneCotangent()
    {
        HashGridOptions options = HashGridOptions.Toybox;
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        int length = new HashGridLayout(options).ParameterCount;
        Variable table = tape.Constant(device.Zeros<float>(length), length / 2, 2);
        Variable positions = tape.Constant(device.Zeros<float>(6), 2, 3);
        Variable features = tape.HashGridEncode(options, table, positions, out HashGridJacobian jacobian);
        tape.HashGridPositionGradient(jacobian, features);
        Assert.Contains("encode again", Assert.Throws<InvalidOperationException>(() => tape.HashGridPositionGradient(jacobian, features)).Message, StringComparison.Ordinal);
    }

    // n = -∇a/|∇a| for the argument a of the density activation: the chain q, ν, n against differences of a by position.
    [Fact]
    public void NormalsPointDownTheDensity()
    {
        var field = new Field(HashGridInterpolation.Smoothstep, 2, DensityActivation.Exp, DensityBlob.Gaussian);
        using var device = new TestDevice();
        float[] normals = field.Normals(device);
        for (int i = 0; i < Field.SampleCount; i++)
        {
            double[] gradient = GradientCheck.CentralDifferences(field.Argument, field.Positions[(3 * i)..(3 * i + 3)], 1e-6);
            double length = Math.Sqrt(gradient.Sum(g => g * g));
            Close.Require($"n[{i}]", [.. gradient.Select(g => -g / length)], normals.AsSpan(3 * i, 3), 1e-5);
        }
    }

    // With the added blob n = -∇σ/|∇σ| itself: against differences of σ, which know nothing of the chain.
    [Fact]
    public void NormalsWithAnAddedBlobPointDownTheDensity()
    {
        var field = new Field(HashGridInterpolation.Smoothstep, 2, DensityActivation.Softplus, DensityBlob.AddedGaussian, hidden: HiddenActivation.Silu);
        using var device = new TestDevice();
        float[] normals = field.Normals(device);
        for (int i = 0; i < Field.SampleCount; i++)
        {
            double[] gradient = GradientCheck.CentralDifferences(field.Sigma, field.Positions[(3 * i)..(3 * i + 3)], 1e-6);
            double length = Math.Sqrt(gradient.Sum(g => g * g));
            Close.Require($"n[{i}]", [.. gradient.Select(g => -g / length)], normals.AsSpan(3 * i, 3), 1e-5);
        }
    }

    [Fact]
    public void NoSamplesAreLegal()
    {
        var field = new Field(HashGridInterpolation.Linear, 1, DensityActivation.Softplus, DensityBlob.Linear, samples: 0);
        using var device = new TestDevice();
        (float[] table, float[] parameters) = field.Backward(device, []);
        Assert.All(table, g => Assert.Equal(0f, g));
        Assert.All(parameters, g => Assert.Equal(0f, g));
    }

    [Fact]
    public void ThreadsDoNotChangeTheBits()
    {
        var field = new Field(HashGridInterpolation.Linear, 1, DensityActivation.Softplus, DensityBlob.Linear, samples: 4001);
        (float[] Table, float[] Parameters)[] results = [.. ((int[])[1, 2, 4]).Select(threads =>
        {
            using var device = new TestDevice(threads);
            return field.Backward(device, field.DLdNormals);
        })];
        Assert.All(results, r => Assert.Equal(results[0].Table, r.Table));
        Assert.All(results, r => Assert.Equal(results[0].Parameters, r.Parameters));
    }

    [Fact]
    public void TotalVariationAddsItsGradient()
    {
        HashGridOptions options = HashGridOptions.Toybox with { LevelCount = 2 };
        double[] table = RandomArrays.Uniform(new Random(1), new HashGridLayout(options).ParameterCount, -0.01, 0.01);
        using var device = new TestDevice();
        ArrayView<float> gradient = device.Zeros<float>(table.Length);
        using var tape = new Tape(device.Context);
        var variable = new Variable(device.Upload(table), gradient, table.Length / 2, 2);
        ArrayView<float> value = tape.TableTotalVariation(options, variable, 100f);
        tape.Backward();
        Close.Require("V", TotalVariationReference.Value(options, table), device.Read(value)[0], 1e-6);
        double[] expected = GradientCheck.CentralDifferences(
            first => 100 * TotalVariationReference.Value(options, [.. first, .. table[40..]]), table[..40], 1e-4);
        GradientCheck.Require("dV/dT", expected, device.Read(gradient).AsSpan(0, 40), 1e-4);
    }

    private sealed class Field
    {
        public const int SampleCount = 31;

        private readonly HashGridOptions _grid;
        private readonly MlpOptions _network;
        private readonly DensityOptions _density;
        private readonly double[] _dLdSigma;
        private readonly double[] _dLdAlbedo;

        public Field(
            HashGridInterpolation interpolation, int hiddenLayers, DensityActivation activation, DensityBlob blob, int samples = SampleCount,
            HiddenActivation hidden = HiddenActivation.Relu)
        {
            var random = new Random(11);
            _grid = new HashGridOptions
            {
                LevelCount = 4,
                BaseResolution = 3,
                PerLevelScale = 1.6,
                Log2TableSize = 7,
                Interpolation = interpolation,
            }.InCube(1.15f);
            _network = new MlpOptions { InputCount = 8, Width = 12, HiddenLayers = hiddenLayers, HiddenActivation = hidden };
            _density = DensityOptions.Toybox with { Activation = activation, Blob = blob, Scale = 1f };
            Table = RandomArrays.Uniform(random, new HashGridLayout(_grid).ParameterCount, -0.5, 0.5);
            Parameters = RandomArrays.Uniform(random, _network.ParameterCount, -0.5, 0.5);
            Positions = RandomArrays.Uniform(random, 3 * samples, -0.6, 0.6);
            _dLdSigma = RandomArrays.Uniform(random, samples, -0.1, 0.1);
            _dLdAlbedo = RandomArrays.Uniform(random, 3 * samples, -1, 1);
            DLdNormals = RandomArrays.Uniform(random, 3 * samples, -1, 1);
        }

        public double[] Table { get; }

        public double[] Parameters { get; }

        public double[] Positions { get; }

        public double[] DLdNormals { get; }

        public bool KeepsJacobian { get; init; } = true;

        public double Argument(double[] x) => DensityReference.Argument(_density, Raw(x), x[0], x[1], x[2]);

        public double Sigma(double[] x) => DensityReference.Sigma(_density, Raw(x), x[0], x[1], x[2]);

        private double Raw(double[] x) => new MlpReference(_network).Forward(Parameters, new HashGridReference(_grid).Encode(Table, x, 4))[0];

        public double Loss(double[] table, double[] parameters)
        {
            var grid = new HashGridReference(_grid);
            var network = new MlpReference(_network);
            double[] features = grid.Encode(table, Positions, 4);
            double[] raw = network.Forward(parameters, features);
            double[] nu = grid.PositionGradient(table, Positions, network.InputGradient(parameters, features, 0), 4);
            double loss = 0;
            for (int i = 0; i < _dLdSigma.Length; i++)
            {
                double[] n = _density.Blob == DensityBlob.AddedGaussian
                    ? DensityReference.DensityNormal(_density, raw[4 * i], nu.AsSpan(3 * i, 3), Positions.AsSpan(3 * i, 3))
                    : DensityReference.Normal(_density, nu.AsSpan(3 * i, 3), Positions.AsSpan(3 * i, 3));
                loss += _dLdSigma[i] * DensityReference.Sigma(_density, raw[4 * i], Positions[3 * i], Positions[3 * i + 1], Positions[3 * i + 2]);
                for (int c = 0; c < 3; c++)
                {
                    loss += DLdNormals[3 * i + c] * n[c] + _dLdAlbedo[3 * i + c] * DensityReference.Albedo(AlbedoGain, raw[4 * i + 1 + c]);
                }
            }

            return loss;
        }

        public (float[] Table, float[] Parameters) Backward(TestDevice device, double[] dLdNormals)
        {
            using var tape = new Tape(device.Context);
            var table = new Variable(device.Upload(Table), device.Zeros<float>(Table.Length), Table.Length / 2, 2);
            var parameters = new Variable(device.Upload(Parameters), device.Zeros<float>(Parameters.Length), 1, Parameters.Length);
            (Variable sigma, Variable albedo, Variable normals) = Forward(device, tape, table, parameters);
            tape.Seed(sigma, device.Upload(_dLdSigma));
            tape.Seed(albedo, device.Upload(_dLdAlbedo));
            tape.Seed(normals, device.Upload(dLdNormals));
            tape.Backward();
            return (device.Read(table.Gradient), device.Read(parameters.Gradient));
        }

        public float[] Normals(TestDevice device)
        {
            using var tape = new Tape(device.Context);
            Variable table = tape.Constant(device.Upload(Table), Table.Length / 2, 2);
            Variable parameters = tape.Constant(device.Upload(Parameters), 1, Parameters.Length);
            Variable normals = Forward(device, tape, table, parameters).Normals;
            Assert.Empty(tape.Labels);
            return device.Read(normals.Value);
        }

        private (Variable Sigma, Variable Albedo, Variable Normals) Forward(TestDevice device, Tape tape, Variable table, Variable parameters)
        {
            Variable positions = tape.Constant(device.Upload(Positions), Positions.Length / 3, 3);
            HashGridJacobian? jacobian = null;
            Variable features = KeepsJacobian
                ? tape.HashGridEncode(_grid, table, positions, out jacobian)
                : tape.HashGridEncode(_grid, table, positions);
            Variable raw = tape.MlpForward(_network, parameters, features);
            return (
                tape.Density(_density, raw, 0, positions),
                tape.Albedo(raw, 1, (float)AlbedoGain),
                jacobian is null
                    ? tape.AnalyticNormals(_grid, table, _network, parameters, _density, 0, positions, features, raw)
                    : tape.AnalyticNormals(jacobian, _network, parameters, _density, 0, positions, features, raw));
        }
    }
}
