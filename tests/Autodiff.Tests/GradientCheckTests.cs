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

    private static readonly float[] _place = [0.3f, -1.2f, 2f, 0.7f];

    private static double Smooth(float[] x) => ((double)x[0] * x[0] * x[1]) + Math.Sin(x[2]) + (0.01 * Math.Exp(x[3]));

    private static float[] SmoothGradient() => [2 * 0.3f * -1.2f, 0.09f, (float)Math.Cos(2), (float)(0.01 * Math.Exp(0.7f))];

    [Fact]
    public void Directional_differences_accept_the_gradient() =>
        Assert.True(GradientCheck.DirectionalError(Smooth, _place, SmoothGradient(), 1f / 64f, 6, new Random(1)) <= 1e-6);

    [Theory]
    [InlineData(0, 1.01f)]
    [InlineData(1, -1f)]
    [InlineData(3, 0f)]
    [InlineData(2, float.NaN)]
    [InlineData(2, float.PositiveInfinity)]
    public void Directional_differences_notice_one_wrong_entry(int entry, float factor)
    {
        float[] gradient = SmoothGradient();
        gradient[entry] *= factor;
        Assert.False(GradientCheck.DirectionalError(Smooth, _place, gradient, 1f / 64f, 6, new Random(1)) <= 1e-3);
    }

    // (4 q(h/2) - q(h)) / 3 leaves h⁴: of sin(x) at 0 with h = ½ it is 1 - h⁴/480, while q(h) alone is 1 - h²/6.
    [Fact]
    public void Extrapolation_removes_the_square_of_the_step()
    {
        double error = GradientCheck.DirectionalError(x => Math.Sin(x[0]), [0f], [1f], 0.5f, 1, new Random(1));
        Assert.InRange(error, 0.5 * 0.0625 / 480, 2 * 0.0625 / 480);
    }

    [Fact]
    public void A_function_without_slope_shows_nothing() =>
        Assert.True(double.IsNaN(GradientCheck.DirectionalError(_ => 1, _place, new float[4], 1f / 64f, 6, new Random(1))));

    [Fact]
    public void Nan_of_the_function_fails() =>
        Assert.False(GradientCheck.DirectionalError(_ => double.NaN, _place, new float[4], 1f / 64f, 6, new Random(1)) <= 1e30);

    [Fact]
    public void A_gradient_of_another_length_is_an_error() =>
        Assert.Throws<ArgumentException>(() => GradientCheck.DirectionalError(Smooth, _place, [1f], 1f / 64f, 6, new Random(1)));
}
