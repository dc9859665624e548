using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Shade;
using DreamFusion.References.Encode;
using DreamFusion.References.Mlp;
using DreamFusion.References.Shade;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Autodiff.Tests;

/// <summary>A field with analytic normals, as a whole, as a checkpoint and in checkpointed rows.</summary>
public sealed class CheckpointingTests
{
    private const int Rows = 301;

    private static readonly HashGridOptions _grid = new HashGridOptions { LevelCount = 3, BaseResolution = 4, PerLevelScale = 1.7, Log2TableSize = 7 }.InCube(1f);
    private static readonly MlpOptions _network = new() { InputCount = 6, Width = 8, HiddenLayers = 2, HiddenActivation = HiddenActivation.Silu };
    private static readonly DensityOptions _density = DensityOptions.Toybox with { Scale = 1f };

    public enum Mode
    {
        Plain,
        Whole,
        Rows,
        Nested,
    }

    [Theory]
    [InlineData(KernelChoice.Portable, 1)]
    [InlineData(KernelChoice.Portable, 2)]
    [InlineData(KernelChoice.Tuned, 2)]
    public void A_checkpoint_gives_the_same_bits(KernelChoice choice, int threads)
    {
        Result plain = Run(Mode.Plain, choice, threads), whole = Run(Mode.Whole, choice, threads), nested = Run(Mode.Nested, choice, threads);
        Assert.Equal(plain.Values, whole.Values);
        Assert.Equal(plain.Gradients, whole.Gradients);
        Assert.Equal(plain.Gradients, nested.Gradients);
        Assert.Contains(plain.Gradients, g => g != 0f);
    }

    [Fact]
    public void One_segment_of_all_rows_is_a_checkpoint_of_the_whole()
    {
        Result plain = Run(Mode.Plain), rows = Run(Mode.Rows, segmentRows: Rows);
        Assert.Equal(plain.Values, rows.Values);
        Assert.Equal(plain.Gradients, rows.Gradients);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(300)]
    public void Segments_of_rows_give_the_same_values_and_gradients_up_to_the_order_of_sums(int segmentRows)
    {
        Result plain = Run(Mode.Plain), rows = Run(Mode.Rows, segmentRows: segmentRows);
        Assert.Equal(plain.Values, rows.Values);
        GradientCheck.Require("gradients", Array.ConvertAll(plain.Gradients, g => (double)g), rows.Gradients, 1e-6);
    }

    [Fact]
    public void Gradients_of_segments_match_central_differences()
    {
        double[] expected = GradientCheck.CentralDifferences(first => Loss([.. first, .. Parameters[30..]]), Parameters[..30]);
        GradientCheck.Require("dL/dW", expected, Run(Mode.Rows, segmentRows: 50).Gradients.AsSpan(0, 30).ToArray(), 2e-5);
    }

    [Fact]
    public void Peak_memory_falls()
    {
        Result plain = Run(Mode.Plain, copies: 40), whole = Run(Mode.Whole, copies: 40), rows = Run(Mode.Rows, segmentRows: 500, copies: 40);
        // Outputs and their gradients stay, eight columns of about fifty, and the network's scratch.
        Assert.True(rows.PeakBytes < 0.3 * plain.PeakBytes, $"{rows.PeakBytes} of {plain.PeakBytes} bytes");
        Assert.True(whole.RentedAfterForward < 0.3 * plain.RentedAfterForward, $"{whole.RentedAfterForward} of {plain.RentedAfterForward} bytes");
    }

    [Fact]
    public void Segments_allocate_nothing_after_warm_up()
    {
        using var device = new TestDevice();
        Run(device, Mode.Rows, 64, 2);
        long bytes = device.Context.Pool.AllocatedBytes;
        for (int step = 0; step < 5; step++)
        {
            Run(device, Mode.Rows, 64, 2);
        }
        Assert.Equal(bytes, device.Context.Pool.AllocatedBytes);
        Assert.Equal(0, device.Context.Pool.RentedBytes);
    }

    [Fact]
    public void Gradients_flow_to_variables_of_the_outer_tape()
    {
        Result plain = Outer(checkpointed: false), checkpointed = Outer(checkpointed: true);
        Assert.Equal(plain.Values, checkpointed.Values);
        Assert.Equal(plain.Gradients, checkpointed.Gradients);
        Assert.Contains(plain.Gradients[^9..], g => g != 0f);
    }

    [Fact]
    public void A_segment_that_nothing_depends_on_is_not_computed_again()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        int runs = 0;
        Variable x = Leaf(device, [1d, 2, 3], 3);
        tape.Checkpoint("unused", [x], segment =>
        {
            runs++;
            return [segment.SphericalHarmonicsEncode(2, x)];
        });
        tape.Backward();
        Assert.Equal(1, runs);
    }

    [Fact]
    public void Constants_take_no_gradient_and_no_rows_are_legal()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable x = tape.Constant(device.Upload([0d, 0, 1]), 1, 3);
        Assert.False(tape.Checkpoint("constant", [x], segment => [segment.SphericalHarmonicsEncode(2, x)])[0].RequiresGradient);
        Variable empty = new(ArrayView<float>.Empty, ArrayView<float>.Empty, 0, 3);
        Variable[] none = tape.CheckpointRows("none", [empty], 0, 10, (segment, first, count) => [segment.SphericalHarmonicsEncode(2, empty)]);
        Assert.Equal((0, 4), (none[0].Rows, none[0].Columns));
        tape.Backward(none[0], ArrayView<float>.Empty);
    }

    [Fact]
    public void A_segment_that_returns_other_rows_is_named()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable x = Leaf(device, [1d, 2, 3], 3);
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => tape.CheckpointRows("field", [x], 5, 2, (segment, first, count) => [segment.SphericalHarmonicsEncode(1, x)]));
        Assert.Contains("Checkpoint field: expected outputs of 2 rows, got [1, 1]", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => tape.CheckpointRows("field", [x], 5, 0, (segment, first, count) => [x]));
    }

    private sealed record Result(float[] Values, float[] Gradients, long PeakBytes, long RentedAfterForward);

    private static double[] Parameters { get; } = RandomArrays.Uniform(new Random(2), _network.ParameterCount, -0.5, 0.5);

    private static double[] Table { get; } = RandomArrays.Uniform(new Random(1), new HashGridLayout(_grid).ParameterCount, -0.5, 0.5);

    private static double[] Positions { get; } = RandomArrays.Uniform(new Random(3), 3 * Rows, -0.9, 0.9);

    private static double[] DLdSigma { get; } = RandomArrays.Uniform(new Random(4), Rows, -1, 1);

    private static double[] DLdNormals { get; } = RandomArrays.Uniform(new Random(5), 3 * Rows, -1, 1);

    private static double Loss(double[] parameters)
    {
        var grid = new HashGridReference(_grid);
        var network = new MlpReference(_network);
        double[] features = grid.Encode(Table, Positions, 3), raw = network.Forward(parameters, features);
        double[] nu = grid.PositionGradient(Table, Positions, network.InputGradient(parameters, features, 0), 3);
        double loss = 0;
        for (int i = 0; i < Rows; i++)
        {
            double[] n = DensityReference.Normal(_density, nu.AsSpan(3 * i, 3), Positions.AsSpan(3 * i, 3));
            loss += DLdSigma[i] * DensityReference.Sigma(_density, raw[4 * i], Positions[3 * i], Positions[3 * i + 1], Positions[3 * i + 2])
                + n.Zip(DLdNormals.AsSpan(3 * i, 3).ToArray(), (a, g) => a * g).Sum();
        }
        return loss;
    }

    private static Result Run(Mode mode, KernelChoice choice = KernelChoice.Portable, int threads = 2, int segmentRows = 64, int copies = 1)
    {
        using var device = new TestDevice(threads, choice);
        return Run(device, mode, segmentRows, copies);
    }

    private static Result Run(TestDevice device, Mode mode, int segmentRows, int copies)
    {
        int rows = copies * Rows;
        using var tape = new Tape(device.Context);
        Variable table = Leaf(device, Table, 2), parameters = Leaf(device, Parameters, Parameters.Length);
        ArrayView<float> Copies(double[] values) => device.Upload(Enumerable.Repeat(values, copies).SelectMany(v => v).ToArray());
        ArrayView<float> positions = Copies(Positions), dLdSigma = Copies(DLdSigma), dLdNormals = Copies(DLdNormals);
        Variable[] Field(Tape on, int first, int count)
        {
            Variable x = on.Constant(positions.SubView(3 * first, 3 * count), count, 3);
            Variable features = on.HashGridEncode(_grid, table, x), raw = on.MlpForward(_network, parameters, features);
            return [on.Density(_density, raw, 0, x), on.AnalyticNormals(_grid, table, _network, parameters, _density, 0, x, features, raw)];
        }
        Variable[] inputs = [table, parameters];
        Variable[] outputs = mode switch
        {
            Mode.Plain => Field(tape, 0, rows),
            Mode.Whole => tape.Checkpoint("field", inputs, segment => Field(segment, 0, rows)),
            Mode.Rows => tape.CheckpointRows("field", inputs, rows, segmentRows, Field),
            _ => tape.Checkpoint("outer", inputs, outer => outer.Checkpoint("inner", inputs, segment => Field(segment, 0, rows))),
        };
        long rented = device.Context.Pool.RentedBytes;
        tape.Seed(outputs[0], dLdSigma);
        tape.Seed(outputs[1], dLdNormals);
        tape.Backward();
        return new Result(
            [.. device.Read(outputs[0].Value), .. device.Read(outputs[1].Value)], [.. device.Read(parameters.Gradient), .. device.Read(table.Gradient)],
            device.Context.Pool.PeakRentedBytes, rented);
    }

    // Directions outside, encoding and network inside: the segment's gradient goes on through the outer tape.
    private static Result Outer(bool checkpointed)
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        double[] values = RandomArrays.Uniform(new Random(8), 9, -1, 1);
        var network = new MlpOptions { InputCount = 15, Width = 8, HiddenLayers = 1, OutputCount = 2, HiddenActivation = HiddenActivation.Silu };
        var frequency = new FrequencyOptions { DimensionCount = 3, FrequencyCount = 2 };
        Variable x = Leaf(device, values, 3), parameters = Leaf(device, RandomArrays.Uniform(new Random(9), network.ParameterCount, -1, 1), network.ParameterCount);
        Variable features = tape.FrequencyEncode(frequency, x);
        Variable[] Network(Tape on) => [on.MlpForward(network, parameters, features), on.MlpInputGradient(network, parameters, features, 1)];
        Variable[] outputs = checkpointed ? tape.Checkpoint("network", [features, parameters], Network) : Network(tape);
        tape.Seed(features, device.Upload(RandomArrays.Uniform(new Random(10), (int)features.Length, -1, 1)));
        foreach (Variable output in outputs)
        {
            tape.Seed(output, device.Upload(RandomArrays.Uniform(new Random(11), (int)output.Length, -1, 1)));
        }
        tape.Backward();
        List<float> read = [.. device.Read(outputs[0].Value), .. device.Read(outputs[1].Value)];
        return new Result([.. read], [.. device.Read(parameters.Gradient), .. device.Read(x.Gradient)], 0, 0);
    }

    private static Variable Leaf(TestDevice device, double[] values, int columns) =>
        new(device.Upload(values), device.Zeros<float>(values.Length), values.Length / columns, columns);
}
