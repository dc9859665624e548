using System;

namespace DreamFusion.Support;

/// <summary>Seeded inputs that float holds exactly, so that a double reference sees the same numbers as the kernel.</summary>
public static class RandomArrays
{
    public static double[] Uniform(Random random, int length, double low, double high)
    {
        var values = new double[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = (float)(low + (high - low) * random.NextDouble());
        }
        return values;
    }

    /// <summary>Rows of three with length one up to float rounding.</summary>
    public static double[] UnitVectors(Random random, int rows)
    {
        var values = new double[3 * rows];
        for (int row = 0; row < rows; row++)
        {
            double x, y, z, squared;
            do
            {
                x = 2 * random.NextDouble() - 1;
                y = 2 * random.NextDouble() - 1;
                z = 2 * random.NextDouble() - 1;
                squared = x * x + y * y + z * z;
            }
            while (squared is > 1 or < 0.01);
            double length = Math.Sqrt(squared);
            values[3 * row] = (float)(x / length);
            values[3 * row + 1] = (float)(y / length);
            values[3 * row + 2] = (float)(z / length);
        }
        return values;
    }
}
