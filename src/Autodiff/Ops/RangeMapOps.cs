using System;
using DreamFusion.Kernels.Image;

namespace DreamFusion.Autodiff.Ops;

/// <summary>Range mapping on the tape; formula in <see cref="RangeMapKernels"/>.</summary>
public static class RangeMapOps
{
    /// <summary>Values [n, C] of one range mapped to another, linearly and without clamping.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="input">Values.</param>
    /// <param name="from">Their range.</param>
    /// <param name="to">Range of the result.</param>
    public static Variable MapRange(this Tape tape, Variable input, ValueRange from, ValueRange to)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(input);
        RangeMap map = tape.Device.Kernels<RangeMap>();
        Variable output = tape.Allocate(input.Rows, input.Columns, input.RequiresGradient);
        map.Forward(from, to, input.Value, output.Value);
        if (output.RequiresGradient)
        {
            tape.Record("range map", () =>
            {
                if (output.HasGradient)
                {
                    map.Backward(from, to, output.Gradient, input.Gradient);
                }
            });
        }

        return output;
    }
}
