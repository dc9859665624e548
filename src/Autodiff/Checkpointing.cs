using System;
using System.Collections.Generic;
using System.Linq;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Autodiff;

/// <summary>
/// Gradient checkpointing (Griewank and Walther 2000; Chen et al. 2016): a segment of the computation keeps its outputs only. Its
/// intermediate values go back to the pool after the forward pass and are computed once more in the backward pass, so memory is
/// paid for with one more forward pass of the segment.
/// </summary>
/// <remarks>
/// A segment runs on a tape of its own and must use that tape for everything it computes. It may read variables of the outer
/// tape and parameters, to which its gradients then flow (<c>+=</c>) as without a checkpoint. It runs twice, so it must compute
/// the same both times: random draws by key, no state. Regularisers, which inject their gradient at once, belong outside.
/// Kernels are deterministic, so every gradient has the bits that it has without the checkpoint.
/// </remarks>
public static class Checkpointing
{
    /// <summary>Computes a segment and forgets its intermediate values until the backward pass.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="label">Name of the segment.</param>
    /// <param name="inputs">What the segment reads; its outputs require gradients if one of these does.</param>
    /// <param name="segment">Computes the outputs on the tape that it is given.</param>
    /// <returns>The outputs of the segment, as variables of <paramref name="tape"/>.</returns>
    public static Variable[] Checkpoint(this Tape tape, string label, IReadOnlyList<Variable> inputs, Func<Tape, Variable[]> segment)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(segment);
        bool requiresGradient = AnyRequiresGradient(inputs);
        Variable[] outputs;
        using (var forward = new Tape(tape.Device, recording: false))
        {
            Variable[] computed = segment(forward);
            outputs = [.. computed.Select(value => tape.Allocate(value.Rows, value.Columns, requiresGradient))];
            Store(computed, outputs, 0);
        }
        tape.Record(label, () => Recompute(tape, outputs, 0, segment));
        return outputs;
    }

    /// <summary>
    /// Computes rows in segments of bounded size, each a checkpoint: memory no longer grows with the number of rows but for the
    /// outputs. Values have the bits of a single segment where an operation treats its rows independently; sums over rows, such as
    /// the gradients of parameters, are grouped by segment and so depend on <paramref name="segmentRows"/> by rounding.
    /// </summary>
    /// <param name="tape">Tape.</param>
    /// <param name="label">Name of the segments.</param>
    /// <param name="inputs">What the segments read; their outputs require gradients if one of these does.</param>
    /// <param name="rows">Rows in all, M.</param>
    /// <param name="segmentRows">Most rows of a segment, at least 1.</param>
    /// <param name="segment">Computes the rows [first, first + count) of every output on the tape that it is given.</param>
    /// <returns>The outputs [M, columns], as variables of <paramref name="tape"/>.</returns>
    public static Variable[] CheckpointRows(
        this Tape tape, string label, IReadOnlyList<Variable> inputs, int rows, int segmentRows, Func<Tape, int, int, Variable[]> segment)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(segmentRows, 1);
        bool requiresGradient = AnyRequiresGradient(inputs);
        Variable[]? outputs = null;
        int done = 0;
        // Runs once without rows, too: only the segment knows how many columns its outputs have.
        do
        {
            int first = done;
            int count = Math.Min(segmentRows, rows - first);
            using (var forward = new Tape(tape.Device, recording: false))
            {
                Variable[] computed = segment(forward, first, count);
                RequireRows(label, computed, count);
                outputs ??= [.. computed.Select(value => tape.Allocate(rows, value.Columns, requiresGradient))];
                Store(computed, outputs, first);
            }
            Variable[] all = outputs;
            tape.Record(label, () => Recompute(tape, all, first, again => segment(again, first, count)));
            done += count;
        }
        while (done < rows);
        return outputs;
    }

    private static bool AnyRequiresGradient(IReadOnlyList<Variable> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return inputs.Any(input => input.RequiresGradient);
    }

    private static void Store(Variable[] computed, Variable[] outputs, int firstRow)
    {
        for (int i = 0; i < computed.Length; i++)
        {
            if (computed[i].Length > 0)
            {
                RowsOf(outputs[i].Value, outputs[i], firstRow, computed[i].Rows).CopyFrom(computed[i].Value);
            }
        }
    }

    private static void Recompute(Tape tape, Variable[] outputs, int firstRow, Func<Tape, Variable[]> segment)
    {
        if (!outputs.Any(output => output.HasGradient))
        {
            return;
        }
        using var again = new Tape(tape.Device);
        Variable[] computed = segment(again);
        for (int i = 0; i < computed.Length; i++)
        {
            // An output may turn out constant: only some of the inputs that require gradients need have gone into it.
            if (outputs[i].HasGradient && computed[i].RequiresGradient)
            {
                computed[i].UseGradient(RowsOf(outputs[i].Gradient, outputs[i], firstRow, computed[i].Rows));
            }
        }
        again.Backward();
    }

    private static ArrayView<float> RowsOf(ArrayView<float> view, Variable variable, int firstRow, int rows) =>
        view.SubView((long)firstRow * variable.Columns, (long)rows * variable.Columns);

    private static void RequireRows(string label, Variable[] computed, int rows)
    {
        foreach (Variable value in computed)
        {
            if (value.Rows != rows)
            {
                throw new ArgumentException($"Checkpoint {label}: expected outputs of {rows} rows, got [{value.Rows}, {value.Columns}]; return the rows that were asked for.");
            }
        }
    }
}
