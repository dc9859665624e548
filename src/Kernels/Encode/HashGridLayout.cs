using System;
using System.Collections.Immutable;
using System.Globalization;

namespace DreamFusion.Kernels.Encode;

/// <summary>One level of a hash grid, as the kernels read it.</summary>
public struct HashGridLevel
{
    /// <summary>Factor from unit coordinates to vertices: p = Scale·x + 0.5. Scale = b^l N0 - 1, ≥ 0.</summary>
    public float Scale;

    /// <summary>Vertices a side, ⌈Scale⌉ + 1.</summary>
    public int Resolution;

    /// <summary>First entry of the level in the table.</summary>
    public int Offset;

    /// <summary>Entries of the level, min(Resolution³ rounded up to a multiple of 8, 2^T).</summary>
    public int EntryCount;

    /// <summary>1 when every vertex has its own entry x + y R + z R², 0 when vertices are hashed.</summary>
    public int IsDense;
}

/// <summary>
/// Where the levels of a hash grid lie in its table. The variant is tiny-cuda-nn's (Müller et al. 2022, and its source's rules
/// for scale, rounding and dense levels); tables of torch-ngp or stable-dreamfusion are laid out differently.
/// <code>
/// scale_l = 2^(l log2 b) N0 - 1    resolution_l = ⌈scale_l⌉ + 1    entries_l = min(roundup8(resolution_l³), 2^T)
/// dense if entries_l ≥ resolution_l³, else h(x, y, z) = (x ⊕ 2654435761 y ⊕ 805459861 z) mod entries_l
/// </code>
/// </summary>
public sealed class HashGridLayout
{
    /// <summary>Lays out the levels.</summary>
    /// <param name="options">Shape of the grid.</param>
    /// <exception cref="ArgumentException">The options are invalid, or the table has more than 2³¹ - 1 values.</exception>
    public HashGridLayout(HashGridOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems), nameof(options));
        }

        Options = options;
        ImmutableArray<HashGridLevel>.Builder levels = ImmutableArray.CreateBuilder<HashGridLevel>(options.LevelCount);
        long entryCount = 0;
        for (int level = 0; level < options.LevelCount; level++)
        {
            // In double and rounded once: in float the finest level of 16 → 2048 can come out as 2049.
            float scale = (float)(Math.Pow(2d, level * Math.Log2(options.PerLevelScale)) * options.BaseResolution - 1d);
            double resolution = Math.Ceiling(scale) + 1d;
            double vertexCount = resolution * resolution * resolution;
            double entries = Math.Min(Math.Ceiling(vertexCount / 8d) * 8d, 1L << options.Log2TableSize);
            if (resolution > int.MaxValue / 2 || (entryCount + entries) * options.FeaturesPerLevel > int.MaxValue)
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"HashGrid: level {level} brings the table to {(entryCount + entries) * options.FeaturesPerLevel} values at {resolution} vertices a side, at most {int.MaxValue} values fit; lower log2_hashmap_size, num_levels or desired_resolution."),
                    nameof(options));
            }

            levels.Add(new HashGridLevel
            {
                Scale = scale,
                Resolution = (int)resolution,
                Offset = (int)entryCount,
                EntryCount = (int)entries,
                IsDense = entries >= vertexCount ? 1 : 0,
            });
            entryCount += (long)entries;
        }

        Levels = levels.MoveToImmutable();
        EntryCount = (int)entryCount;
    }

    /// <summary>The shape that was laid out.</summary>
    public HashGridOptions Options { get; }

    /// <summary>The levels, coarsest first.</summary>
    public ImmutableArray<HashGridLevel> Levels { get; }

    /// <summary>Entries of all levels.</summary>
    public int EntryCount { get; }

    /// <summary>Floats in the table [EntryCount, F].</summary>
    public int ParameterCount => EntryCount * Options.FeaturesPerLevel;

    /// <summary>h(x, y, z) before it is reduced to the entries of a level.</summary>
    /// <param name="x">Vertex on the x axis.</param>
    /// <param name="y">Vertex on the y axis.</param>
    /// <param name="z">Vertex on the z axis.</param>
    public static uint Hash(uint x, uint y, uint z) => HashGridCell.Hash(x, y, z);

    /// <summary>Number of leading levels that are dense.</summary>
    public int DenseLevelCount
    {
        get
        {
            int count = 0;
            while (count < Levels.Length && Levels[count].IsDense == 1)
            {
                count++;
            }

            return count;
        }
    }
}
