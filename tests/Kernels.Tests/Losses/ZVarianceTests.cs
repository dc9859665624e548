using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Losses;
using DreamFusion.Kernels.March;
using DreamFusion.References.Losses;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Losses;

public sealed class ZVarianceTests
{
    private const float Weight = 0.7f;

    private sealed record Scene(int[] Offsets, int[] Counts, double[] Weights, double[] Distances)
    {
        /// <summary>Rays of 0 to 11 samples with opacities from 0 to almost 1, some of them under the threshold.</summary>
        public static Scene Random(int rayCount)
        {
            var random = new Random(91);
            int[] counts = Enumerable.Range(0, rayCount).Select(_ => random.Next(12)).ToArray();
            int[] offsets = counts.Select((_, ray) => counts.Take(ray).Sum()).ToArray();
            double[] distances = RandomArrays.Uniform(random, counts.Sum(), 1, 4);
            double[] weights = RandomArrays.Uniform(random, counts.Sum(), 0, 0.2);
            return new Scene(offsets, counts, weights, distances);
        }

        public bool[] Included => Offsets.Select((offset, ray) => Enumerable.Range(offset, Counts[ray]).Sum(i => Weights[i]) > 0.5).ToArray();

        public (float Value, float[] Gradient) Evaluate(TestDevice device, float start = 0f)
        {
            int ranges = LossSumKernels.ScratchLength(Offsets.Length);
            ArrayView<float> value = device.Upload([float.NaN]);
            ArrayView<float> gradient = device.Upload(Enumerable.Repeat(start, Weights.Length).ToArray());
            var scratch = new ZVarianceScratch(device.Zeros<ZVarianceKernels.Moments>(Offsets.Length), device.Zeros<float>(ranges), device.Zeros<int>(ranges), device.Zeros<int>(1));
            ArrayView<SampleRange> samples = device.Upload(Offsets.Zip(Counts, (offset, count) => new SampleRange { Offset = offset, Count = count }).ToArray());
            device.Kernels<ZVariance>().Evaluate(samples, device.Upload(Weights), device.Upload(Distances), Weight, gradient, scratch, value);
            return (device.Read(value)[0], device.Read(gradient));
        }

        public double Loss(double[] weights) => SurfaceLossReference.ZVariance(Offsets, Counts, weights, Distances, Included);
    }

    [Fact]
    public void ValueAndGradient_AgreeWithTheReference()
    {
        using var device = new TestDevice();
        Scene scene = Scene.Random(90);
        Assert.InRange(scene.Included.Count(x => x), 20, 80);
        (float value, float[] gradient) = scene.Evaluate(device);
        Close.Require("value", scene.Loss(scene.Weights), value, 1e-6);
        GradientCheck.Require("dL/dw", GradientCheck.CentralDifferences(w => Weight * scene.Loss(w), scene.Weights), gradient, 1e-5);
    }

    [Fact]
    public void ManyRangesOfRaysAgreeToo()
    {
        using var device = new TestDevice();
        Scene scene = Scene.Random(LossSumKernels.TermsPerSum + 41);
        Close.Require("value", scene.Loss(scene.Weights), scene.Evaluate(device).Value, 2e-6);
    }

    [Fact]
    public void Gradient_Accumulates()
    {
        using var device = new TestDevice();
        Scene scene = Scene.Random(40);
        Assert.Equal(scene.Evaluate(device).Gradient.Select(g => 3f + g), scene.Evaluate(device, 3f).Gradient);
    }

    // Two samples of weight 0.4 at t = 1 and 3: z = 2, V = 1, dL/dw = ((±1)² - 1) / 0.8 = 0; a third of weight 0 at t = 5 pulls with (9 - 1) / 0.8.
    [Fact]
    public void TwoSurfacesByHand()
    {
        using var device = new TestDevice();
        (float value, float[] gradient) = new Scene([0], [3], [0.4, 0.4, 0], [1, 3, 5]).Evaluate(device);
        Assert.Equal(1f, value, 1e-6f);
        Close.Require("gradient", [0, 0, Weight * 10], gradient, 1e-6);
    }

    // Straddling the threshold: a ray of opacity exactly ½ does not count, a little more does.
    [Theory]
    [InlineData(0.25, false)]
    [InlineData(0.250001, true)]
    public void OnlyRaysOfMoreThanHalfOpacityCount(double weight, bool counts)
    {
        using var device = new TestDevice();
        (float value, float[] gradient) = new Scene([0, 2], [2, 0], [weight, weight], [1, 3]).Evaluate(device);
        Assert.Equal(counts ? 1f : 0f, value, 1e-5f);
        Assert.All(gradient, g => Assert.Equal(0f, g, 1e-5f));
    }

    [Fact]
    public void NoRaysAndNoOpaqueRaysGiveZero()
    {
        using var device = new TestDevice();
        Assert.Equal(0f, new Scene([], [], [], []).Evaluate(device).Value);
        Assert.Equal(0f, new Scene([0, 0], [0, 1], [0.3], [2]).Evaluate(device).Value);
    }

    [Fact]
    public void ANaNWeightShows()
    {
        using var device = new TestDevice();
        Assert.True(float.IsNaN(new Scene([0], [2], [double.NaN, 0.5], [1, 2]).Evaluate(device).Value));
    }

    [Fact]
    public void AWrongGradientIsCaught()
    {
        Scene scene = Scene.Random(30);
        double[] expected = GradientCheck.CentralDifferences(scene.Loss, scene.Weights);
        // The derivative that forgets that the mean depth depends on the normalisation: (t - z)² / A without - V / A.
        double[] shifted = GradientCheck.CentralDifferences(w => scene.Loss(w) + 0.01 * w.Sum(), scene.Weights);
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dL/dw", expected, shifted.Select(g => (float)g).ToArray(), 1e-5));
    }

    [Fact]
    public void MismatchedBuffersAreRefused()
    {
        using var device = new TestDevice();
        var scratch = new ZVarianceScratch(device.Zeros<ZVarianceKernels.Moments>(1), device.Zeros<float>(1), device.Zeros<int>(1), device.Zeros<int>(1));
        ArrayView<SampleRange> one = device.Zeros<SampleRange>(1), two = device.Zeros<SampleRange>(2);
        ArrayView<float> w = device.Zeros<float>(3), value = device.Zeros<float>(1);
        ZVariance kernels = device.Kernels<ZVariance>();
        Assert.Throws<ArgumentException>(() => kernels.Evaluate(two, w, w, 1f, w, scratch, value));
        Assert.Throws<ArgumentException>(() => kernels.Evaluate(one, w, device.Zeros<float>(2), 1f, w, scratch, value));
        Assert.Throws<ArgumentException>(() => kernels.Evaluate(one, w, w, 1f, device.Zeros<float>(2), scratch, value));
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        Scene scene = Scene.Random(LossSumKernels.TermsPerSum + 41);
        int[][] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            (float value, float[] gradient) = scene.Evaluate(device);
            return gradient.Append(value).Select(BitConverter.SingleToInt32Bits).ToArray();
        }).ToArray();
        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(runs[0], runs[2]);
    }
}
