using System;
using System.Numerics;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>
/// A sum of squared distances to planes as a function of a point (Garland and Heckbert 1997, "Surface Simplification Using Quadric Error
/// Metrics", sec. 4 and 5): E(x) = xᵀ A x + 2 bᵀ x + c. In double precision, because thousands of planes that nearly meet in a point cancel.
/// </summary>
/// <param name="Xx">A, first row.</param>
/// <param name="Xy">A, first row.</param>
/// <param name="Xz">A, first row.</param>
/// <param name="Yy">A, second row.</param>
/// <param name="Yz">A, second row.</param>
/// <param name="Zz">A, third row.</param>
/// <param name="X">b.</param>
/// <param name="Y">b.</param>
/// <param name="Z">b.</param>
/// <param name="Constant">c.</param>
public readonly record struct Quadric(
    double Xx, double Xy, double Xz, double Yy, double Yz, double Zz, double X, double Y, double Z, double Constant)
{
    // Below this share of the largest possible determinant the minimum is not well determined.
    private const double LeastDeterminant = 1e-12;

    /// <summary>weight · (n·x - n·p)².</summary>
    /// <param name="normal">Unit normal n of the plane.</param>
    /// <param name="point">A point p of the plane.</param>
    /// <param name="weight">Weight, such as an area.</param>
    public static Quadric Plane(Vector3 normal, Vector3 point, double weight)
    {
        double nx = normal.X, ny = normal.Y, nz = normal.Z;
        double d = -((nx * point.X) + (ny * point.Y) + (nz * point.Z));
        return new Quadric(
            weight * nx * nx, weight * nx * ny, weight * nx * nz, weight * ny * ny, weight * ny * nz, weight * nz * nz,
            weight * nx * d, weight * ny * d, weight * nz * d, weight * d * d);
    }

    /// <summary>weight · |x - p|².</summary>
    /// <param name="point">The point p.</param>
    /// <param name="weight">Weight.</param>
    public static Quadric Point(Vector3 point, double weight)
    {
        double x = point.X, y = point.Y, z = point.Z;
        return new Quadric(weight, 0, 0, weight, 0, weight, -weight * x, -weight * y, -weight * z, weight * ((x * x) + (y * y) + (z * z)));
    }

    /// <summary>Sum.</summary>
    public static Quadric operator +(in Quadric a, in Quadric b) => new(
        a.Xx + b.Xx, a.Xy + b.Xy, a.Xz + b.Xz, a.Yy + b.Yy, a.Yz + b.Yz, a.Zz + b.Zz, a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.Constant + b.Constant);

    /// <summary>Sum.</summary>
    public static Quadric Add(in Quadric left, in Quadric right) => left + right;

    /// <summary>E at a point; rounding may leave it a little below zero.</summary>
    public double At(Vector3 point)
    {
        double x = point.X, y = point.Y, z = point.Z;
        return (x * ((Xx * x) + (2 * ((Xy * y) + (Xz * z) + X)))) + (y * ((Yy * y) + (2 * ((Yz * z) + Y)))) + (z * ((Zz * z) + (2 * Z))) + Constant;
    }

    /// <summary>Where E is least, if that is one point: A x = -b by Cramer's rule.</summary>
    public bool TryMinimum(out Vector3 point)
    {
        double m0 = (Yy * Zz) - (Yz * Yz), m1 = (Xz * Yz) - (Xy * Zz), m2 = (Xy * Yz) - (Xz * Yy);
        double determinant = (Xx * m0) + (Xy * m1) + (Xz * m2);
        double trace = Xx + Yy + Zz;
        if (!(Math.Abs(determinant) > LeastDeterminant * trace * trace * trace))
        {
            point = default;
            return false;
        }

        double m3 = (Xx * Zz) - (Xz * Xz), m4 = (Xy * Xz) - (Xx * Yz), m5 = (Xx * Yy) - (Xy * Xy);
        double scale = -1 / determinant;
        point = new Vector3(
            (float)(scale * ((m0 * X) + (m1 * Y) + (m2 * Z))),
            (float)(scale * ((m1 * X) + (m3 * Y) + (m4 * Z))),
            (float)(scale * ((m2 * X) + (m4 * Y) + (m5 * Z))));
        return true;
    }
}
