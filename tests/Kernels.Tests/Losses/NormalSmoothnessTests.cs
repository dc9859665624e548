using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Losses;
using DreamFusion.References.Losses;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Losses;

public sealed class NormalSmoothnessTests
{
    private const float Weight = 0.7f;

    private static (float Value, float[] Gradient) Image(TestDevice device, double[] normals, int width, int height, float start = 0f)
    {
        int count = normals.Length / 3;
        ArrayView<Float3> gradient = device.Upload(Enumerable.Repeat(new Float3(start), count).ToArray());
        ArrayView<float> value = device.Zeros<float>(1);
        device.Kernels<NormalSmoothness>().EvaluateImage(
            device.UploadVectors(normals), width, height, Weight, gradient, device.Zeros<float>(LossSumKernels.ScratchLength(count)), value);
        return (device.Read(value)[0], device.ReadRows(gradient));
    }

    private static (float Value, float[] Normals, float[] Shifted) Space(TestDevice device, double[] normals, double[] shifted)
    {
        int count = normals.Length / 3;
        ArrayView<Float3> gradient = device.Zeros<Float3>(count), shiftedGradient = device.Zeros<Float3>(count);
        ArrayView<float> value = device.Zeros<float>(1);
        device.Kernels<NormalSmoothness>().EvaluateSpace(
            device.UploadVectors(normals), device.UploadVectors(shifted), Weight, gradient, shiftedGradient,
            device.Zeros<float>(LossSumKernels.ScratchLength(count)), value);
        return (device.Read(value)[0], device.ReadRows(gradient), device.ReadRows(shiftedGradient));
    }

    // Two images, so that the last row of the first and the first row of the second must not see each other; single rows and columns.
    [Theory]
    [InlineData(5, 4, 2)]
    [InlineData(1, 7, 2)]
    [InlineData(9, 1, 2)]
    [InlineData(1, 1, 3)]
    [InlineData(26, 21, 1)]
    public void Image_AgreesWithTheReference(int width, int height, int images)
    {
        using var device = new TestDevice();
        double[] normals = RandomArrays.UnitVectors(new Random(81), width * height * images);
        (float value, float[] gradient) = Image(device, normals, width, height);
        Close.Require("value", SurfaceLossReference.ImageSmoothness(normals, width, height), value, 1e-6);
        double[] expected = GradientCheck.CentralDifferences(n => Weight * SurfaceLossReference.ImageSmoothness(n, width, height), normals);
        GradientCheck.Require("dL/dn", expected, gradient, 1e-5, floor: 1e-6);
    }

    // A step of length 1 between two columns of a 2x1 image: mean over three channels of (1, 0, 0)² = 1/3; gradient ∓2/3.
    [Fact]
    public void AStepByHand()
    {
        using var device = new TestDevice();
        (float value, float[] gradient) = Image(device, [0, 0, 0, 1, 0, 0], 2, 1);
        Assert.Equal(1f / 3, value, 1e-7f);
        Close.Require("gradient", [-2d / 3 * Weight, 0, 0, 2d / 3 * Weight, 0, 0], gradient, 1e-7);
    }

    [Fact]
    public void AFlatImageIsSmooth()
    {
        using var device = new TestDevice();
        (float value, float[] gradient) = Image(device, Enumerable.Repeat(0.25, 3 * 30).ToArray(), 6, 5, 2f);
        Assert.Equal(0f, value);
        Assert.All(gradient, g => Assert.Equal(2f, g));
    }

    [Fact]
    public void Space_AgreesWithTheReference()
    {
        using var device = new TestDevice();
        const int count = LossSumKernels.TermsPerSum + 33;
        double[] normals = RandomArrays.UnitVectors(new Random(82), count), shifted = RandomArrays.UnitVectors(new Random(83), count);
        (float value, float[] gradient, float[] shiftedGradient) = Space(device, normals, shifted);
        Close.Require("value", SurfaceLossReference.SpaceSmoothness(normals, shifted), value, 1e-6);
        double[] expected = GradientCheck.CentralDifferences(n => Weight * SurfaceLossReference.SpaceSmoothness(n, shifted), normals, 1e-7);
        GradientCheck.Require("dL/dn(x)", expected, gradient, 1e-5);
        GradientCheck.Require("dL/dn(x + δ)", expected.Select(g => -g).ToArray(), shiftedGradient, 1e-5);
    }

    [Fact]
    public void EqualNormalsHaveNoGradientAndNaNStaysNaN()
    {
        using var device = new TestDevice();
        (float value, float[] gradient, float[] shifted) = Space(device, [1, 0, 0, 0, 1, 0], [1, 0, 0, 0, double.NaN, 0]);
        Assert.True(float.IsNaN(value));
        Assert.Equal([0f, 0f, 0f, 0f, float.NaN, 0f], gradient);
        Assert.Equal([0f, 0f, 0f, 0f, float.NaN, 0f], shifted);
    }

    [Fact]
    public void AWrongGradientIsCaught()
    {
        double[] normals = RandomArrays.UnitVectors(new Random(84), 20);
        double[] expected = GradientCheck.CentralDifferences(n => SurfaceLossReference.ImageSmoothness(n, 5, 4), normals);
        // Without the image's edges: the differences along x only.
        double[] wrong = GradientCheck.CentralDifferences(n => SurfaceLossReference.ImageSmoothness(n, 5, 1) * 0.25, normals);
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dL/dn", expected, wrong.Select(g => (float)g).ToArray(), 1e-5));
    }

    [Fact]
    public void EdgesAreLegalOrRefused()
    {
        using var device = new TestDevice();
        NormalSmoothness kernels = device.Kernels<NormalSmoothness>();
        ArrayView<float> value = device.Upload([float.NaN]);
        kernels.EvaluateImage(ArrayView<Float3>.Empty, 4, 4, 1f, ArrayView<Float3>.Empty, ArrayView<float>.Empty, value);
        Assert.Equal(0f, device.Read(value)[0]);
        kernels.EvaluateSpace(ArrayView<Float3>.Empty, ArrayView<Float3>.Empty, 1f, ArrayView<Float3>.Empty, ArrayView<Float3>.Empty, ArrayView<float>.Empty, value);
        Assert.Equal(0f, device.Read(value)[0]);
        ArrayView<Float3> five = device.Zeros<Float3>(5);
        Assert.Throws<ArgumentException>(() => kernels.EvaluateImage(five, 2, 2, 1f, five, device.Zeros<float>(1), value));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.EvaluateImage(five, 0, 5, 1f, five, device.Zeros<float>(1), value));
        Assert.Throws<ArgumentException>(() => kernels.EvaluateSpace(five, device.Zeros<Float3>(4), 1f, five, ArrayView<Float3>.Empty, device.Zeros<float>(1), value));
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        double[] normals = RandomArrays.UnitVectors(new Random(85), 64 * 40), shifted = RandomArrays.UnitVectors(new Random(86), 64 * 40);
        int[][] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            (float value, float[] gradient) = Image(device, normals, 64, 40);
            (float spaceValue, float[] spaceGradient, _) = Space(device, normals, shifted);
            return gradient.Concat(spaceGradient).Append(value).Append(spaceValue).Select(BitConverter.SingleToInt32Bits).ToArray();
        }).ToArray();
        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(runs[0], runs[2]);
    }
}
