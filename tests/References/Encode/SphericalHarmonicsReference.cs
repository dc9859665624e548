using System;
using System.Linq;

namespace DreamFusion.References.Encode;

/// <summary>
/// Real spherical harmonics in double precision from associated Legendre functions (recurrence in l, Condon-Shortley phase), not
/// from the polynomials that the kernel evaluates. Directions need not be unit length: they are normalised, so a difference
/// quotient sees only the part tangent to the sphere.
/// </summary>
public static class SphericalHarmonicsReference
{
    /// <summary>Coefficients of rows of three.</summary>
    public static double[] Encode(int degree, double[] directions) =>
        directions.Chunk(3).SelectMany(d => Row(degree, d[0], d[1], d[2])).ToArray();

    private static double[] Row(int degree, double x, double y, double z)
    {
        double length = Math.Sqrt(x * x + y * y + z * z);
        double cosine = z / length;
        double azimuth = Math.Atan2(y, x);
        var values = new double[degree * degree];
        for (int l = 0; l < degree; l++)
        {
            for (int m = -l; m <= l; m++)
            {
                int order = Math.Abs(m);
                double norm = Math.Sqrt((2 * l + 1) / (4 * Math.PI) * Factorial(l - order) / Factorial(l + order));
                double angular = m == 0 ? 1 : Math.Sqrt(2) * (m < 0 ? Math.Sin(order * azimuth) : Math.Cos(order * azimuth));
                values[l * l + l + m] = norm * Legendre(l, order, cosine) * angular;
            }
        }

        return values;
    }

    /// <summary>P_l^m: P_m^m = (-1)ᵐ (2m-1)!! sinᵐ, P_{m+1}^m = c (2m+1) P_m^m, (l-m) P_l^m = c (2l-1) P_{l-1}^m - (l+m-1) P_{l-2}^m.</summary>
    private static double Legendre(int l, int m, double cosine)
    {
        double sine = Math.Sqrt(Math.Max(0, 1 - cosine * cosine));
        double current = 1;
        for (int i = 1; i <= m; i++)
        {
            current *= -(2 * i - 1) * sine;
        }

        double previous = 0;
        for (int band = m + 1; band <= l; band++)
        {
            double next = (cosine * (2 * band - 1) * current - (band + m - 1) * previous) / (band - m);
            previous = current;
            current = next;
        }

        return current;
    }

    private static double Factorial(int n) => n <= 1 ? 1 : n * Factorial(n - 1);
}
