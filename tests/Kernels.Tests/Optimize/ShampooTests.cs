using System;
using System.Linq;
using DreamFusion.Kernels.Optimize;
using DreamFusion.References.Optimize;
using DreamFusion.Support;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Kernels.Tests.Optimize;

public sealed class ShampooTests
{
    private static void SetGradient(ArrayView<float> gradients, double[] values)
    {
        float[] floats = values.Select(g => (float)g).ToArray();
        gradients.CopyFromCPU(floats);
    }

    // A ridge of 1e-3 keeps the comparison of float statistics with double ones meaningful: below 1e-6 rounding decides.
    [Theory]
    [InlineData(6, 5, 128, 2, ShampooGrafting.SqrtN, 0.9)]
    [InlineData(6, 5, 128, 0, ShampooGrafting.Gradient, 0.9)]
    [InlineData(7, 9, 4, 2, ShampooGrafting.SqrtN, 0.9)]
    [InlineData(7, 9, 4, 0, ShampooGrafting.SqrtN, 1.0)]
    [InlineData(8, 1, 128, 2, ShampooGrafting.SqrtN, 0.9)]
    [InlineData(1, 9, 4, 0, ShampooGrafting.Gradient, 0.9)]
    [InlineData(1, 1, 128, 2, ShampooGrafting.SqrtN, 0.9)]
    public void Steps_AgreeWithTheReference(int rows, int columns, int blockSize, int exponent, ShampooGrafting grafting, double beta2)
    {
        using var device = new TestDevice();
        var options = new ShampooOptions
        {
            Beta2 = beta2,
            Epsilon = 1e-3,
            BlockSize = blockSize,
            ExponentOverride = exponent,
            Grafting = grafting,
            PlainSteps = 2,
            RootInterval = 3,
            MaxGradientNorm = 2,
        };
        var reference = new ShampooReference(rows, columns, new(0.9, beta2, 1e-3, exponent, blockSize, grafting == ShampooGrafting.SqrtN, 3, 2));
        var random = new Random(71);
        int length = rows * columns;
        double[] expected = RandomArrays.Uniform(random, length, -1, 1);
        ArrayView<float> parameters = device.Upload(new double[3].Concat(expected).ToArray()), gradients = device.Zeros<float>(length + 3);
        using var state = new ShampooState(device.Accelerator, options, [new ShampooMatrix(rows, columns)]);
        for (int step = 1; step <= 10; step++)
        {
            double[] gradient = RandomArrays.Uniform(random, length, -1, 1);
            double norm = Math.Sqrt(gradient.Sum(g => g * g));
            SetGradient(gradients, [0, 0, 0, .. gradient]);
            OptimizerReport report = device.Kernels<Shampoo>().Step(state, [new(3, length, 1e-2, 1e-2)], step, parameters, gradients);
            Assert.True(report.Applied);
            Assert.Equal(Math.Min(1, 2 / norm), report.ClipFactor, 1e-6);
            reference.Step(expected, gradient, Math.Min(1, 2 / norm), 1e-2, 1e-2);
            Assert.All(device.Read(gradients), g => Assert.Equal(0f, g));
        }

        float[] actual = device.Read(parameters);
        Close.Require("parameters", expected, actual.AsSpan(3), 1e-4);
        Assert.Equal([0f, 0f, 0f], actual[..3]);
    }

    // With statistics of this gradient alone and fourth roots, (GGᵀ)^(-1/4) G (GᵀG)^(-1/4) = U Vᵀ of G = U Σ Vᵀ: an orthogonal step
    // of length √n, whatever the singular values (Gupta et al. 2018, section 1).
    [Fact]
    public void TheFirstDirectionOfASquareMatrixIsOrthogonal()
    {
        using var device = new TestDevice();
        const int n = 4;
        double[] gradient = [3, 1, 0.1, 0.5, -1, 2, 0.3, 0.2, 0.2, -0.1, 1.5, -1, 0.4, 0.7, 1, 2.5];
        var options = new ShampooOptions { Beta1 = 0, Beta2 = 0, Epsilon = 1e-7, ExponentOverride = 0, PlainSteps = 0 };
        using var state = new ShampooState(device.Accelerator, options, [new ShampooMatrix(n, n)]);
        ArrayView<float> parameters = device.Zeros<float>(n * n), gradients = device.Upload(gradient);
        device.Kernels<Shampoo>().Step(state, [new(0, n * n, 1)], 1, parameters, gradients);
        float[] p = device.Read(parameters);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double dot = Enumerable.Range(0, n).Sum(k => (double)p[i * n + k] * p[j * n + k]);
                Assert.Equal(i == j ? n : 0, dot, 1e-4);
            }
        }

        // It descends: ⟨p, G⟩ is minus the sum of singular values.
        Assert.True(p.Zip(gradient, (x, g) => x * g).Sum() < -5);
    }

    [Fact]
    public void PlainStepsFollowTheSign()
    {
        using var device = new TestDevice();
        using var state = new ShampooState(device.Accelerator, new ShampooOptions { Beta1 = 0 }, [new ShampooMatrix(2, 2)]);
        ArrayView<float> parameters = device.Zeros<float>(4), gradients = device.Upload([0.5, -1e-9, 0, 7]);
        device.Kernels<Shampoo>().Step(state, [new(0, 4, 0.25)], 1, parameters, gradients);
        Assert.Equal([-0.25f, 0.25f, 0f, -0.25f], device.Read(parameters));
    }

    [Fact]
    public void AZeroGradientMovesNothing()
    {
        using var device = new TestDevice();
        using var state = new ShampooState(device.Accelerator, new ShampooOptions { PlainSteps = 0 }, [new ShampooMatrix(3, 2)]);
        ArrayView<float> parameters = device.Upload([1d, 2, 3, 4, 5, 6]), gradients = device.Zeros<float>(6);
        device.Kernels<Shampoo>().Step(state, [new(0, 6, 0.25)], 1, parameters, gradients);
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], device.Read(parameters));
    }

    [Fact]
    public void GradientsThatAreNotFiniteAreRefused()
    {
        using var device = new TestDevice();
        using var state = new ShampooState(device.Accelerator, new ShampooOptions { PlainSteps = 0 }, [new ShampooMatrix(2, 2)]);
        ArrayView<float> parameters = device.Zeros<float>(6), gradients = device.Zeros<float>(6);
        float[] statistics = device.Read(state.Statistics);
        // The bad value lies outside the matrix: the step is refused for the whole arena.
        SetGradient(gradients, [1, 1, 1, 1, 0, double.NaN]);
        OptimizerReport report = device.Kernels<Shampoo>().Step(state, [new(0, 4, 0.25)], 1, parameters, gradients);
        Assert.False(report.Applied);
        Assert.Equal(1, report.NonFiniteCount);
        Assert.All(device.Read(parameters), p => Assert.Equal(0f, p));
        Assert.All(device.Read(gradients), g => Assert.Equal(0f, g));
        Assert.Equal(statistics, device.Read(state.Statistics));
        Assert.All(device.Read(state.Momenta), m => Assert.Equal(0f, m));
    }

    [Fact]
    public void OtherGradientsAreLeftToTheirOptimiser()
    {
        using var device = new TestDevice();
        using var state = new ShampooState(device.Accelerator, new ShampooOptions(), [new ShampooMatrix(2, 2)]);
        ArrayView<float> gradients = device.Upload([1d, 2, 3, 4, 5, 6]);
        device.Kernels<Shampoo>().Step(state, [new(1, 4, 0.25)], 1, device.Zeros<float>(6), gradients);
        Assert.Equal([1f, 0f, 0f, 0f, 0f, 6f], device.Read(gradients));
    }

    [Fact]
    public void StatisticsThatOverflowAreAnError()
    {
        using var device = new TestDevice();
        using var state = new ShampooState(device.Accelerator, new ShampooOptions { PlainSteps = 0 }, [new ShampooMatrix(2, 2)]);
        ArrayView<float> gradients = device.Upload([1e25, 1, 1, 1]);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => device.Kernels<Shampoo>().Step(state, [new(0, 4, 0.25)], 1, device.Zeros<float>(4), gradients));
        Assert.Contains("max gradient norm", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WrongArgumentsAreRefused()
    {
        using var device = new TestDevice();
        using var state = new ShampooState(device.Accelerator, new ShampooOptions(), [new ShampooMatrix(2, 2)]);
        Shampoo shampoo = device.Kernels<Shampoo>();
        ArrayView<float> parameters = device.Zeros<float>(6), gradients = device.Zeros<float>(6);
        Assert.Throws<ArgumentException>(() => shampoo.Step(state, [], 1, parameters, gradients));
        Assert.Throws<ArgumentException>(() => shampoo.Step(state, [new(0, 6, 1)], 1, parameters, gradients));
        Assert.Throws<ArgumentException>(() => shampoo.Step(state, [new(0, 4, 1)], 1, parameters, device.Zeros<float>(5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => shampoo.Step(state, [new(0, 4, 1)], 0, parameters, gradients));
        Assert.Throws<ArgumentException>(() => new ShampooState(device.Accelerator, new ShampooOptions(), [new ShampooMatrix(0, 2)]));
        ShampooOptions invalid = new() { Beta1 = 1, Beta2 = 2, Epsilon = 0, ExponentOverride = -1, BlockSize = 0, RootInterval = 0, PlainSteps = -1, MaxGradientNorm = double.NaN };
        Assert.Equal(8, invalid.Validate().Count);
        Assert.Throws<ArgumentException>(() => new ShampooState(device.Accelerator, invalid, []));
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        int[][] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            var random = new Random(72);
            using var state = new ShampooState(device.Accelerator, new ShampooOptions { PlainSteps = 1, RootInterval = 2, BlockSize = 16 }, [new(33, 20), new(33, 1)]);
            ArrayView<float> parameters = device.Upload(RandomArrays.Uniform(random, 33 * 21, -1, 1)), gradients = device.Zeros<float>(33 * 21);
            for (int step = 1; step <= 4; step++)
            {
                SetGradient(gradients, RandomArrays.Uniform(random, 33 * 21, -1, 1));
                device.Kernels<Shampoo>().Step(state, [new(0, 33 * 20, 1e-2), new(33 * 20, 33, 1e-2)], step, parameters, gradients);
            }

            return device.Read(parameters).Concat(device.Read(state.Statistics)).Select(BitConverter.SingleToInt32Bits).ToArray();
        }).ToArray();
        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(runs[0], runs[2]);
    }
}
