using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Encode;

/// <summary>
/// Multiresolution hash grid: features, and the first and second derivatives that training through analytic normals needs.
/// M samples, L levels, F features per level, b a corner of the sample's cell on a level.
/// <code>
/// y = Σ_b W_b T_b                      dL/dT_b += W_b r,   r = dL/dy            dL/dx += Jᵀ r,  J = dy/dx
/// ν = Jᵀ u                             dL/dT_b += κ_b u,   κ_b = Σ_a g_ν,a dW_b/dx_a     dL/du += J g_ν = Σ_b κ_b T_b
/// </code>
/// ν and J g_ν come in two forms. With J kept by <see cref="Encode"/> (12 bytes per sample and feature) they are streams over it and the
/// table is read once per step; without it they read the table again. Both orders of the table gradient are one pass.
/// Source: Müller et al. 2022, "Instant neural graphics primitives", section 3, in tiny-cuda-nn's indexing. The second line is the
/// derivative of ν, the gradient of a scalar field behind the features. Not differentiated: ν by position (camera rays are
/// constants). Table gradients are summed by one work item per level, sample after sample, so their bits do not depend on
/// the number of threads.
/// </summary>
public static partial class HashGridKernels
{
    /// <summary>y = Σ_b W_b T_b, and J if there is room for it. One work item per sample.</summary>
    /// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Encode<TInterpolation>(Index1D sample, EncodeArgs a)
        where TInterpolation : struct, IGridInterpolation
    {
        ArrayView<float> table = a.Grid.Table;
        ArrayView<float> features = a.Features;
        int perLevel = a.Grid.FeaturesPerLevel;
        int levelCount = a.Grid.Levels.IntLength;
        int row = sample.X * levelCount * perLevel;
        bool withJacobian = a.Jacobian.Length > 0;
        Float3 unit = UnitPosition(a.Grid, a.Positions[sample]);
        for (int level = 0; level < a.Grid.ActiveLevels; level++)
        {
            HashGridCell cell = HashGridCell.Locate<TInterpolation>(a.Grid.Levels[level], perLevel, unit);
            CellCorners weights = cell.Weights();
            for (int feature = 0; feature < perLevel; feature++)
            {
                features[row + feature] = cell.Blend(weights, table, feature);
            }

            if (withJacobian)
            {
                StoreJacobian(cell, a, sample, level);
            }

            row += perLevel;
        }

        if (withJacobian)
        {
            ClearJacobian(a, sample);
        }

        for (int rest = (levelCount - a.Grid.ActiveLevels) * perLevel; rest > 0; rest--)
        {
            features[row] = 0f;
            row++;
        }
    }

    /// <summary>dL/dT_b += W_b r + κ_b u, either term only if it was passed. One work item per active level.</summary>
    /// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
    /// <param name="level">Level, 0 to ActiveLevels - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void BackwardTable<TInterpolation>(Index1D level, BackwardTableArgs a)
        where TInterpolation : struct, IGridInterpolation
    {
        HashGridLevel shape = a.Grid.Levels[level];
        int perLevel = a.Grid.FeaturesPerLevel;
        int stride = a.Grid.Levels.IntLength * perLevel;
        int sampleCount = a.Positions.IntLength;
        bool hasFirst = a.DLdFeatures.Length > 0;
        bool hasSecond = a.Cotangent.Length > 0;
        for (int sample = 0; sample < sampleCount; sample++)
        {
            int row = sample * stride + level.X * perLevel;
            Float3 direction = hasSecond ? a.DLdGradient[sample] * a.Grid.PositionScale : Float3.Zero;
            bool first = hasFirst && !IsZero(a.DLdFeatures, row, perLevel);
            bool second = hasSecond && !(direction == Float3.Zero || IsZero(a.Cotangent, row, perLevel));
            if (!(first || second))
            {
                continue;
            }

            HashGridCell cell = HashGridCell.Locate<TInterpolation>(shape, perLevel, UnitPosition(a.Grid, a.Positions[sample]));
            if (!second)
            {
                Scatter(cell, cell.Weights(), a.DLdFeatures, row, perLevel, a.DLdTable);
            }
            else if (!first)
            {
                Scatter(cell, cell.WeightDerivatives(direction), a.Cotangent, row, perLevel, a.DLdTable);
            }
            else
            {
                CellCorners weights = cell.Weights();
                CellCorners kappa = cell.WeightDerivatives(direction);
                for (int feature = 0; feature < perLevel; feature++)
                {
                    cell.Scatter(weights, a.DLdFeatures[row + feature], kappa, a.Cotangent[row + feature], a.DLdTable, feature);
                }
            }
        }
    }

    /// <summary>ν = Jᵀu. One work item per sample.</summary>
    /// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void PositionGradient<TInterpolation>(Index1D sample, PositionGradientArgs a)
        where TInterpolation : struct, IGridInterpolation
        => a.Result[sample] = GatheredGradient<TInterpolation>(sample, a);

    /// <summary>dL/dx += Jᵀ dL/dy. One work item per sample.</summary>
    /// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void BackwardPosition<TInterpolation>(Index1D sample, PositionGradientArgs a)
        where TInterpolation : struct, IGridInterpolation
        => a.Result[sample] += GatheredGradient<TInterpolation>(sample, a);

    /// <summary>dL/du += J g_ν = Σ_b κ_b T_b. One work item per sample.</summary>
    /// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void PositionGradientBackwardCotangent<TInterpolation>(Index1D sample, SecondOrderCotangentArgs a)
        where TInterpolation : struct, IGridInterpolation
    {
        Float3 direction = a.DLdGradient[sample] * a.Grid.PositionScale;
        if (direction == Float3.Zero)
        {
            return;
        }

        ArrayView<float> table = a.Grid.Table;
        ArrayView<float> result = a.DLdCotangent;
        int perLevel = a.Grid.FeaturesPerLevel;
        int row = sample.X * a.Grid.Levels.IntLength * perLevel;
        Float3 unit = UnitPosition(a.Grid, a.Positions[sample]);
        for (int level = 0; level < a.Grid.ActiveLevels; level++)
        {
            HashGridCell cell = HashGridCell.Locate<TInterpolation>(a.Grid.Levels[level], perLevel, unit);
            CellCorners kappa = cell.WeightDerivatives(direction);
            for (int feature = 0; feature < perLevel; feature++)
            {
                result[row + feature] += cell.Blend(kappa, table, feature);
            }

            row += perLevel;
        }
    }

    /// <summary>ν = Jᵀu from a kept J. One work item per sample.</summary>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void JacobianTransposedProduct(Index1D sample, JacobianArgs a)
    {
        ArrayView<float> jacobian = a.Jacobian;
        ArrayView<float> cotangent = a.Features;
        int count = a.FeatureCount;
        int row = sample.X * count;
        int x = 3 * row;
        int y = x + count;
        int z = y + count;
        Float3 sum = Float3.Zero;
        for (int k = 0; k < count; k++)
        {
            float u = cotangent[row + k];
            sum.X = Intrinsics.Fma(jacobian[x + k], u, sum.X);
            sum.Y = Intrinsics.Fma(jacobian[y + k], u, sum.Y);
            sum.Z = Intrinsics.Fma(jacobian[z + k], u, sum.Z);
        }

        a.Vectors[sample] = sum;
    }

    /// <summary>dL/du += J g_ν from a kept J. One work item per sample.</summary>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void JacobianProduct(Index1D sample, JacobianArgs a)
    {
        ArrayView<float> jacobian = a.Jacobian;
        ArrayView<float> result = a.Features;
        int count = a.FeatureCount;
        int row = sample.X * count;
        int x = 3 * row;
        int y = x + count;
        int z = y + count;
        Float3 v = a.Vectors[sample];
        for (int k = 0; k < count; k++)
        {
            result[row + k] += Intrinsics.Fma(jacobian[z + k], v.Z, Intrinsics.Fma(jacobian[y + k], v.Y, jacobian[x + k] * v.X));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Float3 GatheredGradient<TInterpolation>(Index1D sample, PositionGradientArgs a)
        where TInterpolation : struct, IGridInterpolation
    {
        ArrayView<float> table = a.Grid.Table;
        ArrayView<float> cotangent = a.Cotangent;
        int perLevel = a.Grid.FeaturesPerLevel;
        int row = sample.X * a.Grid.Levels.IntLength * perLevel;
        Float3 unit = UnitPosition(a.Grid, a.Positions[sample]);
        Float3 sum = Float3.Zero;
        for (int level = 0; level < a.Grid.ActiveLevels; level++)
        {
            HashGridCell cell = HashGridCell.Locate<TInterpolation>(a.Grid.Levels[level], perLevel, unit);
            // Features first: one scalar per corner, then one gradient, instead of a gradient per feature.
            CellCorners corners = default;
            for (int feature = 0; feature < perLevel; feature++)
            {
                corners = cell.Gather(corners, cotangent[row + feature], table, feature);
            }

            sum += cell.Gradient(corners);
            row += perLevel;
        }

        return sum * a.Grid.PositionScale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreJacobian(HashGridCell cell, EncodeArgs a, Index1D sample, int level)
    {
        ArrayView<float> jacobian = a.Jacobian;
        int perLevel = a.Grid.FeaturesPerLevel;
        int count = a.Grid.Levels.IntLength * perLevel;
        int x = 3 * sample.X * count + level * perLevel;
        for (int feature = 0; feature < perLevel; feature++)
        {
            Float3 gradient = cell.Gradient(cell.Corners(a.Grid.Table, feature)) * a.Grid.PositionScale;
            jacobian[x + feature] = gradient.X;
            jacobian[x + count + feature] = gradient.Y;
            jacobian[x + 2 * count + feature] = gradient.Z;
        }
    }

    // The features of inactive levels do not depend on the position.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ClearJacobian(EncodeArgs a, Index1D sample)
    {
        ArrayView<float> jacobian = a.Jacobian;
        int count = a.Grid.Levels.IntLength * a.Grid.FeaturesPerLevel;
        int x = 3 * sample.X * count;
        for (int k = a.Grid.ActiveLevels * a.Grid.FeaturesPerLevel; k < count; k++)
        {
            jacobian[x + k] = 0f;
            jacobian[x + count + k] = 0f;
            jacobian[x + 2 * count + k] = 0f;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scatter(
        HashGridCell cell, CellCorners coefficients, ArrayView<float> values, int row, int perLevel, ArrayView<float> gradient)
    {
        for (int feature = 0; feature < perLevel; feature++)
        {
            cell.Scatter(coefficients, values[row + feature], gradient, feature);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Float3 UnitPosition(Grid grid, Float3 position)
        => new(UnitCoordinate(grid, position.X), UnitCoordinate(grid, position.Y), UnitCoordinate(grid, position.Z));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float UnitCoordinate(Grid grid, float coordinate)
    {
        float unit = Intrinsics.Fma(grid.PositionScale, coordinate, grid.PositionOffset);
        return unit < 0f ? 0f : unit > 1f ? 1f : unit;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsZero(ArrayView<float> values, int first, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (values[first + i] != 0f)
            {
                return false;
            }
        }

        return true;
    }
}
