using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Shade;
using ILGPU;

namespace DreamFusion.Autodiff.Ops;

/// <summary>Normals on the tape; formulas in <see cref="NormalKernels"/>, <see cref="DensityNormalKernels"/> and
/// <see cref="FiniteDifferenceNormalKernels"/>.</summary>
public static class NormalOps
{
    /// <summary>n [M, 3] from the gradient ν of the raw density. Gradients flow to ν, not to the positions.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">The density whose normals are wanted.</param>
    /// <param name="gradient">ν [M, 3], per world unit.</param>
    /// <param name="positions">Positions x [M, 3], world units, constants.</param>
    public static Variable Normals(this Tape tape, DensityOptions options, Variable gradient, Variable positions)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(positions);
        INormal normal = Select(tape.Device, options);
        Variable normals = tape.Allocate(gradient.Rows, 3, gradient.RequiresGradient);
        ArrayView<Float3> nu = gradient.ValueAs<Float3>();
        ArrayView<Float3> x = positions.ValueAs<Float3>();
        normal.Forward(options, nu, x, normals.ValueAs<Float3>());
        if (normals.RequiresGradient)
        {
            tape.Record("normals", () =>
            {
                if (normals.HasGradient)
                {
                    normal.Backward(options, nu, x, normals.GradientAs<Float3>(), gradient.GradientAs<Float3>());
                }
            });
        }

        return normals;
    }

    /// <summary>
    /// n [M, 3] of a density with a blob added after the activation, from the raw output o and its gradient ν. Gradients flow to both,
    /// not to the positions.
    /// </summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">The density whose normals are wanted.</param>
    /// <param name="raw">Network outputs [M, columns].</param>
    /// <param name="column">Column of the raw density.</param>
    /// <param name="gradient">ν [M, 3], per world unit.</param>
    /// <param name="positions">Positions x [M, 3], world units, constants.</param>
    public static Variable DensityNormals(
        this Tape tape, DensityOptions options, Variable raw, int column, Variable gradient, Variable positions)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(raw);
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(positions);
        IDensityNormal normal = SelectAdded(tape.Device, options);
        Variable normals = tape.Allocate(gradient.Rows, 3, gradient.RequiresGradient || raw.RequiresGradient);
        ArrayView<Float3> nu = gradient.ValueAs<Float3>();
        ArrayView<Float3> x = positions.ValueAs<Float3>();
        normal.Forward(options, raw.Value, column, nu, x, normals.ValueAs<Float3>());
        if (normals.RequiresGradient)
        {
            tape.Record("density normals", () =>
            {
                if (normals.HasGradient)
                {
                    // The kernel computes both; what nobody takes goes to scratch.
                    ArrayView<Float3> dLdNu = gradient.RequiresGradient ? gradient.GradientAs<Float3>() : tape.Scratch<Float3>(nu.Length);
                    ArrayView<float> dLdRaw = raw.RequiresGradient ? raw.Gradient : tape.Scratch<float>(raw.Length);
                    normal.Backward(options, raw.Value, column, nu, x, normals.GradientAs<Float3>(), dLdNu, dLdRaw);
                }
            });
        }

        return normals;
    }

    /// <summary>
    /// n [M, 3] of a field encode → network → density, by the chain q = do/dy, ν = Jᵀq, n = -ν'/|ν'| (or -∇σ/|∇σ| if the blob is
    /// added after the activation). The second-order passes carry dL/dn to the table and to the network's weights.
    /// </summary>
    /// <param name="tape">Tape.</param>
    /// <param name="jacobian">J as <see cref="HashGridOps.HashGridEncode(Tape, HashGridOptions, Variable, Variable, out HashGridJacobian, int?)"/> kept it; the grid's position scale must map the world positions.</param>
    /// <param name="network">Shape of the network.</param>
    /// <param name="parameters">Parameter block of the network.</param>
    /// <param name="density">Density whose normals are wanted.</param>
    /// <param name="column">Output of the network that is the raw density.</param>
    /// <param name="positions">Positions x [M, 3], world units, constants.</param>
    /// <param name="features">y [M, L·F] as that encoding returned it.</param>
    /// <param name="raw">o [M, outputs] as <see cref="MlpOps.MlpForward(Tape, MlpOptions, Variable, Variable)"/> returned it for these features.</param>
    public static Variable AnalyticNormals(
        this Tape tape, HashGridJacobian jacobian, MlpOptions network, Variable parameters, DensityOptions density, int column,
        Variable positions, Variable features, Variable raw)
    {
        Variable cotangent = tape.MlpInputGradient(network, parameters, features, column);
        return tape.AnalyticNormals(jacobian, cotangent, density, column, positions, raw);
    }

    /// <summary>The same, where the network has already given q with its outputs.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="jacobian">J.</param>
    /// <param name="cotangent">q = do/dy [M, L·F] of the raw density.</param>
    /// <param name="density">Density whose normals are wanted.</param>
    /// <param name="column">Output of the network that is the raw density.</param>
    /// <param name="positions">Positions x [M, 3], world units, constants.</param>
    /// <param name="raw">o [M, outputs].</param>
    public static Variable AnalyticNormals(
        this Tape tape, HashGridJacobian jacobian, Variable cotangent, DensityOptions density, int column, Variable positions, Variable raw)
    {
        Variable gradient = tape.HashGridPositionGradient(jacobian, cotangent);
        return DensityOrRawNormals(tape, density, column, positions, raw, gradient);
    }

    /// <summary>
    /// The same without a kept Jacobian: the table is read again, twice, and its gradient takes a second pass; for devices where memory is
    /// shorter than time.
    /// </summary>
    /// <param name="tape">Tape.</param>
    /// <param name="grid">Shape of the grid; its position scale must map the world positions.</param>
    /// <param name="table">Table.</param>
    /// <param name="network">Shape of the network.</param>
    /// <param name="parameters">Parameter block of the network.</param>
    /// <param name="density">Density whose normals are wanted.</param>
    /// <param name="column">Output of the network that is the raw density.</param>
    /// <param name="positions">Positions x [M, 3], world units, constants.</param>
    /// <param name="features">y [M, L·F] as <see cref="HashGridOps.HashGridEncode(Tape, HashGridOptions, Variable, Variable, int?)"/> returned it for these positions.</param>
    /// <param name="raw">o [M, outputs] as <see cref="MlpOps.MlpForward(Tape, MlpOptions, Variable, Variable)"/> returned it for these features.</param>
    /// <param name="activeLevels">Levels in use, default all; the same as for the features.</param>
    public static Variable AnalyticNormals(
        this Tape tape, HashGridOptions grid, Variable table, MlpOptions network, Variable parameters, DensityOptions density, int column,
        Variable positions, Variable features, Variable raw, int? activeLevels = null)
    {
        Variable cotangent = tape.MlpInputGradient(network, parameters, features, column);
        Variable gradient = tape.HashGridPositionGradient(grid, table, positions, cotangent, activeLevels);
        return DensityOrRawNormals(tape, density, column, positions, raw, gradient);
    }

    /// <summary>
    /// n [M, 3] by differences of any density, which is evaluated once at the taps of every sample: six, of one-sided differences four. Gradients flow to the
    /// density at the taps and from there wherever the field sends them.
    /// </summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Scheme, ε and bound.</param>
    /// <param name="density">The field on this tape: from constant positions [tM, 3] to σ [tM, 1].</param>
    /// <param name="positions">Positions x [M, 3], world units, constants.</param>
    public static Variable FiniteDifferenceNormals(
        this Tape tape, FiniteDifferenceOptions options, Func<Variable, Variable> density, Variable positions)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(density);
        ArgumentNullException.ThrowIfNull(positions);
        FiniteDifferenceNormal kernels = tape.Device.Kernels<FiniteDifferenceNormal>();
        ArrayView<Float3> x = positions.ValueAs<Float3>();
        Variable taps = tape.Allocate(options.TapCount * positions.Rows, 3, requiresGradient: false);
        kernels.Taps(options, x, taps.ValueAs<Float3>());
        Variable sigma = density(taps);
        if (sigma.Rows != taps.Rows || sigma.Columns != 1)
        {
            throw new ArgumentException($"FiniteDifferenceNormals: expected densities [{taps.Rows}, 1], got [{sigma.Rows}, {sigma.Columns}]; return one density per tap.", nameof(density));
        }

        Variable normals = tape.Allocate(positions.Rows, 3, sigma.RequiresGradient);
        kernels.Forward(options, x, sigma.Value, normals.ValueAs<Float3>());
        if (normals.RequiresGradient)
        {
            tape.Record("finite-difference normals", () =>
            {
                if (normals.HasGradient)
                {
                    kernels.Backward(options, x, sigma.Value, normals.GradientAs<Float3>(), sigma.Gradient);
                }
            });
        }

        return normals;
    }

    private static Variable DensityOrRawNormals(
        Tape tape, DensityOptions density, int column, Variable positions, Variable raw, Variable gradient)
    {
        ArgumentNullException.ThrowIfNull(density);
        return density.Blob == DensityBlob.AddedGaussian
            ? tape.DensityNormals(density, raw, column, gradient, positions)
            : tape.Normals(density, gradient, positions);
    }

    private static IDensityNormal SelectAdded(DeviceContext device, DensityOptions options) => (options.Activation, options.Blob) switch
    {
        (DensityActivation.Exp, DensityBlob.AddedGaussian) => device.Kernels<DensityNormal<ExpDensity>>(),
        (DensityActivation.Softplus, DensityBlob.AddedGaussian) => device.Kernels<DensityNormal<SoftplusDensity>>(),
        _ => throw new ArgumentOutOfRangeException(
            nameof(options), options, "DensityNormals: expected exp or softplus with an added Gaussian blob; use Normals for blobs before the activation."),
    };

    private static INormal Select(DeviceContext device, DensityOptions options) => options.Blob switch
    {
        DensityBlob.Linear => device.Kernels<Normal<LinearBlob>>(),
        DensityBlob.Gaussian => device.Kernels<Normal<GaussianBlob>>(),
        _ => throw new ArgumentOutOfRangeException(
            nameof(options), options.Blob, "Normals: expected a linear or Gaussian blob before the activation; use DensityNormals for an added one."),
    };
}
