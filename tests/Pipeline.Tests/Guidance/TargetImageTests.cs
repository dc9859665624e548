using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

public sealed class TargetImageTests
{
    private const int Size = 3;
    private static readonly GuidanceTexts _noTexts = new(new TextEmbedding("", [], 0, 0), new TextEmbedding("", [], 0, 0));
    private readonly float[] _target = [.. Enumerable.Range(0, Size * Size * 3).Select(i => 0.5f + (0.4f * MathF.Sin(i)))];

    [Fact]
    public void GradientMatchesCentralDifferencesOfTheMeanSquare()
    {
        float[] image = [.. Enumerable.Range(0, _target.Length).Select(i => 0.5f + (0.4f * MathF.Cos(2 * i)))];
        float[] gradient = new float[image.Length];
        GuidanceReport report = Gradient(image, gradient);
        double Loss(double[] x) => x.Select((v, i) => (v - _target[i]) * (v - _target[i])).Sum() / x.Length;
        double[] point = Array.ConvertAll(image, v => (double)v);
        GradientCheck.Require("dL/dimage", GradientCheck.CentralDifferences(Loss, point), gradient, 1e-6);
        Assert.True(Math.Abs(report.Loss!.Value - Loss(point)) <= 1e-7);
        Assert.True(Math.Abs(report.GradientNorm - Math.Sqrt(gradient.Sum(g => (double)g * g))) <= 1e-7);
        Assert.Equal(0, report.Timestep);
    }

    [Fact]
    public void TheTargetItselfHasNoErrorAndNoGradient()
    {
        float[] gradient = [.. Enumerable.Repeat(7f, _target.Length)];
        Assert.Equal(0.0, Gradient(_target, gradient).Loss);
        Assert.All(gradient, g => Assert.Equal(0f, g));
    }

    [Fact]
    public void NotANumberIsReportedAndNotPassedOn()
    {
        float[] image = [.. _target];
        image[4] = float.NaN;
        DfkException e = Assert.Throws<DfkException>(() => Gradient(image, new float[image.Length]));
        Assert.Equal(ExitCode.Diverged, e.ExitCode);
    }

    [Fact]
    public void PicturesOfAnotherShapeAreRefused()
    {
        Assert.Throws<ArgumentException>(() => new TargetImage(new FloatImage(3, 2, 3)));
        Assert.Throws<ArgumentException>(() => new TargetImage(new FloatImage(3, 3, 1)));
        Assert.Throws<ArgumentException>(() => Gradient(new float[12], new float[12]));
    }

    private GuidanceReport Gradient(float[] image, float[] gradient)
    {
        using var guidance = new TargetImage(new FloatImage(Size, Size, 3, _target));
        return guidance.Gradient(image, gradient, _noTexts, new SdsStep(0, 0, 0));
    }
}
