using System;
using System.Collections.Generic;

namespace DreamFusion.Bench.Gpu.Twins;

/// <summary>Launches of mlp.cuh: the network 32-64-64-16 with biases, groups of 64 rows as our kernels have them.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Parameters">Address of the parameters.</param>
/// <param name="Input">Address of the input [M, 32].</param>
public sealed record MlpTwin(int Rows, long Parameters, long Input)
{
    /// <summary>Parameters of the network.</summary>
    public const int ParameterCount = (33 * 64) + (65 * 64) + (65 * 16);

    /// <summary>Groups that sum weight gradients, at most.</summary>
    public const int GradientGroups = 256;

    private const int ForwardGroups = 1024;
    private const int GroupRows = 64;
    private const int LargestRun = 64;
    private const int OutputCount = 16;

    // The shared memory of mlp.cuh: weights, units and δ in 16 bits; behind them sums of the gradients.
    private const int ForwardHalves = (64 * 40) + (64 * 72) + (16 * 72) + (GroupRows * (40 + 72 + 72));
    private const int BackwardHalves = ForwardHalves + (GroupRows * 24);

    /// <summary>Groups of the backward kernel: rows of its partial sums.</summary>
    public int Groups => Math.Min(GradientGroups, (Rows + GroupRows - 1) / GroupRows);

    /// <summary>o = network(y).</summary>
    /// <param name="output">Address of o [M, 16].</param>
    public TwinLaunch Forward(long output) => new(
        "mlp_forward", Math.Min(ForwardGroups, (Rows + GroupRows - 1) / GroupRows), 1, sizeof(ushort) * ForwardHalves, TwinLaunch.Pack(Parameters, Input, output, Rows));

    /// <summary>dL/dparameters += and dL/dy +=. The largest gradient must be 0 before.</summary>
    /// <param name="upstream">Address of dL/do [M, 16].</param>
    /// <param name="inputGradient">Address of dL/dy [M, 32].</param>
    /// <param name="partials">Address of the groups' sums [<see cref="Groups"/>, parameters].</param>
    /// <param name="largest">Address of the bits of the largest gradient.</param>
    /// <param name="gradient">Address of dL/dparameters.</param>
    public IEnumerable<TwinLaunch> Backward(long upstream, long inputGradient, long partials, long largest, long gradient) =>
    [
        new("mlp_largest", Over((OutputCount * Rows) + LargestRun - 1, LargestRun), 1, 0, TwinLaunch.Pack(upstream, largest, OutputCount * Rows)),
        new(
            "mlp_backward", Groups, 1, (sizeof(ushort) * BackwardHalves) + (sizeof(float) * ParameterCount),
            TwinLaunch.Pack(Parameters, Input, upstream, inputGradient, partials, largest, Rows, 1)),
        new("mlp_sum", Over(ParameterCount, 1), 1, 0, TwinLaunch.Pack(partials, gradient, Groups, ParameterCount)),
    ];

    private static int Over(int count, int each) => ((count / each) + TwinLaunch.GroupSize - 1) / TwinLaunch.GroupSize;
}
