using System;
using System.Linq;
using DreamFusion.Pipeline.Evaluation;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Evaluation;

/// <summary>The score's rule on margins that are known; what the judge sees in pictures is measured in docs/evaluation.md.</summary>
public sealed class JanusScoreTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(90)] // An object that came out turned is judged from its own front.
    [InlineData(165)]
    public void AnObjectWithOneFaceScoresNothing(float front) => Assert.Equal(0, JanusScore.Share(Views(azimuth => MathF.Cos(Radians(azimuth - front)))));

    [Fact]
    public void AFaceOnBothSidesScoresOne() => Assert.Equal(1, JanusScore.Share(Views(azimuth => MathF.Abs(MathF.Cos(Radians(azimuth))) - 0.5f)));

    [Fact]
    public void TheFiveViewsWithin30DegreesOfTheOppositeCount()
    {
        // Front at 0; of 150, 165, 180, 195, 210 only 165 still looks like it, and so do 135 and 225, which do not count.
        Assert.Equal(0.2, JanusScore.Share(Views(azimuth => azimuth switch { 0f => 2f, 135f or 165f or 225f => 1f, _ => -1f })));
        Assert.Equal(0.4, JanusScore.Share(Views(azimuth => azimuth switch { 0f => 2f, 150f or 210f => 1f, _ => -1f })));
    }

    [Fact]
    public void TheOppositeIsFoundAcrossTheSeam() =>
        Assert.Equal(0.4, JanusScore.Share(Views(azimuth => azimuth switch { 180f => 2f, 345f or 15f => 1f, _ => -1f })));

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)] // A back all around: nothing that could be doubled, so no praise for not doubling it.
    [InlineData(float.NaN)]
    public void WithoutAFrontThereIsNoScore(float margin) => Assert.Null(JanusScore.Share(Views(_ => margin)));

    [Fact]
    public void ViewsThatDoNotGoAroundAreRefused()
    {
        Assert.Throws<ArgumentException>(() => JanusScore.Share([]));
        Assert.Throws<ArgumentException>(() => JanusScore.Share([new ViewPreference(0, 1), new ViewPreference(15, 0.5)]));
    }

    private static ViewPreference[] Views(Func<float, float> margin) =>
        [.. Enumerable.Range(0, JanusScore.ViewCount).Select(k => new ViewPreference(15f * k, margin(15f * k)))];

    private static float Radians(float degrees) => degrees * MathF.PI / 180f;
}
