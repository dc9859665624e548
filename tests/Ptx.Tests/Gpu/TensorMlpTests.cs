using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Field;
using DreamFusion.Ptx.Tests.StandIn;
using DreamFusion.References.Mlp;
using ILGPU;
using Xunit;
using Xunit.Abstractions;

namespace DreamFusion.Ptx.Tests.Gpu;

/// <summary>
/// The network on tensor cores: the interpreter against the portable bodies, bit by bit, and both against the double-precision reference: values directly, gradients against central
/// differences of the reference along random directions. Tolerances are those of 16-bit storage, 2⁻¹¹ a number.
/// </summary>
public sealed class TensorMlpTests(ITestOutputHelper output)
{
    private const double Tolerance = 2e-3;
    private const int Sigma = 1;

    public static TheoryData<int, int> Cases => new() { { 75, 0 }, { 80, 1 }, { 75, 2 }, { 90, 4 } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void ValuesAndInputGradientsAreTheReferences(int architecture, int shape)
    {
        var scene = new Scene(shape);
        using var launch = new GpuLaunch(architecture);
        IFusedMlp mlp = scene.Load(launch);
        Assert.True(mlp.IsTuned);
        ArrayView<float> values = launch.Filled(scene.Rows * scene.Options.OutputCount, float.NaN);
        ArrayView<float> gradient = launch.Filled(scene.Input.Length, float.NaN);
        mlp.ForwardWithInputGradient(scene.Options, launch.Upload(scene.Parameters), launch.Upload(scene.Input), Sigma, values, gradient);
        launch.AssertSame();
        var reference = new MlpReference(scene.Options);
        Report("values", GpuLaunch.Error(reference.Forward(scene.Parameters, scene.Input), GpuLaunch.Read(values)));
        Report("input gradients", GpuLaunch.Error(reference.InputGradient(scene.Parameters, scene.Input, Sigma), GpuLaunch.Read(gradient)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void GradientsAreTheDifferencesOfTheReference(int architecture, int shape)
    {
        var scene = new Scene(shape);
        using var launch = new GpuLaunch(architecture);
        IFusedMlp mlp = scene.Load(launch);
        double[] cotangent = GpuLaunch.Uniform(new Random(5), scene.Rows * scene.Options.OutputCount, 1e-7);
        ArrayView<float> dLdParameters = launch.Filled(scene.Parameters.Length, 0f);
        ArrayView<float> dLdInput = launch.Filled(scene.Input.Length, 0f);
        mlp.Backward(
            scene.Options, launch.Upload(scene.Parameters), launch.Upload(scene.Input), launch.Upload(cotangent), dLdParameters, dLdInput,
            launch.Filled((int)FusedMlp<Relu>.ScratchLength(scene.Options), float.NaN));
        launch.AssertSame();
        var reference = new MlpReference(scene.Options);
        Report("parameters", scene.DirectionalError(scene.Parameters, GpuLaunch.Read(dLdParameters), x => Dot(reference.Forward(x, scene.Input), cotangent)));
        Report("input", scene.DirectionalError(scene.Input, GpuLaunch.Read(dLdInput), x => Dot(reference.Forward(scene.Parameters, x), cotangent)));
    }

    [Theory]
    [InlineData(75, 0)]
    [InlineData(80, 2)]
    [InlineData(75, 3)]
    [InlineData(90, 4)]
    public void SecondOrderGradientsAreTheDifferencesOfTheReference(int architecture, int shape)
    {
        var scene = new Scene(shape);
        using var launch = new GpuLaunch(architecture);
        IFusedMlp mlp = scene.Load(launch);
        double[] cotangent = GpuLaunch.Uniform(new Random(6), scene.Input.Length, 1e3);
        ArrayView<float> dLdInput = launch.Filled(scene.Input.Length, 0f);
        ArrayView<float> dLdParameters = launch.Filled(scene.Parameters.Length, 0f);
        mlp.InputGradientBackward(
            scene.Options, launch.Upload(scene.Parameters), launch.Upload(scene.Input), Sigma, launch.Upload(cotangent), dLdParameters,
            launch.Filled((int)FusedMlp<Relu>.ScratchLength(scene.Options), float.NaN), dLdInput);
        launch.AssertSame();
        var reference = new MlpReference(scene.Options);
        Report("parameters", scene.DirectionalError(
            scene.Parameters, GpuLaunch.Read(dLdParameters), x => Dot(reference.InputGradient(x, scene.Input, Sigma), cotangent)));
        if (scene.Options.HiddenActivation == HiddenActivation.Silu)
        {
            Report("input", scene.DirectionalError(
                scene.Input, GpuLaunch.Read(dLdInput), x => Dot(reference.InputGradient(scene.Parameters, x, Sigma), cotangent)));
        }
        else
        {
            Assert.All(GpuLaunch.Read(dLdInput), gradient => Assert.Equal(0f, gradient));
        }
    }

    /// <summary>The network of the preset dreamfusion in an H100's shared memory: one layer's weights at a time, sums in global memory.</summary>
    [LongFact]
    public void TheLargestNetworkOfAPresetIsTheReference()
    {
        ValuesAndInputGradientsAreTheReferences(80, 5);
        GradientsAreTheDifferencesOfTheReference(80, 5);
        SecondOrderGradientsAreTheDifferencesOfTheReference(80, 5);
    }

    /// <summary>Every network of a built-in preset fits into the shared memory of the GPUs that it is meant for; what a GPU has per group, in KB.</summary>
    [Theory]
    [InlineData("toybox", 64)]
    [InlineData("draft", 64)]
    [InlineData("quality", 64)]
    [InlineData("stable-dreamfusion", 64)]
    [InlineData("threestudio", 64)]
    [InlineData("dreamfusion", 163)]
    public void TheNetworksOfAllPresetsAreTuned(string preset, int kilobytes)
    {
        RunConfiguration configuration = PresetCatalogue.Get(preset);
        FieldOptions field = FieldOptions.From(configuration.Nerf, configuration.Background);
        List<MlpOptions> networks = field.Networks switch
        {
            JointNetworkOptions joint => [joint.Network],
            SeparateNetworkOptions separate => [separate.Sigma, separate.Features],
            _ => throw new InvalidOperationException(),
        };
        if (field.Background is { } background)
        {
            networks.Add(background.Network);
        }

        Assert.Equal([true], networks.Select(network => IsTuned(network, kilobytes)).Distinct());
        // One KB is too little.
        Assert.Contains(networks, network => !IsTuned(network, 1));
    }

    private static bool IsTuned(MlpOptions network, int kilobytes)
    {
        using var launch = new GpuLaunch(80);
        var tuning = new GpuTuning(false) { SharedMemoryLimit = kilobytes << 10 };
        IFusedMlp mlp = network.HiddenActivation == HiddenActivation.Relu
            ? launch.Own(FusedMlp<Relu>.Load(launch.Accelerator, null, tuning))
            : launch.Own(FusedMlp<Silu>.Load(launch.Accelerator, null, tuning));
        return mlp.IsTunedFor(network);
    }

    [Fact]
    public void GradientsAccumulateAndRepeat()
    {
        var scene = new Scene(0);
        float[][] results = new float[2][];
        for (int run = 0; run < results.Length; run++)
        {
            using var launch = new GpuLaunch(90, isReversed: run == 1);
            ArrayView<float> dLdParameters = launch.Filled(scene.Parameters.Length, run == 0 ? 0f : 8f);
            scene.Load(launch).Backward(
                scene.Options, launch.Upload(scene.Parameters), launch.Upload(scene.Input), launch.Filled(scene.Rows * scene.Options.OutputCount, 1f), dLdParameters,
                ArrayView<float>.Empty, launch.Filled((int)FusedMlp<Relu>.ScratchLength(scene.Options), float.NaN));
            // Also where the interpreter runs the last group first.
            launch.AssertSame();
            results[run] = GpuLaunch.Read(dLdParameters);
        }

        Assert.Equal(results[0].Select(gradient => gradient + 8f), results[1]);
    }

    [Fact]
    public void WhatIsTooLargeFor16BitsIsNoInfinityAndNanStaysNan()
    {
        var options = new MlpOptions { InputCount = 16, Width = 16, HiddenLayers = 1, OutputCount = 1, HasBias = false };
        using var launch = new GpuLaunch(80);
        FusedMlp<Relu> mlp = launch.Own(FusedMlp<Relu>.Load(launch.Accelerator, null, new GpuTuning(false)));
        float[] input = new float[3 * 16];
        (input[0], input[16], input[32]) = (1e30f, 1f, float.NaN);
        ArrayView<float> values = launch.Filled(3, 7f);
        float[] parameters = [.. Enumerable.Repeat(1f, options.ParameterCount)];
        // Infinity times this one would be NaN.
        parameters[0] = 0f;
        mlp.Forward(options, launch.Upload(parameters), launch.Upload(input), values);
        launch.AssertSame();
        float[] result = GpuLaunch.Read(values);
        Assert.True(float.IsFinite(result[0]) && result[0] > 65504f, $"{result[0]}");
        Assert.Equal(15f, result[1]);
        Assert.True(float.IsNaN(result[2]));
    }

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    private void Report(string what, double error)
    {
        output.WriteLine($"{what}: {error:g3}");
        Assert.True(error <= Tolerance, $"{what}: {error}");
    }

    /// <summary>Hidden biases ±1 and small weights: half of the units are off, and no preactivation is near the kink.</summary>
    private sealed class Scene
    {
        private readonly int _sharedMemory;

        public Scene(int shape)
        {
            Options = shape switch
            {
                0 => MlpOptions.Toybox,
                1 => new MlpOptions(),
                2 => new MlpOptions { InputCount = 5, Width = 48, HiddenLayers = 3, OutputCount = 18 },
                3 => new MlpOptions { InputCount = 12, Width = 32, HiddenLayers = 2, OutputCount = 4, HiddenActivation = HiddenActivation.Silu },
                4 => new MlpOptions { InputCount = 5, Width = 48, HiddenLayers = 3, OutputCount = 18, HiddenActivation = HiddenActivation.Silu },
                _ => new MlpOptions { InputCount = 48, Width = 128, HiddenLayers = 4, OutputCount = 4, HiddenActivation = HiddenActivation.Silu },
            };
            // Little memory: one layer's weights at a time, and sums in global memory. The last is the preset dreamfusion's network in an H100's memory.
            _sharedMemory = shape switch { 2 => 20 << 10, 4 => 32 << 10, 5 => 227 << 10, _ => int.MaxValue };
            Rows = shape == 0 ? 75 : 21;
            var random = new Random(3);
            Parameters = GpuLaunch.Uniform(random, Options.ParameterCount, 1);
            for (int layer = 0; layer <= Options.HiddenLayers; layer++)
            {
                double scale = layer < Options.HiddenLayers ? 0.4 : 1;
                for (int i = Options.WeightOffset(layer); i < Options.BiasOffset(layer); i++)
                {
                    Parameters[i] = (float)(Parameters[i] * scale / Math.Sqrt(Options.LayerInputs(layer)));
                }

                for (int unit = 0; unit < Options.LayerOutputs(layer); unit++)
                {
                    Parameters[Options.BiasOffset(layer) + unit] = unit % 2 == 0 ? 1 : -1;
                }
            }

            Input = GpuLaunch.Uniform(random, Rows * Options.InputCount, 1);
        }

        public MlpOptions Options { get; }

        public int Rows { get; }

        public double[] Parameters { get; }

        public double[] Input { get; }

        public IFusedMlp Load(GpuLaunch launch)
        {
            var tuning = new GpuTuning(false) { SharedMemoryLimit = _sharedMemory };
            return Options.HiddenActivation == HiddenActivation.Relu
                ? launch.Own(FusedMlp<Relu>.Load(launch.Accelerator, null, tuning))
                : launch.Own(FusedMlp<Silu>.Load(launch.Accelerator, null, tuning));
        }

        /// <summary>Largest error of the gradient along some directions, relative to the norms of both.</summary>
        public double DirectionalError(double[] at, float[] gradient, Func<double[], double> loss)
        {
            const double Step = 1e-4;
            var random = new Random(9);
            double norm = Math.Sqrt(gradient.Sum(g => (double)g * g));
            double largest = 0;
            for (int trial = 0; trial < 4; trial++)
            {
                double[] direction = [.. at.Select(_ => random.Next(2) == 0 ? -1.0 : 1.0)];
                double difference = (loss([.. at.Zip(direction, (x, d) => x + (Step * d))]) - loss([.. at.Zip(direction, (x, d) => x - (Step * d))])) / (2 * Step);
                double product = gradient.Zip(direction, (g, d) => g * d).Sum();
                largest = Math.Max(largest, Math.Abs(product - difference) / norm);
            }

            return largest;
        }
    }
}
