using System;
using DreamFusion.Pipeline.Guidance;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

public sealed class PerpNegTests
{
    // Origin: text-to-3d.md section 1.4, worked out by a separate script from stable-dreamfusion's and threestudio's formulas.
    [Theory]
    [InlineData(PerpNegWeighting.StableDreamFusion, 0, 0, -2)]
    [InlineData(PerpNegWeighting.StableDreamFusion, 30, -0.527194, -0.071348)]
    [InlineData(PerpNegWeighting.StableDreamFusion, 60, -1.026834, -0.002545)]
    [InlineData(PerpNegWeighting.StableDreamFusion, 89, -1.956046, 0)]
    [InlineData(PerpNegWeighting.StableDreamFusion, 120, -2, -0.001273)]
    [InlineData(PerpNegWeighting.StableDreamFusion, 150, -2, -0.035674)]
    [InlineData(PerpNegWeighting.StableDreamFusion, 180, -2, -1)]
    [InlineData(PerpNegWeighting.Threestudio, 0, -0.0001226, -1.5740)]
    [InlineData(PerpNegWeighting.Threestudio, 30, -0.4401, -0.9599)]
    [InlineData(PerpNegWeighting.Threestudio, 60, -0.9599, -0.4401)]
    [InlineData(PerpNegWeighting.Threestudio, 120, -1.6835, -0.1105)]
    [InlineData(PerpNegWeighting.Threestudio, 180, -1.967, -0.394)]
    public void WeightsAreThePublishedOnes(PerpNegWeighting weighting, double azimuth, double front, double side)
    {
        foreach (double same in (double[])[azimuth, -azimuth, azimuth + 360, 720 - azimuth])
        {
            PerpNegWeights weights = PerpNeg.WeightsFor(weighting, same);
            Assert.True(Math.Abs(weights.Front - front) <= 5e-5, $"front {weights.Front} at {same}");
            Assert.True(Math.Abs(weights.Side - side) <= 5e-5, $"side {weights.Side} at {same}");
        }
    }

    // By hand: e_p = (3, 0), e_1 = (1, 2): perpendicular part (0, 2), times -0.5.
    [Fact]
    public void OnlyThePerpendicularPartActs()
    {
        float[] direction = new float[2];
        PerpNeg.Direction([4, 1], [1, 1], [([2, 3], -0.5)], direction);
        Assert.Equal([3, -1], direction);
    }

    [Fact]
    public void NegativesNeverChangeTheShareAlongThePositive()
    {
        var random = new Random(3);
        float[] Draw()
        {
            float[] values = new float[50];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (float)(random.NextDouble() - 0.5);
            }

            return values;
        }

        (float[] positive, float[] free) = (Draw(), Draw());
        float[] plain = new float[50];
        float[] perpendicular = new float[50];
        PerpNeg.Direction(positive, free, [], plain);
        PerpNeg.Direction(positive, free, [(Draw(), -2), (Draw(), -0.7)], perpendicular);
        double along = 0;
        double square = 0;
        for (int i = 0; i < plain.Length; i++)
        {
            along += (double)plain[i] * perpendicular[i];
            square += (double)plain[i] * plain[i];
        }

        Assert.NotEqual(plain, perpendicular);
        Assert.True(Math.Abs(along - square) <= 1e-6 * square, $"{along} instead of {square}");
    }

    [Fact]
    public void TinyWeightsAndTinyPositivesAreHarmless()
    {
        float[] direction = new float[2];
        PerpNeg.Direction([4, 1], [1, 1], [([2, 3], -1e-4)], direction);
        Assert.Equal([3, 0], direction);
        PerpNeg.Direction([1, 1], [1, 1], [([2, 3], -1)], direction);
        Assert.Equal([-1, -2], direction);
    }
}
