using System;
using System.Linq;

namespace DreamFusion.References.Shade;

/// <summary>The shading formulas in double precision, one sample at a time.</summary>
public static class ShadingReference
{
    public enum Model
    {
        Albedo,
        Lambertian,
        Textureless,
        Normal,
    }

    /// <summary>Colour of a sample.</summary>
    /// <param name="model">The formula.</param>
    /// <param name="ambient">Ambient share a.</param>
    /// <param name="diffuse">Diffuse share b.</param>
    /// <param name="light">Position of a point light, or direction towards a distant one.</param>
    /// <param name="isPoint">Which of the two.</param>
    /// <param name="position">The sample's position.</param>
    /// <param name="albedo">ρ.</param>
    /// <param name="normal">n.</param>
    public static double[] Shade(Model model, double ambient, double diffuse, double[] light, bool isPoint, double[] position, double[] albedo, double[] normal)
    {
        var l = new double[3];
        double length = 0;
        for (int k = 0; k < 3; k++)
        {
            l[k] = isPoint ? light[k] - position[k] : light[k];
            length += l[k] * l[k];
        }
        length = Math.Sqrt(length);
        double cosine = (normal[0] * l[0] + normal[1] * l[1] + normal[2] * l[2]) / length;
        double strength = ambient + diffuse * Math.Max(0, cosine);
        var colour = new double[3];
        for (int k = 0; k < 3; k++)
        {
            colour[k] = model switch
            {
                Model.Albedo => albedo[k],
                Model.Lambertian => albedo[k] * strength,
                Model.Textureless => strength,
                _ => (normal[k] + 1) / 2,
            };
        }
        return colour;
    }

    /// <summary>Colour of a sample with a highlight: Blinn's with the half vector, or Phong's with the mirrored light.</summary>
    public static double[] Glossy(
        bool half, double ambient, double diffuse, double strength, double exponent, double[] light, bool isPoint, double[] position, double[] view,
        double[] albedo, double[] normal)
    {
        double[] colour = Shade(Model.Lambertian, ambient, diffuse, light, isPoint, position, albedo, normal);
        double[] l = Unit([.. light.Zip(position, (a, p) => isPoint ? a - p : a)]), v = Unit(view);
        double lit = Dot(normal, l);
        double[] mirrored = [.. normal.Zip(l, (n, d) => 2 * lit * n - d)];
        double x = half ? Dot(normal, Unit([.. l.Zip(v, (a, b) => a + b)])) : Dot(mirrored, v);
        double highlight = lit > 0 && x > 0 ? strength * Math.Pow(x, exponent) : 0;
        return [.. colour.Select(c => c + highlight)];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static double[] Unit(double[] a) => [.. a.Select(x => x / Math.Sqrt(Dot(a, a)))];
}
