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
/// Source: Müller et al. 2022, "Instant neural graphics primitives", section 3, in tiny-cuda-nn's indexing. The second line is the
/// derivative of ν, the gradient of a scalar field behind the features. Not differentiated: ν by position (camera rays are
/// constants). Table gradients are summed by one work item per level, sample after sample, so their bits do not depend on
/// the number of threads.
/// </summary>
public static class HashGridKernels
{
    /// <summary>The grid that all kernels of this family read.</summary>
    public struct Grid
    {
        /// <summary>Levels [L], coarsest first.</summary>
        public ArrayView<HashGridLevel> Levels;

        /// <summary>Entries of all levels [EntryCount, F].</summary>
        public ArrayView<float> Table;

        /// <summary>Features per level F.</summary>
        public int FeaturesPerLevel;

        /// <summary>Levels in use, 0 to L; the features of finer ones are 0 and receive no gradient (progressive training).</summary>
        public int ActiveLevels;

        /// <summary>Unit coordinate = PositionScale·x + PositionOffset, clamped to [0, 1].</summary>
        public float PositionScale;

        /// <summary>See <see cref="PositionScale"/>.</summary>
        public float PositionOffset;
    }

    /// <summary>Arguments of <see cref="Encode"/>.</summary>
    public struct EncodeArgs
    {
        /// <summary>The grid.</summary>
        public Grid Grid;

        /// <summary>Positions x [M].</summary>
        public ArrayView<Float3> Positions;

        /// <summary>Features y [M, L·F], level-major in a row; overwritten.</summary>
        public ArrayView<float> Features;
    }

    /// <summary>Arguments of <see cref="BackwardTable"/>.</summary>
    public struct BackwardTableArgs
    {
        /// <summary>The grid.</summary>
        public Grid Grid;

        /// <summary>Positions x [M].</summary>
        public ArrayView<Float3> Positions;

        /// <summary>dL/dy [M, L·F].</summary>
        public ArrayView<float> DLdFeatures;

        /// <summary>dL/dT [EntryCount, F]; accumulated (+=), zeroed by the optimiser.</summary>
        public ArrayView<float> DLdTable;
    }

    /// <summary>Arguments of <see cref="PositionGradient"/> and <see cref="BackwardPosition"/>.</summary>
    public struct PositionGradientArgs
    {
        /// <summary>The grid.</summary>
        public Grid Grid;

        /// <summary>Positions x [M].</summary>
        public ArrayView<Float3> Positions;

        /// <summary>Cotangent u [M, L·F]: dL/dy, or the gradient of a scalar by the features.</summary>
        public ArrayView<float> Cotangent;

        /// <summary>Jᵀu [M], per unit of x; overwritten by PositionGradient, accumulated (+=) by BackwardPosition.</summary>
        public ArrayView<Float3> Result;
    }

    /// <summary>Arguments of <see cref="PositionGradientBackwardTable"/>.</summary>
    public struct SecondOrderTableArgs
    {
        /// <summary>The grid.</summary>
        public Grid Grid;

        /// <summary>Positions x [M].</summary>
        public ArrayView<Float3> Positions;

        /// <summary>u [M, L·F] of the forward pass.</summary>
        public ArrayView<float> Cotangent;

        /// <summary>g_ν = dL/dν [M].</summary>
        public ArrayView<Float3> DLdGradient;

        /// <summary>dL/dT [EntryCount, F]; accumulated (+=), zeroed by the optimiser.</summary>
        public ArrayView<float> DLdTable;
    }

    /// <summary>Arguments of <see cref="PositionGradientBackwardCotangent"/>.</summary>
    public struct SecondOrderCotangentArgs
    {
        /// <summary>The grid.</summary>
        public Grid Grid;

        /// <summary>Positions x [M].</summary>
        public ArrayView<Float3> Positions;

        /// <summary>g_ν = dL/dν [M].</summary>
        public ArrayView<Float3> DLdGradient;

        /// <summary>dL/du [M, L·F]; accumulated (+=).</summary>
        public ArrayView<float> DLdCotangent;
    }

    /// <summary>y = Σ_b W_b T_b. One work item per sample.</summary>
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
        Float3 unit = UnitPosition(a.Grid, a.Positions[sample]);
        for (int level = 0; level < a.Grid.ActiveLevels; level++)
        {
            HashGridCell cell = HashGridCell.Locate<TInterpolation>(a.Grid.Levels[level], perLevel, unit);
            CellCorners weights = cell.Weights();
            for (int feature = 0; feature < perLevel; feature++)
            {
                features[row + feature] = cell.Blend(weights, table, feature);
            }

            row += perLevel;
        }

        for (int rest = (levelCount - a.Grid.ActiveLevels) * perLevel; rest > 0; rest--)
        {
            features[row] = 0f;
            row++;
        }
    }

    /// <summary>dL/dT_b += W_b r. One work item per active level.</summary>
    /// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
    /// <param name="level">Level, 0 to ActiveLevels - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void BackwardTable<TInterpolation>(Index1D level, BackwardTableArgs a)
        where TInterpolation : struct, IGridInterpolation
    {
        HashGridLevel shape = a.Grid.Levels[level];
        ArrayView<float> gradient = a.DLdTable;
        ArrayView<float> upstream = a.DLdFeatures;
        int perLevel = a.Grid.FeaturesPerLevel;
        int stride = a.Grid.Levels.IntLength * perLevel;
        int sampleCount = a.Positions.IntLength;
        for (int sample = 0; sample < sampleCount; sample++)
        {
            int row = sample * stride + level.X * perLevel;
            if (IsZero(upstream, row, perLevel))
            {
                continue;
            }

            HashGridCell cell = HashGridCell.Locate<TInterpolation>(shape, perLevel, UnitPosition(a.Grid, a.Positions[sample]));
            CellCorners weights = cell.Weights();
            for (int feature = 0; feature < perLevel; feature++)
            {
                cell.Scatter(weights, upstream[row + feature], gradient, feature);
            }
        }
    }

    /// <summary>ν = Jᵀu. One work item per sample.</summary>
    /// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void PositionGradient<TInterpolation>(Index1D sample, PositionGradientArgs a)
        where TInterpolation : struct, IGridInterpolation
        => a.Result[sample] = TransposedJacobianProduct<TInterpolation>(sample, a);

    /// <summary>dL/dx += Jᵀ dL/dy. One work item per sample.</summary>
    /// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
    /// <param name="sample">Sample, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void BackwardPosition<TInterpolation>(Index1D sample, PositionGradientArgs a)
        where TInterpolation : struct, IGridInterpolation
        => a.Result[sample] += TransposedJacobianProduct<TInterpolation>(sample, a);

    /// <summary>dL/dT_b += κ_b u. One work item per active level.</summary>
    /// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
    /// <param name="level">Level, 0 to ActiveLevels - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void PositionGradientBackwardTable<TInterpolation>(Index1D level, SecondOrderTableArgs a)
        where TInterpolation : struct, IGridInterpolation
    {
        HashGridLevel shape = a.Grid.Levels[level];
        ArrayView<float> gradient = a.DLdTable;
        ArrayView<float> cotangent = a.Cotangent;
        int perLevel = a.Grid.FeaturesPerLevel;
        int stride = a.Grid.Levels.IntLength * perLevel;
        int sampleCount = a.Positions.IntLength;
        for (int sample = 0; sample < sampleCount; sample++)
        {
            int row = sample * stride + level.X * perLevel;
            Float3 direction = a.DLdGradient[sample] * a.Grid.PositionScale;
            if (direction == Float3.Zero || IsZero(cotangent, row, perLevel))
            {
                continue;
            }

            HashGridCell cell = HashGridCell.Locate<TInterpolation>(shape, perLevel, UnitPosition(a.Grid, a.Positions[sample]));
            CellCorners kappa = cell.WeightDerivatives(direction);
            for (int feature = 0; feature < perLevel; feature++)
            {
                cell.Scatter(kappa, cotangent[row + feature], gradient, feature);
            }
        }
    }

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Float3 TransposedJacobianProduct<TInterpolation>(Index1D sample, PositionGradientArgs a)
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
    private static Float3 UnitPosition(Grid grid, Float3 position)
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
