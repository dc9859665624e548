using System;
using System.Collections.Generic;

namespace DreamFusion.References.March;

/// <summary>The march without any skipping, in double precision: every lattice point is looked at.</summary>
public static class MarchReference
{
    /// <summary>What a lattice point is; points that rounding may move across a boundary are undecided.</summary>
    public enum Point
    {
        Empty,
        Sample,
        Undecided,
    }

    /// <summary>The lattice points of one ray, until it leaves.</summary>
    /// <param name="o">Origin.</param>
    /// <param name="d">Unit direction.</param>
    /// <param name="near">Entry distance.</param>
    /// <param name="far">Exit distance.</param>
    /// <param name="shift">Offset of the lattice in steps.</param>
    /// <param name="stepLength">Lattice step.</param>
    /// <param name="maxSteps">Lattice points at most.</param>
    /// <param name="resolution">Cells along a side.</param>
    /// <param name="bound">Half the side of the cube.</param>
    /// <param name="occupied">Whether cell (x, y, z) is occupied.</param>
    public static List<(Point Kind, double Distance)> Lattice(
        double[] o, double[] d, double near, double far, double shift, double stepLength, int maxSteps, int resolution, double bound, Func<int, int, int, bool> occupied)
    {
        const double margin = 1e-4;
        var points = new List<(Point, double)>();
        for (int k = 0; k < maxSteps; k++)
        {
            double t = near + (shift + k) * stepLength;
            if (t > far + margin)
            {
                break;
            }
            var cell = new int[3];
            bool undecided = t > far - margin;
            for (int axis = 0; axis < 3; axis++)
            {
                double coordinate = (o[axis] + t * d[axis] + bound) / (2 * bound) * resolution;
                undecided |= Math.Abs(coordinate - Math.Round(coordinate)) < margin;
                cell[axis] = Math.Clamp((int)Math.Floor(coordinate), 0, resolution - 1);
            }
            Point kind = undecided ? Point.Undecided : occupied(cell[0], cell[1], cell[2]) ? Point.Sample : Point.Empty;
            points.Add((kind, t));
        }
        return points;
    }

    /// <summary>Morton index bit by bit.</summary>
    public static int Morton(int x, int y, int z)
    {
        int index = 0;
        for (int bit = 0; bit < 10; bit++)
        {
            index |= ((x >> bit) & 1) << (3 * bit);
            index |= ((y >> bit) & 1) << (3 * bit + 1);
            index |= ((z >> bit) & 1) << (3 * bit + 2);
        }
        return index;
    }
}
