using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using ILGPU;

namespace DreamFusion.Autodiff.Ops;

/// <summary>Hash grid on the tape; formulas in <see cref="HashGridKernels"/>.</summary>
public static class HashGridOps
{
    /// <summary>Features y [M, L·F] of positions. Gradients flow to the table and, if they are asked for, to the positions.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="table">Table, <see cref="HashGridLayout.ParameterCount"/> values.</param>
    /// <param name="positions">Positions x [M, 3].</param>
    /// <param name="activeLevels">Levels in use, default all.</param>
    public static Variable HashGridEncode(
        this Tape tape, HashGridOptions options, Variable table, Variable positions, int? activeLevels = null)
    {
        CheckArguments(tape, options, table, positions);
        IHashGrid grid = Select(tape.Device, options);
        int levels = activeLevels ?? options.LevelCount;
        Variable features = tape.Allocate(positions.Rows, options.FeatureCount, table.RequiresGradient || positions.RequiresGradient);
        ArrayView<Float3> x = positions.ValueAs<Float3>();
        grid.Encode(options, levels, table.Value, x, features.Value);
        if (features.RequiresGradient)
        {
            tape.Record("hash grid encode", () =>
            {
                if (!features.HasGradient)
                {
                    return;
                }

                if (table.RequiresGradient)
                {
                    grid.BackwardTable(options, levels, x, features.Gradient, table.Gradient);
                }

                if (positions.RequiresGradient)
                {
                    grid.BackwardPosition(options, levels, table.Value, x, features.Gradient, positions.GradientAs<Float3>());
                }
            });
        }

        return features;
    }

    /// <summary>
    /// Features y [M, L·F] of constant positions, with the Jacobian J = dy/dx kept for <see cref="HashGridPositionGradient(Tape, HashGridJacobian, Variable)"/>:
    /// 12 bytes per sample and feature, for one reading of the table instead of three, and one pass for both orders of its gradient
    /// instead of two.
    /// </summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="table">Table, <see cref="HashGridLayout.ParameterCount"/> values.</param>
    /// <param name="positions">Positions x [M, 3], constants.</param>
    /// <param name="jacobian">J.</param>
    /// <param name="activeLevels">Levels in use, default all.</param>
    public static Variable HashGridEncode(
        this Tape tape, HashGridOptions options, Variable table, Variable positions, out HashGridJacobian jacobian, int? activeLevels = null)
    {
        CheckArguments(tape, options, table, positions);
        RequireConstant(positions);
        IHashGrid grid = Select(tape.Device, options);
        int levels = activeLevels ?? options.LevelCount;
        Variable features = tape.Allocate(positions.Rows, options.FeatureCount, table.RequiresGradient);
        ArrayView<Float3> x = positions.ValueAs<Float3>();
        var kept = new HashGridJacobian(options, grid, tape.Scratch<float>(3L * positions.Rows * options.FeatureCount), positions.Rows, table.RequiresGradient);
        grid.Encode(options, levels, table.Value, x, features.Value, kept.Values);
        if (features.RequiresGradient)
        {
            tape.Record("hash grid encode", () =>
            {
                // The products ran backward before this: they came later.
                if (features.HasGradient && kept.Cotangent is { } u && kept.Product is { HasGradient: true } nu)
                {
                    grid.BackwardTable(options, levels, x, features.Gradient, u.Value, nu.GradientAs<Float3>(), table.Gradient);
                }
                else if (features.HasGradient)
                {
                    grid.BackwardTable(options, levels, x, features.Gradient, table.Gradient);
                }
                else if (kept.Cotangent is { } cotangent && kept.Product is { HasGradient: true } product)
                {
                    grid.PositionGradientBackwardTable(options, levels, x, cotangent.Value, product.GradientAs<Float3>(), table.Gradient);
                }
            });
        }

        jacobian = kept;
        return features;
    }

    /// <summary>
    /// ν = Jᵀu [M, 3] from a kept Jacobian. Gradients flow to u, and to the table when the encoding's turn comes in the backward pass.
    /// </summary>
    /// <param name="tape">The tape of the encoding.</param>
    /// <param name="jacobian">J; it takes one cotangent.</param>
    /// <param name="cotangent">u [M, L·F].</param>
    /// <exception cref="InvalidOperationException">The Jacobian was multiplied before: the pass for both orders has room for one cotangent.</exception>
    public static Variable HashGridPositionGradient(this Tape tape, HashGridJacobian jacobian, Variable cotangent)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(jacobian);
        ArgumentNullException.ThrowIfNull(cotangent);
        Variable gradient = tape.Allocate(jacobian.Rows, 3, jacobian.RequiresGradient || cotangent.RequiresGradient);
        jacobian.Take(cotangent, gradient);
        jacobian.Grid.JacobianTransposedProduct(jacobian.Options, jacobian.Values, cotangent.Value, gradient.ValueAs<Float3>());
        if (gradient.RequiresGradient && cotangent.RequiresGradient)
        {
            tape.Record("hash grid position gradient", () =>
            {
                if (gradient.HasGradient)
                {
                    jacobian.Grid.JacobianProduct(jacobian.Options, jacobian.Values, gradient.GradientAs<Float3>(), cotangent.Gradient);
                }
            });
        }

        return gradient;
    }

    /// <summary>
    /// ν = Jᵀu [M, 3], the gradient by position of a scalar with the gradient u by the features. Gradients flow to the table and to
    /// u, not to the positions.
    /// </summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="table">Table, <see cref="HashGridLayout.ParameterCount"/> values.</param>
    /// <param name="positions">Positions x [M, 3], constants.</param>
    /// <param name="cotangent">u [M, L·F].</param>
    /// <param name="activeLevels">Levels in use, default all; the same as for the features.</param>
    public static Variable HashGridPositionGradient(
        this Tape tape, HashGridOptions options, Variable table, Variable positions, Variable cotangent, int? activeLevels = null)
    {
        CheckArguments(tape, options, table, positions);
        ArgumentNullException.ThrowIfNull(cotangent);
        RequireConstant(positions);
        IHashGrid grid = Select(tape.Device, options);
        int levels = activeLevels ?? options.LevelCount;
        Variable gradient = tape.Allocate(positions.Rows, 3, table.RequiresGradient || cotangent.RequiresGradient);
        ArrayView<Float3> x = positions.ValueAs<Float3>();
        grid.PositionGradient(options, levels, table.Value, x, cotangent.Value, gradient.ValueAs<Float3>());
        if (gradient.RequiresGradient)
        {
            tape.Record("hash grid position gradient", () =>
            {
                if (!gradient.HasGradient)
                {
                    return;
                }

                ArrayView<Float3> upstream = gradient.GradientAs<Float3>();
                if (table.RequiresGradient)
                {
                    grid.PositionGradientBackwardTable(options, levels, x, cotangent.Value, upstream, table.Gradient);
                }

                if (cotangent.RequiresGradient)
                {
                    grid.PositionGradientBackwardCotangent(options, levels, table.Value, x, upstream, cotangent.Gradient);
                }
            });
        }

        return gradient;
    }

    /// <summary>
    /// Adds weight · V to the loss, V the total variation of the table's dense levels. V and its gradient come from one kernel,
    /// which runs in the backward pass.
    /// </summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="table">Table that requires a gradient.</param>
    /// <param name="weight">Weight of V in the loss.</param>
    /// <returns>V [1]; undefined before the backward pass.</returns>
    public static ArrayView<float> TableTotalVariation(this Tape tape, HashGridOptions options, Variable table, float weight)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(table);
        ArrayView<float> value = tape.Scratch<float>(1);
        TableTotalVariation kernels = tape.Device.Kernels<TableTotalVariation>();
        tape.Record("table total variation", () => kernels.ValueAndGradient(options, weight, table.Value, table.Gradient, value));
        return value;
    }

    private static void RequireConstant(Variable positions)
    {
        if (positions.RequiresGradient)
        {
            throw new ArgumentException("HashGrid: expected constant positions, got positions that require a gradient; second derivatives by position are not computed.", nameof(positions));
        }
    }

    private static void CheckArguments(Tape tape, HashGridOptions options, Variable table, Variable positions)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(positions);
        if (positions.Columns != 3)
        {
            throw new ArgumentException($"HashGrid: expected positions [M, 3], got [{positions.Rows}, {positions.Columns}]; pass one position per row.", nameof(positions));
        }
    }

    private static IHashGrid Select(DeviceContext device, HashGridOptions options) => options.Interpolation switch
    {
        HashGridInterpolation.Linear => device.Kernels<HashGrid<LinearInterpolation>>(),
        HashGridInterpolation.Smoothstep => device.Kernels<HashGrid<SmoothstepInterpolation>>(),
        _ => throw new ArgumentOutOfRangeException(
            nameof(options), options.Interpolation, "HashGrid: expected linear or smoothstep interpolation; change the encoder's interpolation."),
    };
}
