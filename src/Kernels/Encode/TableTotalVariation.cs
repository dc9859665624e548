using System;
using System.Collections.Generic;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Encode;

/// <summary>
/// Total variation of the dense levels of a hash grid: the mean squared difference of neighbouring entries, summed over axes
/// and levels. R vertices a side, F features, e_a the step to the next vertex on axis a.
/// <code>
/// V = Σ_l Σ_a 1/N Σ_p Σ_f (T[p + e_a, f] - T[p, f])²,   N = R²(R - 1) F
/// dV/dT[p] = Σ_a 2/N ((T[p] - T[p - e_a]) + (T[p] - T[p + e_a]))
/// </code>
/// Source: the recipe of the embedded prior; quadratic form of Rudin, Osher and Fatemi 1992. Hashed levels have no neighbours and
/// do not count, and neither do the entries that round a level up to a multiple of 8.
/// </summary>
public static class TableTotalVariationKernels
{
    /// <summary>Arguments of <see cref="ValueAndGradient"/>.</summary>
    public struct Args
    {
        /// <summary>Levels [L]; those with <see cref="HashGridLevel.IsDense"/> count.</summary>
        public ArrayView<HashGridLevel> Levels;

        /// <summary>Table [EntryCount, F].</summary>
        public ArrayView<float> Table;

        /// <summary>dL/dT [EntryCount, F]; accumulated (+=) with <see cref="Weight"/> dV/dT, zeroed by the optimiser.</summary>
        public ArrayView<float> DLdTable;

        /// <summary>Share of V of each line of vertices along x; overwritten.</summary>
        public ArrayView<float> LineValues;

        /// <summary>Features per entry F.</summary>
        public int FeaturesPerLevel;

        /// <summary>dL/dV.</summary>
        public float Weight;
    }

    /// <summary>Arguments of <see cref="SumLines"/>.</summary>
    public struct SumArgs
    {
        /// <summary>Shares of the lines.</summary>
        public ArrayView<float> LineValues;

        /// <summary>V [1]; overwritten.</summary>
        public ArrayView<float> Value;
    }

    /// <summary>
    /// One line of vertices along x: its share of V and its entries' gradients. One work item per line; every entry belongs to
    /// exactly one line, so nothing is added to by two items.
    /// </summary>
    /// <param name="line">Line: for each dense level in turn, y + R z.</param>
    /// <param name="a">Arguments.</param>
    public static void ValueAndGradient(Index1D line, Args a)
    {
        int level = 0;
        int inLevel = line;
        while (a.Levels[level].IsDense == 0 || inLevel >= a.Levels[level].Resolution * a.Levels[level].Resolution)
        {
            if (a.Levels[level].IsDense != 0)
            {
                inLevel -= a.Levels[level].Resolution * a.Levels[level].Resolution;
            }

            level++;
        }

        int side = a.Levels[level].Resolution;
        if (side < 2)
        {
            a.LineValues[line] = 0f;
            return;
        }

        int z = inLevel / side;
        int y = inLevel - z * side;
        int stepX = a.FeaturesPerLevel;
        int stepY = side * stepX;
        int stepZ = side * stepY;
        int first = a.Levels[level].Offset * a.FeaturesPerLevel + z * stepZ + y * stepY;
        ArrayView<float> table = a.Table;
        ArrayView<float> gradient = a.DLdTable;
        float inverseCount = 1f / ((float)side * side * (side - 1) * a.FeaturesPerLevel);
        float slope = 2f * a.Weight * inverseCount;
        float sum = 0f;
        for (int i = 0; i < stepY; i++)
        {
            int entry = first + i;
            float centre = table[entry];
            float up = i + stepX < stepY ? table[entry + stepX] - centre : 0f;
            float down = i >= stepX ? centre - table[entry - stepX] : 0f;
            float upY = y + 1 < side ? table[entry + stepY] - centre : 0f;
            float downY = y > 0 ? centre - table[entry - stepY] : 0f;
            float upZ = z + 1 < side ? table[entry + stepZ] - centre : 0f;
            float downZ = z > 0 ? centre - table[entry - stepZ] : 0f;
            sum += up * up + upY * upY + upZ * upZ;
            gradient[entry] += slope * (down - up + (downY - upY) + (downZ - upZ));
        }

        a.LineValues[line] = sum * inverseCount;
    }

    /// <summary>V = Σ over lines, with Kahan's compensation. One work item.</summary>
    /// <param name="index">0.</param>
    /// <param name="a">Arguments.</param>
    public static void SumLines(Index1D index, SumArgs a)
    {
        float sum = 0f;
        float lost = 0f;
        int count = a.LineValues.IntLength;
        for (int line = 0; line < count; line++)
        {
            float value = a.LineValues[line] - lost;
            float next = sum + value;
            lost = next - sum - value;
            sum = next;
        }

        a.Value[index] = sum;
    }
}

/// <summary>Launcher of the total variation kernels.</summary>
public sealed class TableTotalVariation : IKernelFamily<TableTotalVariation>, IDisposable
{
    private readonly HostThreads? _host;
    private readonly Accelerator _accelerator;
    private readonly Dictionary<HashGridOptions, DeviceLevels> _levels = [];
    private readonly Action<Index1D, TableTotalVariationKernels.Args> _valueAndGradient;
    private readonly Action<Index1D, TableTotalVariationKernels.SumArgs> _sumLines;

    private TableTotalVariation(Accelerator accelerator, HostThreads? host)
    {
        _host = host;
        _accelerator = accelerator;
        _valueAndGradient = accelerator.LoadAutoGroupedStreamKernel<Index1D, TableTotalVariationKernels.Args>(
            TableTotalVariationKernels.ValueAndGradient);
        _sumLines = accelerator.LoadAutoGroupedStreamKernel<Index1D, TableTotalVariationKernels.SumArgs>(TableTotalVariationKernels.SumLines);
    }

    /// <inheritdoc/>
    public static TableTotalVariation Load(Accelerator accelerator) => new(accelerator, null);

    /// <inheritdoc/>
    public static TableTotalVariation Load(Accelerator accelerator, HostThreads? host) => new(accelerator, host);

    /// <summary>V, and dL/dT += weight dV/dT.</summary>
    /// <param name="options">Shape of the grid; at least one level must be dense.</param>
    /// <param name="weight">dL/dV, finite.</param>
    /// <param name="table">Table.</param>
    /// <param name="dLdTable">Table gradient; accumulated.</param>
    /// <param name="value">V [1]; overwritten.</param>
    public void ValueAndGradient(
        HashGridOptions options, float weight, ArrayView<float> table, ArrayView<float> dLdTable, ArrayView<float> value)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!_levels.TryGetValue(options, out DeviceLevels? levels))
        {
            levels = new DeviceLevels(_accelerator, new HashGridLayout(options));
            _levels.Add(options, levels);
        }

        if (table.Length != levels.ParameterCount || dLdTable.Length != levels.ParameterCount)
        {
            throw new ArgumentException($"TableTotalVariation: expected {levels.ParameterCount} table values and gradients, got {table.Length} and {dLdTable.Length}; pass buffers that match the options.");
        }

        var args = new TableTotalVariationKernels.Args
        {
            Levels = levels.Levels.View,
            Table = table,
            DLdTable = dLdTable,
            LineValues = levels.LineValues.View,
            FeaturesPerLevel = options.FeaturesPerLevel,
            Weight = weight,
        };
        if (_host is not null)
        {
            TableTotalVariationHost.ValueAndGradient(_host, levels.Layout, args);
        }
        else
        {
            _valueAndGradient(levels.LineValues.IntExtent, args);
        }

        _sumLines(1, new TableTotalVariationKernels.SumArgs { LineValues = levels.LineValues.View, Value = value });
    }

    /// <summary>Frees the level tables.</summary>
    public void Dispose()
    {
        foreach (DeviceLevels levels in _levels.Values)
        {
            levels.Levels.Dispose();
            levels.LineValues.Dispose();
        }

        _levels.Clear();
    }

    private sealed class DeviceLevels
    {
        public DeviceLevels(Accelerator accelerator, HashGridLayout layout)
        {
            long lineCount = 0;
            foreach (HashGridLevel level in layout.Levels)
            {
                lineCount += level.IsDense == 0 ? 0 : (long)level.Resolution * level.Resolution;
            }

            if (lineCount == 0)
            {
                throw new ArgumentException("TableTotalVariation: expected at least one dense level, got none; raise log2_hashmap_size or switch the total variation off.");
            }

            Layout = layout;
            ParameterCount = layout.ParameterCount;
            HashGridLevel[] levels = [.. layout.Levels];
            Levels = accelerator.Allocate1D<HashGridLevel>(levels.Length);
            Levels.CopyFromCPU(levels);
            LineValues = accelerator.Allocate1D<float>(lineCount);
        }

        public HashGridLayout Layout { get; }

        public int ParameterCount { get; }

        public MemoryBuffer1D<HashGridLevel, Stride1D.Dense> Levels { get; }

        public MemoryBuffer1D<float, Stride1D.Dense> LineValues { get; }
    }
}
