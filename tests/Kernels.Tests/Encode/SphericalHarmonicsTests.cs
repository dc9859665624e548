using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.References.Encode;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Encode;

public sealed class SphericalHarmonicsTests
{
    private const int RowCount = 53;

    private static double[] Directions => RandomArrays.UnitVectors(new Random(31), RowCount);

    private static double[] Cotangent(int degree) => RandomArrays.Uniform(new Random(32), RowCount * degree * degree, -1, 1);

    private static float[] Encode(TestDevice device, int degree, double[] directions)
    {
        ArrayView<float> features = device.Upload(Enumerable.Repeat(float.NaN, directions.Length / 3 * degree * degree).ToArray());
        device.Kernels<SphericalHarmonics>().Encode(degree, device.UploadVectors(directions), features);
        return device.Read(features);
    }

    private static float[] Backward(TestDevice device, int degree, double[] directions, double[] cotangent, float start = 0f)
    {
        ArrayView<Float3> gradient = device.Upload(Enumerable.Repeat(new Float3(start), directions.Length / 3).ToArray());
        device.Kernels<SphericalHarmonics>().Backward(degree, device.UploadVectors(directions), device.Upload(cotangent), gradient);
        return device.ReadRows(gradient);
    }

    /// <summary>g - (g·d) d, the part of a gradient that a function on the sphere has.</summary>
    private static float[] Tangential(float[] gradient, double[] directions)
    {
        float[] result = new float[gradient.Length];
        for (int row = 0; row < gradient.Length; row += 3)
        {
            double radial = 0, squared = 0;
            for (int k = 0; k < 3; k++)
            {
                radial += gradient[row + k] * directions[row + k];
                squared += directions[row + k] * directions[row + k];
            }

            for (int k = 0; k < 3; k++)
            {
                result[row + k] = (float)(gradient[row + k] - radial / squared * directions[row + k]);
            }
        }

        return result;
    }

    private static double[] Differences(int degree) => GradientCheck.CentralDifferences(
        d => SphericalHarmonicsReference.Encode(degree, d).Zip(Cotangent(degree), (y, g) => y * g).Sum(), Directions, 1e-6);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Forward_AgreesWithLegendreFunctions(int degree)
    {
        using var device = new TestDevice();
        Close.Require("coefficients", SphericalHarmonicsReference.Encode(degree, Directions), Encode(device, degree, Directions), 1e-6);
    }

    // tiny-cuda-nn's signs on the axes (bands 0 and 1): 0.28209479, -0.48860251 y, 0.48860251 z, -0.48860251 x.
    [Fact]
    public void SignsAreThePublishedOnes()
    {
        using var device = new TestDevice();
        double[] expected =
        [
            0.28209479, 0, 0, -0.48860251,
            0.28209479, -0.48860251, 0, 0,
            0.28209479, 0, 0.48860251, 0,
        ];
        Close.Require("axes", expected, Encode(device, 2, [1, 0, 0, 0, 1, 0, 0, 0, 1]), 1e-7);
    }

    // ∫ Y_i Y_j over the sphere is δ_ij; the polynomials have degree 3, so 8 Gauss-Legendre nodes in z and 16 azimuths are exact.
    [Fact]
    public void TheSetIsOrthonormal()
    {
        double[] nodes = [0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363];
        double[] weights = [0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763];
        (double X, double Y, double Z, double Weight)[] points = Enumerable.Range(0, 8).SelectMany(i => Enumerable.Range(0, 16).Select(j =>
        {
            double z = (i % 2 == 0 ? 1 : -1) * nodes[i / 2], phi = 2 * Math.PI * (j + 0.25) / 16, sine = Math.Sqrt(1 - z * z);
            return (sine * Math.Cos(phi), sine * Math.Sin(phi), z, weights[i / 2] * 2 * Math.PI / 16);
        })).ToArray();
        using var device = new TestDevice();
        float[] values = Encode(device, 4, points.SelectMany(p => new[] { p.X, p.Y, p.Z }).ToArray());
        for (int i = 0; i < 16; i++)
        {
            for (int j = 0; j < 16; j++)
            {
                double integral = points.Select((p, k) => p.Weight * values[16 * k + i] * values[16 * k + j]).Sum();
                Assert.Equal(i == j ? 1 : 0, integral, 2e-6);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Backward_AgreesWithCentralDifferencesOnTheSphere(int degree)
    {
        using var device = new TestDevice();
        float[] gradient = Backward(device, degree, Directions, Cotangent(degree));
        GradientCheck.Require("dL/dd", Differences(degree), Tangential(gradient, Directions), 2e-6, floor: 1);
    }

    [Fact]
    public void Backward_Accumulates()
    {
        using var device = new TestDevice();
        float[] fromZero = Backward(device, 4, Directions, Cotangent(4));
        Assert.Equal(fromZero.Select(g => 5f + g), Backward(device, 4, Directions, Cotangent(4), 5f));
    }

    [Fact]
    public void AWrongGradientIsCaught()
    {
        double[] expected = Differences(4);
        // The neighbouring convention without the Condon-Shortley phase turns signs of odd orders.
        float[] wrong = expected.Select(g => (float)-g).ToArray();
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dL/dd", expected, wrong, 2e-6, floor: 1));
    }

    [Fact]
    public void EdgesAreLegalOrRefused()
    {
        using var device = new TestDevice();
        SphericalHarmonics kernels = device.Kernels<SphericalHarmonics>();
        kernels.Encode(3, ArrayView<Float3>.Empty, ArrayView<float>.Empty);
        kernels.Backward(3, ArrayView<Float3>.Empty, ArrayView<float>.Empty, ArrayView<Float3>.Empty);
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.Encode(0, ArrayView<Float3>.Empty, ArrayView<float>.Empty));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.Encode(5, device.Zeros<Float3>(1), device.Zeros<float>(25)));
        Assert.Throws<ArgumentException>(() => kernels.Encode(3, device.Zeros<Float3>(2), device.Zeros<float>(17)));
        Assert.Throws<ArgumentException>(() => kernels.Backward(3, device.Zeros<Float3>(2), device.Zeros<float>(18), device.Zeros<Float3>(1)));
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        int[][] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            return Encode(device, 4, Directions).Concat(Backward(device, 4, Directions, Cotangent(4))).Select(BitConverter.SingleToInt32Bits).ToArray();
        }).ToArray();
        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(runs[0], runs[2]);
    }
}
