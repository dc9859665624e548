using System;
using System.Linq;

namespace DreamFusion.References.Losses;

/// <summary>The regularisers in double precision.</summary>
public static class LossReference
{
    public static double RootOpacity(double[] opacity) => opacity.Select(a => Math.Sqrt(a * a + 0.01)).Average();

    public static double SquareOpacity(double[] opacity) => opacity.Select(a => a * a).Average();

    public static double Entropy(double[] probabilities, double epsilon) => probabilities.Select(x =>
    {
        double p = Math.Clamp(x, epsilon, 1 - epsilon);
        return -(p * Math.Log2(p) + (1 - p) * Math.Log2(1 - p));
    }).Average();

    public static double SquaredError(double[] values, double[] targets) => values.Zip(targets, (x, y) => (x - y) * (x - y)).Average();

    public static double Huber(double[] values, double[] targets, double threshold) => values.Zip(targets, (x, y) =>
    {
        double d = Math.Abs(x - y);
        return d <= threshold ? d * d / 2 : threshold * (d - (threshold / 2));
    }).Average();

    /// <summary>Σ w max(0, n·d)² / count; the weights are constants.</summary>
    public static double Orientation(double[] weights, double[] normals, int[] rayIndices, double[] directions, int count)
    {
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double cosine = 0;
            for (int k = 0; k < 3; k++)
            {
                cosine += normals[3 * i + k] * directions[3 * rayIndices[i] + k];
            }
            sum += weights[i] * Math.Pow(Math.Max(0, cosine), 2);
        }
        return sum / count;
    }
}
