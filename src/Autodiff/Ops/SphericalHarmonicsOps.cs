using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;

namespace DreamFusion.Autodiff.Ops;

/// <summary>Spherical harmonics on the tape; formulas and signs in <see cref="SphericalHarmonicsKernels"/>.</summary>
public static class SphericalHarmonicsOps
{
    /// <summary>Coefficients [M, n²] of unit directions. Gradients flow to the directions if they are asked for.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="degree">Degree n, 1 to 4.</param>
    /// <param name="directions">Unit directions [M, 3].</param>
    public static Variable SphericalHarmonicsEncode(this Tape tape, int degree, Variable directions)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(directions);
        if (directions.Columns != 3)
        {
            throw new ArgumentException($"SphericalHarmonicsEncode: expected directions [M, 3], got [{directions.Rows}, {directions.Columns}]; pass one direction per row.", nameof(directions));
        }

        SphericalHarmonics kernels = tape.Device.Kernels<SphericalHarmonics>();
        // A degree out of range is the launcher's to refuse; it must not become a buffer of no columns first.
        Variable features = tape.Allocate(directions.Rows, int.Max(1, degree * degree), directions.RequiresGradient);
        kernels.Encode(degree, directions.ValueAs<Float3>(), features.Value);
        if (features.RequiresGradient)
        {
            tape.Record("spherical harmonics encode", () =>
            {
                if (features.HasGradient)
                {
                    kernels.Backward(degree, directions.ValueAs<Float3>(), features.Gradient, directions.GradientAs<Float3>());
                }
            });
        }

        return features;
    }
}
