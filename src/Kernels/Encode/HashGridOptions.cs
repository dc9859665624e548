using System;
using System.Collections.Generic;
using System.Globalization;

namespace DreamFusion.Kernels.Encode;

/// <summary>How the values of a cell's corners are blended.</summary>
public enum HashGridInterpolation
{
    /// <summary>Trilinear: weight u.</summary>
    Linear,

    /// <summary>Smoothstep: weight u²(3 - 2u), with continuous first derivatives across cells.</summary>
    Smoothstep,
}

/// <summary>Shape of a multiresolution hash grid over [0, 1]³, in tiny-cuda-nn's indexing.</summary>
public sealed record HashGridOptions
{
    /// <summary>Largest <see cref="LevelCount"/>.</summary>
    public const int MaxLevelCount = 32;

    /// <summary>Largest <see cref="Log2TableSize"/>.</summary>
    public const int MaxLog2TableSize = 28;

    /// <summary>Number of levels L, 1 to 32, default 16.</summary>
    public int LevelCount { get; init; } = 16;

    /// <summary>Features per entry F: 1, 2, 4 or 8, default 2.</summary>
    public int FeaturesPerLevel { get; init; } = 2;

    /// <summary>Base-2 logarithm T of the largest number of entries of a level, 3 to 28, default 19.</summary>
    public int Log2TableSize { get; init; } = 19;

    /// <summary>Vertices a side of the coarsest level N0, 1 to 65536, default 16.</summary>
    public int BaseResolution { get; init; } = 16;

    /// <summary>Growth of the resolution from level to level b, 1 to 4; default for 16 levels from 16 to 2048.</summary>
    public double PerLevelScale { get; init; } = 1.381912879967776;

    /// <summary>Blending within a cell, default trilinear.</summary>
    public HashGridInterpolation Interpolation { get; init; } = HashGridInterpolation.Linear;

    /// <summary>
    /// Unit coordinates are PositionScale·x + PositionOffset, clamped to [0, 1]; finite, default 1: positions come in [0, 1]³.
    /// Position gradients are with respect to x. See <see cref="InCube"/>.
    /// </summary>
    public float PositionScale { get; init; } = 1f;

    /// <summary>See <see cref="PositionScale"/>; finite, default 0.</summary>
    public float PositionOffset { get; init; }

    /// <summary>Features per sample L·F.</summary>
    public int FeatureCount => LevelCount * FeaturesPerLevel;

    /// <summary>
    /// The field of the small embedded prior: six dense levels of 8, 12, 18, 27, 40 and 60 vertices a side, two features.
    /// </summary>
    public static HashGridOptions Toybox { get; } = new()
    {
        LevelCount = 6,
        BaseResolution = 8,
        // 7.5^(1/5) = 1.4963 would make the fifth level 41; 1.495 gives the six sizes and stays below 60.
        PerLevelScale = 1.495,
    };

    /// <summary>Growth b that leads from the coarsest to the finest resolution in <paramref name="levelCount"/> levels.</summary>
    /// <param name="baseResolution">Vertices a side of level 0, positive.</param>
    /// <param name="desiredResolution">Vertices a side of the last level, at least <paramref name="baseResolution"/>.</param>
    /// <param name="levelCount">Number of levels, positive; one level needs no growth.</param>
    public static double PerLevelScaleFor(int baseResolution, int desiredResolution, int levelCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(baseResolution);
        ArgumentOutOfRangeException.ThrowIfLessThan(desiredResolution, baseResolution);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(levelCount);
        return levelCount == 1 ? 1d : Math.Pow((double)desiredResolution / baseResolution, 1d / (levelCount - 1));
    }

    /// <summary>The same grid for world positions in the cube [-halfSide, halfSide]³.</summary>
    /// <param name="halfSide">Half the side of the cube, world units, &gt; 0.</param>
    public HashGridOptions InCube(float halfSide)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(halfSide);
        return this with { PositionScale = 0.5f / halfSide, PositionOffset = 0.5f };
    }

    /// <summary>All that is wrong with these options, one sentence each; empty when they are usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        Require(LevelCount is >= 1 and <= MaxLevelCount, $"HashGrid: {LevelCount} levels, expected 1 to {MaxLevelCount}; change num_levels.");
        Require(
            FeaturesPerLevel is 1 or 2 or 4 or 8,
            $"HashGrid: {FeaturesPerLevel} features per level, expected 1, 2, 4 or 8; change level_dim.");
        Require(
            Log2TableSize is >= 3 and <= MaxLog2TableSize,
            $"HashGrid: log2 table size {Log2TableSize}, expected 3 to {MaxLog2TableSize}; change log2_hashmap_size.");
        Require(
            BaseResolution is >= 1 and <= 65536,
            $"HashGrid: base resolution {BaseResolution}, expected 1 to 65536; change base_resolution.");
        Require(PerLevelScale is >= 1d and <= 4d, $"HashGrid: per-level scale {PerLevelScale}, expected 1 to 4; change desired_resolution.");
        Require(float.IsFinite(PositionScale), $"HashGrid: position scale {PositionScale}, expected a finite number.");
        Require(float.IsFinite(PositionOffset), $"HashGrid: position offset {PositionOffset}, expected a finite number.");
        return problems;

        void Require(bool condition, FormattableString problem)
        {
            if (!condition)
            {
                problems.Add(problem.ToString(CultureInfo.InvariantCulture));
            }
        }
    }
}
