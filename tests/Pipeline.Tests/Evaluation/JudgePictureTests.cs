using System;
using System.Linq;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Imaging;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Evaluation;

public sealed class JudgePictureTests
{
    [Theory]
    [InlineData(16, 16)]
    [InlineData(50, 30)]
    [InlineData(7, 90)]
    public void AConstantPictureStaysConstant(int width, int height)
    {
        FloatImage picture = new(width, height, 3);
        Array.Fill(picture.Data, 0.25f);
        FloatImage square = JudgePicture.Fit(picture, 16);
        Assert.Equal((16, 16, 3), (square.Width, square.Height, square.Channels));
        Assert.All(square.Data, value => Assert.True(MathF.Abs(value - 0.25f) <= 1e-6f));
    }

    [Fact]
    public void TheMiddleSquareIsKept()
    {
        // 48x16, three squares: red, green, blue.
        FloatImage picture = new(48, 16, 3);
        for (int i = 0; i < 48 * 16; i++)
        {
            picture.Data[(3 * i) + (i % 48 / 16)] = 1f;
        }

        FloatImage square = JudgePicture.Fit(picture, 16);
        Assert.All(Enumerable.Range(0, 16 * 16), i => Assert.Equal((0f, 1f, 0f), (square.Data[3 * i], square.Data[(3 * i) + 1], square.Data[(3 * i) + 2])));
    }

    [Fact]
    public void MakingSmallerAveragesAndDoesNotAlias()
    {
        // Every fourth column is white: at a quarter of the size each pixel sees one of them, wherever it stands.
        FloatImage stripes = new(64, 64, 1, [.. Enumerable.Range(0, 64 * 64).Select(i => i % 4 == 0 ? 1f : 0f)]);
        FloatImage small = JudgePicture.Fit(stripes, 16);
        Assert.All(Enumerable.Range(0, 16 * 16).Where(i => i % 16 is > 1 and < 14), i => Assert.True(MathF.Abs(small.Data[3 * i] - 0.25f) <= 0.02f));
    }

    [Fact]
    public void ARampIsReproducedByTheCubicFilter()
    {
        // Cubic convolution reproduces straight lines exactly; the ends lack neighbours.
        FloatImage ramp = new(32, 32, 1, [.. Enumerable.Range(0, 32 * 32).Select(i => ((i % 32) + 0.5f) / 32f)]);
        FloatImage large = JudgePicture.Fit(ramp, 64);
        Assert.All(Enumerable.Range(6, 52), x => Assert.True(MathF.Abs(large.Data[3 * ((10 * 64) + x)] - ((x + 0.5f) / 64f)) <= 1e-5f));
    }

    [Fact]
    public void TransparentPixelsAreWhite()
    {
        FloatImage picture = new(2, 2, 4, [0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0.5f, 0, 0, 0, 1]);
        Assert.Equal([1f, 1f, 1f, 1f, 0f, 0f, 0.5f, 1f, 0.5f, 0f, 0f, 0f], JudgePicture.Fit(picture, 2).Data);
    }
}
