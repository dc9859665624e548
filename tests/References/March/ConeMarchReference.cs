using System;
using System.Collections.Generic;

namespace DreamFusion.References.March;

/// <summary>The march with cone steps through cascades, without any skipping, in double precision: every lattice point is looked at.</summary>
/// <param name="StepLength">Shortest step.</param>
/// <param name="MaxStepLength">Longest step.</param>
/// <param name="ConeAngle">Growth of the step with the distance; 0 for fixed steps.</param>
/// <param name="Resolution">Cells along a side of a cascade.</param>
/// <param name="Bound">Half the side of the scene's cube.</param>
/// <param name="CascadeCount">Number of cascades.</param>
public sealed record ConeMarchReference(double StepLength, double MaxStepLength, double ConeAngle, int Resolution, double Bound, int CascadeCount)
{
    // Cells by which rounding may move a lattice point after some hundred additions of floats.
    private const double CellMargin = 0.01;

    /// <summary>A lattice point: what it is, its distance and the step from it.</summary>
    public readonly record struct Point(MarchReference.Point Kind, double Distance, double Step);

    /// <summary>Half the side of a cascade: min(2^c, bound), the bound itself for the last.</summary>
    public double HalfSide(int cascade) => cascade == CascadeCount - 1 ? Bound : Math.Min(Math.Pow(2, cascade), Bound);

    /// <summary>Step at a distance.</summary>
    public double StepAt(double t) => ConeAngle == 0 ? StepLength : Math.Clamp(t * ConeAngle, StepLength, MaxStepLength);

    /// <summary>Cascade of a lattice point with a largest coordinate and a step.</summary>
    public int CascadeOf(double largest, double step) => Math.Max(Clamped(Exponent(largest)), Clamped(Exponent(step * Resolution / 2)));

    /// <summary>The lattice points of one ray, until it leaves.</summary>
    /// <param name="o">Origin.</param>
    /// <param name="d">Unit direction.</param>
    /// <param name="near">Distance at which the lattice may start.</param>
    /// <param name="far">Exit distance.</param>
    /// <param name="shift">Offset of the lattice in steps.</param>
    /// <param name="occupied">Whether cell (x, y, z) of a cascade is occupied: (cascade, x, y, z).</param>
    public List<Point> Lattice(double[] o, double[] d, double near, double far, double shift, Func<int, int, int, int, bool> occupied)
    {
        var points = new List<Point>();
        double t = near + shift * StepAt(near);
        while (t < far + 1e-3)
        {
            double step = StepAt(t);
            double[] x = [o[0] + t * d[0], o[1] + t * d[1], o[2] + t * d[2]];
            double largest = Math.Max(Math.Max(Math.Abs(x[0]), Math.Abs(x[1])), Math.Abs(x[2]));
            int cascade = CascadeOf(largest, step);
            bool undecided = t > far - 1e-3
                || CascadeOf(largest * 0.998, step) != cascade || CascadeOf(largest * 1.002, step) != cascade
                || CascadeOf(largest, step * 0.998) != cascade || CascadeOf(largest, step * 1.002) != cascade;
            double half = HalfSide(cascade);
            var cell = new int[3];
            for (int axis = 0; axis < 3; axis++)
            {
                double coordinate = 0.5 * (x[axis] / half + 1) * Resolution;
                undecided |= Math.Abs(coordinate - Math.Round(coordinate)) < CellMargin;
                cell[axis] = (int)Math.Floor(Math.Clamp(coordinate, 0, Resolution - 1));
            }
            MarchReference.Point kind = undecided ? MarchReference.Point.Undecided
                : occupied(cascade, cell[0], cell[1], cell[2]) ? MarchReference.Point.Sample : MarchReference.Point.Empty;
            points.Add(new Point(kind, t, step));
            t += step;
        }
        return points;
    }

    // e with value = m 2^e, m in [1/2, 1).
    private static int Exponent(double value) => value == 0 ? int.MinValue : Math.ILogB(value) + 1;

    private int Clamped(int exponent) => Math.Clamp(exponent, 0, CascadeCount - 1);
}
