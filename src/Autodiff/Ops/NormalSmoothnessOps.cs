using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Losses;
using ILGPU;

namespace DreamFusion.Autodiff.Ops;

/// <summary>
/// Normal smoothness on the tape; formulas in <see cref="NormalSmoothnessKernels"/>. Like the other regularisers it accumulates
/// its weighted gradient into its inputs at once, and returns the unweighted value [1, 1] to be logged.
/// </summary>
public static class NormalSmoothnessOps
{
    /// <summary>Smoothness of normal images.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="normals">Normal images [B·H·W, 3], row-major.</param>
    /// <param name="width">Width W, positive.</param>
    /// <param name="height">Height H, positive.</param>
    /// <param name="weight">Factor on the gradient.</param>
    public static Variable ImageNormalSmoothness(this Tape tape, Variable normals, int width, int height, float weight)
    {
        ArgumentNullException.ThrowIfNull(tape);
        RequireNormals(normals);
        Variable value = tape.Allocate(1, 1, requiresGradient: false);
        ArrayView<float> scratch = tape.Scratch<float>(LossSumKernels.ScratchLength(normals.Rows));
        tape.Device.Kernels<NormalSmoothness>().EvaluateImage(normals.ValueAs<Float3>(), width, height, weight, GradientOf(normals, weight), scratch, value.Value);
        return value;
    }

    /// <summary>Smoothness in space: normals at samples against normals at shifted samples.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="normals">Normals n(x) [M, 3].</param>
    /// <param name="shiftedNormals">Normals n(x + δ) [M, 3].</param>
    /// <param name="weight">Factor on the gradient.</param>
    public static Variable SpaceNormalSmoothness(this Tape tape, Variable normals, Variable shiftedNormals, float weight)
    {
        ArgumentNullException.ThrowIfNull(tape);
        RequireNormals(normals);
        RequireNormals(shiftedNormals);
        Variable value = tape.Allocate(1, 1, requiresGradient: false);
        tape.Device.Kernels<NormalSmoothness>().EvaluateSpace(
            normals.ValueAs<Float3>(), shiftedNormals.ValueAs<Float3>(), weight, GradientOf(normals, weight), GradientOf(shiftedNormals, weight),
            tape.Scratch<float>(LossSumKernels.ScratchLength(normals.Rows)), value.Value);
        return value;
    }

    // A loss of weight 0 is only logged; it must not cost a gradient buffer.
    private static ArrayView<Float3> GradientOf(Variable input, float weight) => input.RequiresGradient && weight != 0f ? input.GradientAs<Float3>() : default;

    private static void RequireNormals(Variable normals)
    {
        ArgumentNullException.ThrowIfNull(normals);
        if (normals.Columns != 3)
        {
            throw new ArgumentException($"Normal smoothness: expected normals [n, 3], got [{normals.Rows}, {normals.Columns}]; pass one normal per row.", nameof(normals));
        }
    }
}
