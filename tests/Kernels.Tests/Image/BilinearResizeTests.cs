using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Image;
using DreamFusion.References.Image;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Kernels.Tests.Image;

public sealed class BilinearResizeTests
{
    private static BilinearResizeKernels.Args Sizes(int height, int width, int newHeight, int newWidth, int channels) => new()
    {
        InputHeight = height,
        InputWidth = width,
        OutputHeight = newHeight,
        OutputWidth = newWidth,
        Channels = channels,
    };

    private static float[] Forward(TestDevice device, BilinearResizeKernels.Args args, double[] input)
    {
        args.Input = device.Upload(input);
        args.Output = device.Zeros<float>(args.OutputHeight * args.OutputWidth * args.Channels);
        device.Kernels<BilinearResize>().Forward(args);
        return device.Read(args.Output);
    }

    private static float[] Backward(TestDevice device, BilinearResizeKernels.Args args, double[] dLdOutput)
    {
        args.DLdOutput = device.Upload(dLdOutput);
        args.DLdInput = device.Zeros<float>(args.InputHeight * args.InputWidth * args.Channels);
        device.Kernels<BilinearResize>().Backward(args);
        return device.Read(args.DLdInput);
    }

    // PyTorch, documentation of torch.nn.Upsample(scale_factor=2, mode='bilinear').
    [Fact]
    public void PyTorchExample()
    {
        using var device = new TestDevice();
        double[] expected = [1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4];
        Close.Require("upsample", expected, Forward(device, Sizes(2, 2, 4, 4, 1), [1, 2, 3, 4]), 0);
    }

    [Theory]
    [InlineData(4, 5, 9, 16, 3)]
    [InlineData(9, 16, 4, 5, 3)]
    [InlineData(7, 7, 7, 7, 1)]
    [InlineData(1, 1, 3, 4, 2)]
    [InlineData(5, 6, 1, 1, 2)]
    [InlineData(3, 64, 50, 7, 1)]
    [InlineData(2, 3, 63, 65, 1)]
    public void AgreesWithTheReferenceBothWays(int height, int width, int newHeight, int newWidth, int channels)
    {
        using var device = new TestDevice();
        var random = new Random(height * width);
        BilinearResizeKernels.Args args = Sizes(height, width, newHeight, newWidth, channels);
        double[] input = RandomArrays.Uniform(random, height * width * channels, 0, 1);
        double[] dLdOutput = RandomArrays.Uniform(random, newHeight * newWidth * channels, -1, 1);
        double[] Reference(double[] x) => ResizeReference.Resize(x, height, width, channels, newHeight, newWidth);
        Close.Require("output", Reference(input), Forward(device, args, input), 5e-6);
        double[] expected = GradientCheck.CentralDifferences(x => Reference(x).Zip(dLdOutput, (y, g) => y * g).Sum(), input, 0.5);
        GradientCheck.Require("dinput", expected, Backward(device, args, dLdOutput), 2e-6);
    }

    [Fact]
    public void BackwardIsTheAdjointOfForward()
    {
        using var device = new TestDevice();
        var random = new Random(8);
        BilinearResizeKernels.Args args = Sizes(64, 64, 200, 150, 3);
        double[] x = RandomArrays.Uniform(random, 64 * 64 * 3, -1, 1), y = RandomArrays.Uniform(random, 200 * 150 * 3, -1, 1);
        double forward = Forward(device, args, x).Zip(y, (a, b) => a * b).Sum();
        double backward = Backward(device, args, y).Zip(x, (a, b) => a * b).Sum();
        Assert.Equal(forward, backward, 1e-3);
    }

    [Fact]
    public void SameSizeIsTheIdentity()
    {
        using var device = new TestDevice();
        double[] x = RandomArrays.Uniform(new Random(9), 64 * 64 * 3, 0, 1);
        BilinearResizeKernels.Args args = Sizes(64, 64, 64, 64, 3);
        Assert.Equal(x.Select(v => (float)v), Forward(device, args, x));
        Assert.Equal(x.Select(v => (float)v), Backward(device, args, x));
    }

    [Fact]
    public void ConstantImagesStayConstantAndGradientsKeepTheirSum()
    {
        using var device = new TestDevice();
        BilinearResizeKernels.Args args = Sizes(10, 13, 31, 8, 1);
        Assert.All(Forward(device, args, Enumerable.Repeat(0.25, 130).ToArray()), v => Assert.Equal(0.25f, v));
        Assert.Equal(31 * 8, Backward(device, args, Enumerable.Repeat(1.0, 31 * 8).ToArray()).Sum(g => (double)g), 1e-4);
    }

    [Fact]
    public void WrongLengthIsNamed()
    {
        using var device = new TestDevice();
        BilinearResizeKernels.Args args = Sizes(2, 2, 4, 4, 3);
        ArgumentException error = Assert.Throws<ArgumentException>(() => Forward(device, args, [1, 2, 3, 4]));
        Assert.Contains("needs 12 values", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        double[] y = RandomArrays.Uniform(new Random(10), 128 * 128 * 3, -1, 1);
        float[][] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            return Backward(device, Sizes(64, 64, 128, 128, 3), y);
        }).ToArray();
        Assert.All(runs, run => Assert.Equal(runs[0], run));
    }
}
