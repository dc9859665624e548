using System;
using DreamFusion.Kernels.Encode;

namespace DreamFusion.References.Encode;

/// <summary>Mean squared difference of neighbouring entries of the dense levels, summed over axes and levels, in double precision.</summary>
public static class TotalVariationReference
{
    public static double Value(HashGridOptions options, double[] table)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(table);
        var grid = new HashGridReference(options);
        double total = 0;
        for (int level = 0; level < options.LevelCount; level++)
        {
            long side = grid.Resolution(level);
            if (grid.EntryCount(level) < side * side * side)
            {
                continue;
            }

            for (int axis = 0; axis < 3; axis++)
            {
                total += AxisMean(options, grid, table, level, axis);
            }
        }

        return total;
    }

    private static double AxisMean(HashGridOptions options, HashGridReference grid, double[] table, int level, int axis)
    {
        long side = grid.Resolution(level);
        double sum = 0;
        long count = 0;
        for (long z = 0; z < side; z++)
        {
            for (long y = 0; y < side; y++)
            {
                for (long x = 0; x < side; x++)
                {
                    long[] next = [x, y, z];
                    if (++next[axis] == side)
                    {
                        continue;
                    }

                    for (int f = 0; f < options.FeaturesPerLevel; f++)
                    {
                        double difference = table[grid.VertexIndex(level, next[0], next[1], next[2]) + f] - table[grid.VertexIndex(level, x, y, z) + f];
                        sum += difference * difference;
                        count++;
                    }
                }
            }
        }

        return count == 0 ? 0 : sum / count;
    }
}
