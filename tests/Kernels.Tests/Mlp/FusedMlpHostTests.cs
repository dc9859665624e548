using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Support;
using ILGPU;
using ILGPU.Runtime;
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

    public static TheoryData<HiddenActivation, int, int> ShapesAndRows()
    {
        var data = new TheoryData<HiddenActivation, int, int>();
        foreach (HiddenActivation activation in Enum.GetValues<HiddenActivation>())
        {
            for (int shape = 0; shape < _shapes.Length; shape++)
            {
                data.Add(activation, shape, 131);
            }
            foreach (int rows in (int[])[0, 1, 2, 5, 6, 7, 63, 64, 95, 96, 97, 384, 385, 6145 * 2])
            {
                data.Add(activation, 0, rows);
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(ShapesAndRows))]
    public void Every_pass_gives_the_kernels_numbers(HiddenActivation activation, int shape, int rows)
    {
        MlpOptions options = _shapes[shape] with { HiddenActivation = activation };
        var data = new Data(options, rows);
        Results expected = Run(data, 2, KernelChoice.Portable);
        foreach (int threads in (int[])[1, 2, 4])
        {
            Results actual = Run(data, threads, KernelChoice.Tuned);
            expected.RequireSame(actual);
        }
    }

    [Theory]
    [InlineData(HiddenActivation.Relu, 0)]
    [InlineData(HiddenActivation.Relu, 2)]
    [InlineData(HiddenActivation.Relu, 5)]
    [InlineData(HiddenActivation.Relu, 7)]
    [InlineData(HiddenActivation.Silu, 0)]
    [InlineData(HiddenActivation.Silu, 2)]
    [InlineData(HiddenActivation.Silu, 5)]
    [InlineData(HiddenActivation.Silu, 7)]
    public void Every_vector_width_gives_the_kernels_numbers(HiddenActivation activation, int shape)
    {
        var data = new Data(_shapes[shape] with { HiddenActivation = activation }, 203);
        Results expected = Run(data, 2, KernelChoice.Portable);
        using var threads = new HostThreads(2);
        using FusedMlpHost wide = FusedMlpHost.Create<Lanes512, Vector512<float>>(activation, threads);
        using FusedMlpHost eight = FusedMlpHost.Create<Lanes256, Vector256<float>>(activation, threads);
        using FusedMlpHost four = FusedMlpHost.Create<Lanes128, Vector128<float>>(activation, threads);
        using FusedMlpHost one = FusedMlpHost.Create<Lanes32, float>(activation, threads);
        foreach (FusedMlpHost host in (FusedMlpHost[])[wide, eight, four, one])
        {
            using var device = new TestDevice();
            expected.RequireSame(Run(data, device, new HostPasses(host)));
        }
    }

    [Theory]
    [MemberData(nameof(ShapesAndRows))]
    public void One_pass_for_outputs_and_input_gradients_and_what_it_keeps_give_the_kernels_numbers(HiddenActivation activation, int shape, int rows)
    {
        var data = new Data(_shapes[shape] with { HiddenActivation = activation }, rows);
        Results expected = Run(data, 2, KernelChoice.Portable);
        foreach (int threads in (int[])[1, 2, 4])
        {
            using var device = new TestDevice(threads, KernelChoice.Tuned);
            expected.RequireSame(Run(data, device, new OnePass(Mlp(device, activation), device)));
        }
    }

    [Fact]
    public void Kept_values_of_another_row_count_are_refused()
    {
        using var device = new TestDevice(1, KernelChoice.Tuned);
        MlpOptions options = MlpOptions.Toybox;
        FusedMlp<Relu> mlp = device.Kernels<FusedMlp<Relu>>();
        ArrayView<float> kept = device.Zeros<float>((int)mlp.KeptLength(options, 97));
        Assert.Throws<ArgumentException>(() => mlp.ForwardWithInputGradient(
            options, device.Zeros<float>(options.ParameterCount), device.Zeros<float>(96 * options.InputCount), 0,
            device.Zeros<float>(96 * options.OutputCount), device.Zeros<float>(96 * options.InputCount), kept));
    }

    [Theory]
    [InlineData(HiddenActivation.Relu)]
    [InlineData(HiddenActivation.Silu)]
    public void One_twin_runs_networks_of_different_shapes(HiddenActivation activation)
    {
        using var device = new TestDevice(2, KernelChoice.Tuned);
        IPasses passes = Launcher(device, activation);
        foreach (int shape in (int[])[0, 8, 0, 2])
        {
            var data = new Data(_shapes[shape] with { HiddenActivation = activation }, 50);
            Run(data, 1, KernelChoice.Portable).RequireSame(Run(data, device, passes));
        }
    }

    [Theory]
    [InlineData(HiddenActivation.Relu)]
    [InlineData(HiddenActivation.Silu)]
    public void A_network_that_has_gone_wrong_does_not_look_dead(HiddenActivation activation)
    {
        var data = new Data(MlpOptions.Toybox with { HiddenActivation = activation }, 10);
        data.Parameters[0] = float.NaN;
        Assert.Contains(Run(data, 1, KernelChoice.Tuned).Output, float.IsNaN);
    }

    // No shape falls back to the kernels: widths 1 to 128, one to four layers, with and without biases are all in the list above.
    [Fact]
    public void Both_activations_have_a_twin()
    {
        using var device = new TestDevice(1, KernelChoice.Tuned);
        using var portable = new TestDevice(1);
        Assert.False(portable.Kernels<FusedMlp<Relu>>().IsTuned);
        Assert.True(device.Kernels<FusedMlp<Relu>>().IsTuned);
        Assert.True(device.Kernels<FusedMlp<Silu>>().IsTuned);
    }

    private static LauncherPasses Launcher(TestDevice device, HiddenActivation activation) => new(Mlp(device, activation));

    private static IFusedMlp Mlp(TestDevice device, HiddenActivation activation)
        => activation == HiddenActivation.Relu ? device.Kernels<FusedMlp<Relu>>() : device.Kernels<FusedMlp<Silu>>();

    private static Results Run(Data data, int threads, KernelChoice choice)
    {
        using var device = new TestDevice(threads, choice);
        return Run(data, device, Launcher(device, data.Options.HiddenActivation));
    }

    private static Results Run(Data data, TestDevice device, IPasses passes)
    {
        MlpOptions options = data.Options;
        if (data.Rows == 0 && passes is HostPasses)
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
        ArrayView<float> dLdGradient = device.Upload(data.DLdGradient);
        ArrayView<float> dLdInputSecond = device.Upload(data.Input);
        passes.InputGradientBackward(options, parameters, input, outputIndex, dLdGradient, dLdParametersSecond, dLdInputSecond, scratch);
        passes.InputGradientBackward(
            options, parameters, input, outputIndex, dLdGradient, dLdParametersSecond, ArrayView<float>.Empty, scratch);
        return new Results(
            device.Read(output), device.Read(dLdParameters), device.Read(dLdParametersOnly), device.Read(dLdInput),
            device.Read(gradient), device.Read(dLdParametersSecond), device.Read(dLdInputSecond));
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
            ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch);
    }

    private sealed class LauncherPasses(IFusedMlp mlp) : IPasses
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
            ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch)
            => mlp.InputGradientBackward(options, parameters, input, outputIndex, dLdGradient, dLdParameters, scratch, dLdInput);
    }

    /// <summary>Forward runs both passes and keeps what it can; the others use that.</summary>
    private sealed class OnePass(IFusedMlp mlp, TestDevice device) : IPasses
    {
        private ArrayView<float> _kept;
        private ArrayView<float> _gradient;

        public void Forward(MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> output)
        {
            long kept = mlp.KeptLength(options, (int)(input.Length / options.InputCount));
            _kept = device.Upload(Enumerable.Repeat(float.NaN, (int)kept).ToArray());
            _gradient = device.Upload(Enumerable.Repeat(float.NaN, (int)input.Length).ToArray());
            mlp.ForwardWithInputGradient(options, parameters, input, options.OutputCount - 1, output, _gradient, _kept);
        }

        public void Backward(
            MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> dLdOutput,
            ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch)
            => mlp.Backward(options, parameters, input, dLdOutput, dLdParameters, dLdInput, scratch, _kept);

        public void InputGradient(
            MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> gradient)
            => gradient.CopyFrom(_gradient);

        public void InputGradientBackward(
            MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> dLdGradient,
            ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch)
            => mlp.InputGradientBackward(
                options, parameters, input, outputIndex, dLdGradient, dLdParameters, scratch, dLdInput, _kept);
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
            ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch)
            => host.InputGradientBackward(options, parameters, input, outputIndex, dLdGradient, dLdParameters, dLdInput, scratch);
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
        float[] Output, float[] DLdParameters, float[] DLdParametersOnly, float[] DLdInput, float[] Gradient, float[] DLdParametersSecond,
        float[] DLdInputSecond)
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
                ("second-order dL/dinput", DLdInputSecond, actual.DLdInputSecond),
            ])
            {
                Same.Require(name, mine, theirs);
            }
        }
    }
}
