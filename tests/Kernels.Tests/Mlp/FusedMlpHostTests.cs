using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Mlp;

/// <summary>The host twin against the kernels, which are the specification: the same numbers, not close ones.</summary>
public class FusedMlpHostTests
{
    private static readonly MlpOptions[] _shapes =
    [
        MlpOptions.Toybox,
        MlpOptions.Toybox with { HasBias = false },
        new() { InputCount = 32, Width = 64, HiddenLayers = 2 },
        new() { InputCount = 32, Width = 16, HiddenLayers = 1, OutputCount = 3 },
        new() { InputCount = 1, Width = 1, HiddenLayers = 1, OutputCount = 1 },
        new() { InputCount = 3, Width = 17, HiddenLayers = 2, OutputCount = 5, HasBias = false },
        new() { InputCount = 7, Width = 33, HiddenLayers = 3, OutputCount = 2 },
        new() { InputCount = 24, Width = 40, HiddenLayers = 4, OutputCount = 16 },
        new() { InputCount = 128, Width = 128, HiddenLayers = 4, OutputCount = 128 },
    ];

    public static TheoryData<int, int> ShapesAndRows()
    {
        var data = new TheoryData<int, int>();
        for (int shape = 0; shape < _shapes.Length; shape++)
        {
            data.Add(shape, 131);
        }
        foreach (int rows in (int[])[0, 1, 2, 5, 6, 7, 63, 64, 95, 96, 97, 384, 385, 6145 * 2])
        {
            data.Add(0, rows);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(ShapesAndRows))]
    public void Every_pass_gives_the_kernels_numbers(int shape, int rows)
    {
        MlpOptions options = _shapes[shape];
        var data = new Data(options, rows);
        Results expected = Run(data, 2, KernelChoice.Portable);
        foreach (int threads in (int[])[1, 2, 4])
        {
            Results actual = Run(data, threads, KernelChoice.Tuned);
            expected.RequireSame(actual);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(7)]
    public void Every_vector_width_gives_the_kernels_numbers(int shape)
    {
        var data = new Data(_shapes[shape], 203);
        Results expected = Run(data, 2, KernelChoice.Portable);
        using var threads = new HostThreads(2);
        using var wide = new FusedMlpHost<Lanes512, Vector512<float>>(threads);
        using var eight = new FusedMlpHost<Lanes256, Vector256<float>>(threads);
        using var four = new FusedMlpHost<Lanes128, Vector128<float>>(threads);
        using var one = new FusedMlpHost<Lanes32, float>(threads);
        foreach (FusedMlpHost host in (FusedMlpHost[])[wide, eight, four, one])
        {
            using var device = new TestDevice();
            expected.RequireSame(Run(data, device, new HostPasses(host)));
        }
    }

    [Fact]
    public void One_twin_runs_networks_of_different_shapes()
    {
        using var device = new TestDevice(2, KernelChoice.Tuned);
        IPasses passes = new LauncherPasses(device.Kernels<FusedMlp<Relu>>());
        foreach (int shape in (int[])[0, 8, 0, 2])
        {
            var data = new Data(_shapes[shape], 50);
            Run(data, 1, KernelChoice.Portable).RequireSame(Run(data, device, passes));
        }
    }

    [Fact]
    public void A_network_that_has_gone_wrong_does_not_look_dead()
    {
        var data = new Data(MlpOptions.Toybox, 10);
        data.Parameters[0] = float.NaN;
        Assert.Contains(Run(data, 1, KernelChoice.Tuned).Output, float.IsNaN);
    }

    private static Results Run(Data data, int threads, KernelChoice choice)
    {
        using var device = new TestDevice(threads, choice);
        return Run(data, device, new LauncherPasses(device.Kernels<FusedMlp<Relu>>()));
    }

    private static Results Run(Data data, TestDevice device, IPasses passes)
    {
        MlpOptions options = data.Options;
        if (data.Rows == 0 && passes is not LauncherPasses)
        {
            throw new ArgumentException("Launches of no rows are the launcher's business.", nameof(data));
        }
        ArrayView<float> parameters = device.Upload(data.Parameters);
        ArrayView<float> input = device.Upload(data.Input);
        ArrayView<float> scratch = device.Upload(Enumerable.Repeat(float.NaN, (int)FusedMlp<Relu>.ScratchLength(options)).ToArray());
        ArrayView<float> output = device.Upload(Enumerable.Repeat(float.NaN, data.DLdOutput.Length).ToArray());
        ArrayView<float> gradient = device.Upload(Enumerable.Repeat(float.NaN, data.Input.Length).ToArray());
        // What gradients are added to is not zero, so that overwriting shows.
        ArrayView<float> dLdParameters = device.Upload(data.Parameters);
        ArrayView<float> dLdParametersOnly = device.Upload(data.Parameters);
        ArrayView<float> dLdParametersSecond = device.Upload(data.Parameters);
        ArrayView<float> dLdInput = device.Upload(data.Input);
        ArrayView<float> dLdOutput = device.Upload(data.DLdOutput);
        passes.Forward(options, parameters, input, output);
        passes.Backward(options, parameters, input, dLdOutput, dLdParameters, dLdInput, scratch);
        passes.Backward(options, parameters, input, dLdOutput, dLdParametersOnly, ArrayView<float>.Empty, scratch);
        int outputIndex = options.OutputCount - 1;
        passes.InputGradient(options, parameters, input, outputIndex, gradient);
        passes.InputGradientBackward(options, parameters, input, outputIndex, device.Upload(data.DLdGradient), dLdParametersSecond, scratch);
        return new Results(
            device.Read(output), device.Read(dLdParameters), device.Read(dLdParametersOnly), device.Read(dLdInput),
            device.Read(gradient), device.Read(dLdParametersSecond));
    }

    private interface IPasses
    {
        void Forward(MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> output);

        void Backward(
            MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> dLdOutput,
            ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch);

        void InputGradient(MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> gradient);

        void InputGradientBackward(
            MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> dLdGradient,
            ArrayView<float> dLdParameters, ArrayView<float> scratch);
    }

    private sealed class LauncherPasses(FusedMlp<Relu> mlp) : IPasses
    {
        public void Forward(MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> output)
            => mlp.Forward(options, parameters, input, output);

        public void Backward(
            MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> dLdOutput,
            ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch)
            => mlp.Backward(options, parameters, input, dLdOutput, dLdParameters, dLdInput, scratch);

        public void InputGradient(
            MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> gradient)
            => mlp.InputGradient(options, parameters, input, outputIndex, gradient);

        public void InputGradientBackward(
            MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> dLdGradient,
            ArrayView<float> dLdParameters, ArrayView<float> scratch)
            => mlp.InputGradientBackward(options, parameters, input, outputIndex, dLdGradient, dLdParameters, scratch);
    }

    private sealed class HostPasses(FusedMlpHost host) : IPasses
    {
        public void Forward(MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> output)
            => host.Forward(options, parameters, input, output);

        public void Backward(
            MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> dLdOutput,
            ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch)
            => host.Backward(options, parameters, input, dLdOutput, dLdParameters, dLdInput, scratch);

        public void InputGradient(
            MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> gradient)
            => host.InputGradient(options, parameters, input, outputIndex, gradient);

        public void InputGradientBackward(
            MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> dLdGradient,
            ArrayView<float> dLdParameters, ArrayView<float> scratch)
            => host.InputGradientBackward(options, parameters, input, outputIndex, dLdGradient, dLdParameters, scratch);
    }

    private sealed class Data
    {
        public Data(MlpOptions options, int rows)
        {
            Options = options;
            Rows = rows;
            var random = new Random(rows * 31 + options.ParameterCount);
            double bound = 1 / Math.Sqrt(options.Width);
            Parameters = Floats(RandomArrays.Uniform(random, options.ParameterCount, -bound, bound));
            Input = Floats(RandomArrays.Uniform(random, rows * options.InputCount, -1, 1));
            DLdOutput = WithZeroRows(random, Floats(RandomArrays.Uniform(random, rows * options.OutputCount, -1, 1)), options.OutputCount);
            DLdGradient = WithZeroRows(random, Floats(RandomArrays.Uniform(random, rows * options.InputCount, -1, 1)), options.InputCount);
        }

        public MlpOptions Options { get; }

        public int Rows { get; }

        public float[] Parameters { get; }

        public float[] Input { get; }

        public float[] DLdOutput { get; }

        public float[] DLdGradient { get; }

        private static float[] Floats(double[] values) => Array.ConvertAll(values, v => (float)v);

        private static float[] WithZeroRows(Random random, float[] values, int columns)
        {
            for (int row = 0; row < values.Length / columns; row++)
            {
                if (random.Next(3) == 0)
                {
                    values.AsSpan(row * columns, columns).Clear();
                }
            }
            return values;
        }
    }

    private sealed record Results(
        float[] Output, float[] DLdParameters, float[] DLdParametersOnly, float[] DLdInput, float[] Gradient, float[] DLdParametersSecond)
    {
        public void RequireSame(Results actual)
        {
            foreach ((string name, float[] mine, float[] theirs) in (IEnumerable<(string, float[], float[])>)
            [
                ("output", Output, actual.Output),
                ("dL/dparameters", DLdParameters, actual.DLdParameters),
                ("dL/dparameters without dL/dinput", DLdParametersOnly, actual.DLdParametersOnly),
                ("dL/dinput", DLdInput, actual.DLdInput),
                ("input gradient", Gradient, actual.Gradient),
                ("second-order dL/dparameters", DLdParametersSecond, actual.DLdParametersSecond),
            ])
            {
                Same.Require(name, mine, theirs);
            }
        }
    }
}
