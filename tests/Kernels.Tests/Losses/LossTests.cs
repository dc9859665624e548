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

public sealed class LossTests
{
    private const float Weight = 0.7f;

    // Neither a multiple of the range length nor within one range.
    private const int RayCount = 2 * LossSumKernels.TermsPerSum + 77;

    private static (float Value, float[] Gradient) Opacity<TPenalty>(TestDevice device, double[] opacity)
        where TPenalty : unmanaged, IOpacityPenalty
    {
        ArrayView<float> gradient = device.Zeros<float>(opacity.Length), value = device.Zeros<float>(1);
        device.Kernels<OpacityLoss<TPenalty>>().Evaluate(device.Upload(opacity), Weight, gradient, device.Zeros<float>(LossSumKernels.ScratchLength(opacity.Length)), value);
        return (device.Read(value)[0], device.Read(gradient));
    }

    private static (float Value, float[] Gradient) Entropy(TestDevice device, double[] probabilities, float epsilon)
    {
        ArrayView<float> gradient = device.Zeros<float>(probabilities.Length), value = device.Zeros<float>(1);
        device.Kernels<EntropyLoss>().Evaluate(device.Upload(probabilities), epsilon, Weight, gradient, device.Zeros<float>(LossSumKernels.ScratchLength(probabilities.Length)), value);
        return (device.Read(value)[0], device.Read(gradient));
    }

    private static void Check(string name, Func<double[], double> reference, double[] point, (float Value, float[] Gradient) actual)
    {
        Close.Require(name, reference(point), actual.Value, 1e-6);
        double[] expected = GradientCheck.CentralDifferences(reference, point, 1e-6).Select(g => Weight * g).ToArray();
        GradientCheck.Require(name, expected, actual.Gradient, 1e-5);
    }

    [Fact]
    public void RootOpacity()
    {
        using var device = new TestDevice();
        double[] opacity = RandomArrays.Uniform(new Random(1), RayCount, 0, 1);
        Check("root", LossReference.RootOpacity, opacity, Opacity<RootOpacity>(device, opacity));
    }

    [Fact]
    public void SquareOpacity()
    {
        using var device = new TestDevice();
        double[] opacity = RandomArrays.Uniform(new Random(2), RayCount, 0, 1);
        Check("square", LossReference.SquareOpacity, opacity, Opacity<SquareOpacity>(device, opacity));
    }

    [Fact]
    public void RootOpacityOfEmptyAndFullImages()
    {
        using var device = new TestDevice();
        (float value, float[] gradient) = Opacity<RootOpacity>(device, [0, 0]);
        Assert.Equal(0.1f, value, 1e-7f);
        Assert.Equal([0f, 0f], gradient);
        Assert.Equal(Math.Sqrt(1.01), Opacity<RootOpacity>(device, [1]).Value, 1e-6);
    }

    [Theory]
    [InlineData(EntropyLossKernels.OpacityEpsilon)]
    [InlineData(EntropyLossKernels.WeightEpsilon)]
    public void Entropy_AgreesWithTheReference(float epsilon)
    {
        using var device = new TestDevice();
        double[] p = RandomArrays.Uniform(new Random(3), RayCount, 0.01, 0.99);
        Check("entropy", x => LossReference.Entropy(x, epsilon), p, Entropy(device, p, epsilon));
    }

    [Fact]
    public void EntropyOfAFairCoinIsOneBit()
    {
        using var device = new TestDevice();
        (float value, float[] gradient) = Entropy(device, [0.5], EntropyLossKernels.OpacityEpsilon);
        Assert.Equal(1f, value, 1e-6f);
        Assert.Equal(0f, gradient[0], 1e-6f);
    }

    // Just inside the clamp the gradient is log2((1 - p) / p), just outside it is 0.
    [Theory]
    [InlineData(0.00101, true)]
    [InlineData(0.00099, false)]
    [InlineData(0.99899, true)]
    [InlineData(0.99901, false)]
    [InlineData(0.0, false)]
    [InlineData(1.0, false)]
    public void EntropyIsFlatOutsideTheClamp(double p, bool inside)
    {
        using var device = new TestDevice();
        (float value, float[] gradient) = Entropy(device, [p], EntropyLossKernels.OpacityEpsilon);
        Close.Require("value", LossReference.Entropy([p], 1e-3), value, 1e-6);
        Close.Require("gradient", inside ? Weight * Math.Log2((1 - p) / p) : 0, gradient[0], 1e-4);
    }

    private sealed record OrientationScene(double[] Weights, double[] Normals, int[] RayIndices, double[] Directions)
    {
        public static OrientationScene Random(int samples)
        {
            var random = new Random(4);
            return new OrientationScene(
                RandomArrays.Uniform(random, samples, 0, 1),
                RandomArrays.UnitVectors(random, samples),
                Enumerable.Range(0, samples).Select(i => i / 7).ToArray(),
                RandomArrays.UnitVectors(random, samples / 7 + 1));
        }

        public (float Value, float[] Gradient) Evaluate(TestDevice device, int count)
        {
            ArrayView<float> value = device.Zeros<float>(1);
            var args = new OrientationLossKernels.Args
            {
                Weights = device.Upload(Weights),
                Normals = device.UploadVectors(Normals),
                RayIndices = device.Upload(RayIndices),
                Directions = device.UploadVectors(Directions),
                DLdNormals = device.Zeros<Float3>(Weights.Length),
                Sums = device.Zeros<float>(LossSumKernels.ScratchLength(Weights.Length)),
            };
            device.Kernels<OrientationLoss>().Evaluate(args, count, Weight, value);
            return (device.Read(value)[0], device.ReadRows(args.DLdNormals));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(700)]
    public void Orientation(int samples)
    {
        using var device = new TestDevice();
        OrientationScene scene = OrientationScene.Random(samples);
        int rays = samples / 7 + 1;
        Check("orientation", n => LossReference.Orientation(scene.Weights, n, scene.RayIndices, scene.Directions, rays), scene.Normals, scene.Evaluate(device, rays));
    }

    [Fact]
    public void NormalsTowardsTheCameraAreFree()
    {
        using var device = new TestDevice();
        var scene = new OrientationScene([1, 1], [0, 0, 1, 0, 0, -1], [0, 0], [0, 0, -1]);
        (float value, float[] gradient) = scene.Evaluate(device, 2);
        Assert.Equal(0.5f, value);
        Assert.Equal([0f, 0f, 0f, 0f, 0f, -Weight], gradient);
    }

    [Fact]
    public void NothingToAverageIsZero()
    {
        using var device = new TestDevice();
        Assert.Equal(0f, Opacity<RootOpacity>(device, []).Value);
        Assert.Equal(0f, Entropy(device, [], 1e-3f).Value);
        Assert.Equal(0f, new OrientationScene([], [], [], [0, 0, -1]).Evaluate(device, 0).Value);
    }

    [Fact]
    public void GradientsAccumulateAndMayBeLeftOut()
    {
        using var device = new TestDevice();
        ArrayView<float> opacity = device.Upload([0.25, 0.75]), gradient = device.Upload([1.0, 1.0]), value = device.Zeros<float>(1), scratch = device.Zeros<float>(1);
        OpacityLoss<SquareOpacity> loss = device.Kernels<OpacityLoss<SquareOpacity>>();
        loss.Evaluate(opacity, 2f, gradient, scratch, value);
        Assert.Equal([1.5f, 2.5f], device.Read(gradient));
        loss.Evaluate(opacity, 2f, ArrayView<float>.Empty, scratch, value);
        Assert.Equal(0.3125f, device.Read(value)[0]);
    }

    [Fact]
    public void CheckerRejectsNaturalLogarithms()
    {
        using var device = new TestDevice();
        double[] p = RandomArrays.Uniform(new Random(5), 50, 0.1, 0.9);
        double[] inNats = GradientCheck.CentralDifferences(x => LossReference.Entropy(x, 1e-3) * Math.Log(2), p).Select(g => Weight * g).ToArray();
        float[] actual = Entropy(device, p, 1e-3f).Gradient;
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("entropy", inNats, actual, 1e-3));
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        double[] opacity = RandomArrays.Uniform(new Random(6), 20_000, 0, 1);
        (float Value, float[] Gradient)[] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            return Opacity<RootOpacity>(device, opacity);
        }).ToArray();
        Assert.All(runs, run => Assert.Equal(runs[0].Value, run.Value));
        Assert.All(runs, run => Assert.Equal(runs[0].Gradient, run.Gradient));
    }
}
