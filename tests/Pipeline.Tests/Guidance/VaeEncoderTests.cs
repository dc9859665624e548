using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.References.Onnx;
using Xunit;
using Xunit.Abstractions;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>The embedded prior's encoder and its image gradient against the double-precision evaluator of the same file.</summary>
public sealed class VaeEncoderTests : IDisposable
{
    private const int Size = 64;
    private const double Scale = 0.18215;
    // Without a limit the pool adds threads for as long as a test of minutes runs, each with tensors of its own.
    private static readonly ParallelOptions _oneEachCore = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };
    private readonly ITestOutputHelper _output;
    private readonly VaeEncoder _encoder = new(Toybox.Model);
    private readonly ReferenceGraph _reference = ReferenceGraph.Parse(File.ReadAllBytes(Toybox.Model.VaeEncoder.ModelPath));
    private readonly float[] _image = Picture();
    private readonly float[] _cotangent;

    public VaeEncoderTests(ITestOutputHelper output)
    {
        _output = output;
        Random random = new(3);
        _cotangent = [.. Enumerable.Range(0, _encoder.LatentLength).Select(_ => (float)(random.NextDouble() - 0.5))];
    }

    [Fact]
    public void LatentMatchesTheDoublePrecisionEvaluator()
    {
        using EncodedImage encoded = _encoder.Encode(_image, default);
        DoubleTensor expected = _reference.Evaluate("sample", Planes(_image), "latent_sample").Map(v => v * Scale);
        double error = Wide(encoded.Latent.ToArray(), [1, 4, 16, 16]).Plus(expected, -1).Norm() / expected.Norm();
        _output.WriteLine($"Latent, norm of the difference over norm: {error:g3}.");
        Assert.True(error <= 1e-5, $"Relative error {error}.");
    }

    [Fact]
    public void ImageGradientMatchesTheDoublePrecisionEvaluator()
    {
        // d/dx <g, z(x)> of the whole chain z = s·E(2x - 1), from images in HWC.
        float[] gradient = Gradient(_cotangent);
        DoubleTensor expected = _reference.Gradient("sample", Planes(_image), "latent_sample", Wide(_cotangent, [1, 4, 16, 16])).Map(v => v * 2 * Scale);
        double error = PlanesOf(gradient).Plus(expected, -1).Norm() / expected.Norm();
        _output.WriteLine($"Image gradient, norm of the difference over norm: {error:g3}.");
        Assert.True(error < 1e-4, $"Norm of the difference over norm of the gradient: {error}.");
    }

    [Fact]
    public void TheEvaluatorsGradientMatchesItsCentralDifferencesAlong64Directions()
    {
        DoubleTensor x = Planes(_image);
        DoubleTensor cotangent = Wide(_cotangent, [1, 4, 16, 16]);
        DoubleTensor gradient = _reference.Gradient("sample", x, "latent_sample", cotangent);
        double[] errors = new double[64];
        Parallel.For(0, errors.Length, _oneEachCore, k =>
        {
            Random random = new(100 + k);
            DoubleTensor direction = x.Map(_ => random.NextDouble() - 0.5);
            double numeric = _reference.DirectionalDifference("sample", x, "latent_sample", cotangent, direction, 1e-5);
            double analytic = gradient.Dot(direction);
            double error = Math.Abs(numeric - analytic) / (gradient.Norm() * direction.Norm());
            errors[k] = error;
            Assert.True(error <= 1e-6, $"Direction {k}: {numeric} by differences, {analytic} by reverse mode.");
        });
        _output.WriteLine($"Largest error of 64 directions: {errors.Max():g3}.");
    }

    [SlowFact]
    public void TheEvaluatorsGradientMatchesItsCentralDifferencesAtEveryPixel()
    {
        DoubleTensor x = Planes(_image);
        DoubleTensor cotangent = Wide(_cotangent, [1, 4, 16, 16]);
        DoubleTensor gradient = _reference.Gradient("sample", x, "latent_sample", cotangent);
        DoubleTensor numeric = DoubleTensor.Zeros(x.Shape);
        Parallel.For(0, x.Values.Length, _oneEachCore, i =>
        {
            DoubleTensor direction = DoubleTensor.Zeros(x.Shape);
            direction.Values[i] = 1;
            numeric.Values[i] = _reference.DirectionalDifference("sample", x, "latent_sample", cotangent, direction, 1e-5);
        });
        double error = numeric.Plus(gradient, -1).Norm() / gradient.Norm();
        _output.WriteLine($"All {x.Values.Length} values of the image, norm of the difference over norm: {error:g3}.");
        Assert.True(error <= 1e-6, $"Relative error {error}.");
    }

    [Fact]
    public void GradientIsLinearInTheCotangent()
    {
        float[] once = Gradient(_cotangent);
        float[] twice = Gradient([.. _cotangent.Select(v => 2 * v)]);
        Assert.Equal(once.Select(v => 2 * v), twice);
    }

    [Fact]
    public void SameImageSameBits()
    {
        Assert.Equal(Gradient(_cotangent), Gradient(_cotangent));
    }

    [Fact]
    public void ImageOfAnotherSizeIsRefused()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => _encoder.Encode(new float[32 * 32 * 3], default));
        Assert.Contains("12288", e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _encoder.Dispose();

    private float[] Gradient(float[] cotangent)
    {
        float[] gradient = new float[_image.Length];
        using EncodedImage encoded = _encoder.Encode(_image, default);
        _encoder.Gradient(encoded, cotangent, gradient);
        return gradient;
    }

    // A shaded disc on a coloured ground: smooth parts and an edge, as renders have.
    private static float[] Picture()
    {
        float[] image = new float[Size * Size * 3];
        for (int p = 0; p < Size * Size; p++)
        {
            float x = ((p % Size) - 31.5f) / 32;
            float y = ((p / Size) - 29.5f) / 32;
            float r = MathF.Sqrt((x * x) + (y * y));
            for (int c = 0; c < 3; c++)
            {
                image[(p * 3) + c] = r < 0.6f ? 0.9f - (0.5f * r) - (0.2f * c) : 0.3f + (0.1f * c) + (0.1f * x);
            }
        }

        return image;
    }

    private static DoubleTensor Planes(float[] image) => PlanesOf(image).Map(v => (2 * v) - 1);

    private static DoubleTensor PlanesOf(float[] image)
    {
        DoubleTensor planes = DoubleTensor.Zeros([1, 3, Size, Size]);
        for (int i = 0; i < image.Length; i++)
        {
            planes.Values[(i % 3 * Size * Size) + (i / 3)] = image[i];
        }

        return planes;
    }

    private static DoubleTensor Wide(float[] values, int[] shape) => new(shape, Array.ConvertAll(values, v => (double)v));
}
