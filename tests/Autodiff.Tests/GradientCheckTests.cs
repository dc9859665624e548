using System;
using Xunit;

namespace DreamFusion.Autodiff.Tests;

public sealed class GradientCheckTests
{
    private static readonly double[] _point = [0.3, -1.2, 2.0];

    [Fact]
    public void Central_differences_of_a_known_function()
    {
        double[] gradient = GradientCheck.CentralDifferences(x => (x[0] * x[0] * x[1]) + Math.Sin(x[2]), _point);
        double[] expected = [2 * 0.3 * -1.2, 0.09, Math.Cos(2.0)];
        Assert.True(GradientCheck.RelativeError(expected, gradient) < 1e-9);
    }

    [Fact]
    public void A_right_gradient_passes() => GradientCheck.Require("f", [1.0, 2.0], [1.0f, 2.0f], 1e-6);

    [Theory]
    [InlineData(1.01f, 2f)]
    [InlineData(-1f, 2f)]
    [InlineData(0f, 0f)]
    [InlineData(float.NaN, 2f)]
    [InlineData(1f, float.PositiveInfinity)]
    public void A_wrong_gradient_fails(float first, float second) =>
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("f", [1.0, 2.0], [first, second], 1e-3));

    [Fact]
    public void Nan_in_the_expectation_fails() =>
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("f", [double.NaN, 2.0], [1f, 2f], 1e-3));

    [Fact]
    public void Different_lengths_are_an_error() =>
        Assert.Throws<ArgumentException>(() => GradientCheck.Require("f", [1.0], [1f, 2f], 1e-3));
}
