using System;

namespace DreamFusion.References.Rays;

/// <summary>Pinhole rays and their intersections in double precision.</summary>
public static class RaysReference
{
    /// <summary>Unit direction through the centre of a pixel.</summary>
    public static double[] Direction(double[] right, double[] up, double[] back, double focalPixels, int width, int height, int row, int column)
    {
        double x = (column + 0.5 - width / 2.0) / focalPixels;
        double y = -(row + 0.5 - height / 2.0) / focalPixels;
        var direction = new double[3];
        double squared = 0;
        for (int k = 0; k < 3; k++)
        {
            direction[k] = x * right[k] + y * up[k] - back[k];
            squared += direction[k] * direction[k];
        }
        for (int k = 0; k < 3; k++)
        {
            direction[k] /= Math.Sqrt(squared);
        }
        return direction;
    }

    /// <summary>Roots of |o + t d|² = r², or null if there are none.</summary>
    public static (double Near, double Far)? Sphere(double[] o, double[] d, double radius)
    {
        double b = o[0] * d[0] + o[1] * d[1] + o[2] * d[2];
        double c = o[0] * o[0] + o[1] * o[1] + o[2] * o[2] - radius * radius;
        double discriminant = b * b - c;
        return discriminant > 0 ? (-b - Math.Sqrt(discriminant), -b + Math.Sqrt(discriminant)) : null;
    }

    /// <summary>
    /// Where a ray is inside the cube [-half, half]³: the six face crossings, kept if they lie on the cube's surface.
    /// </summary>
    public static (double Near, double Far)? Box(double[] o, double[] d, double half)
    {
        double near = double.PositiveInfinity, far = double.NegativeInfinity;
        for (int axis = 0; axis < 3; axis++)
        {
            foreach (double face in new[] { -half, half })
            {
                double t = (face - o[axis]) / d[axis];
                bool onSurface = double.IsFinite(t);
                for (int k = 0; k < 3; k++)
                {
                    onSurface &= k == axis || Math.Abs(o[k] + t * d[k]) <= half;
                }
                if (onSurface)
                {
                    near = Math.Min(near, t);
                    far = Math.Max(far, t);
                }
            }
        }
        return near < far ? (near, far) : null;
    }
}
