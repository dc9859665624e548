using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Shade;

public sealed class BackgroundTests
{
    [Fact]
    public void EveryRayGetsTheColour()
    {
        using var device = new TestDevice();
        ArrayView<Float3> colours = device.Zeros<Float3>(33);
        var colour = new Float3(0.1f, 0.2f, 0.3f);
        device.Kernels<Background>().Fill(colour, colours);
        device.Kernels<Background>().Fill(colour, ArrayView<Float3>.Empty);
        Assert.All(device.Read(colours), c => Assert.Equal(colour, c));
    }

    [Theory]
    [InlineData(1f, 0, 0)]
    [InlineData(0.7f, 520, 680)]
    [InlineData(0f, 2000, 2000)]
    public void TheFixedColourComesWithTheRest(float randomShare, int least, int most)
    {
        // 2,000 draws: 600 ± 20.5, the limits are four standard deviations away.
        int white = Enumerable.Range(0, 2000).Count(step => Background.Draw(new RandomKey(1, (uint)step, RandomPurpose.Background), 0, Float3.One, randomShare) == Float3.One);
        Assert.InRange(white, least, most);
    }

    [Fact]
    public void ColoursAreUniformAndDependOnTheKeyAlone()
    {
        Float3[] colours = Enumerable.Range(0, 2000).Select(step => Background.Draw(new RandomKey(1, (uint)step, RandomPurpose.Background), 0, Float3.One, 1f)).ToArray();
        Assert.InRange(colours.Average(c => c.X), 0.47, 0.53);
        Assert.InRange(colours.Average(c => c.Y), 0.47, 0.53);
        Assert.InRange(colours.Average(c => c.Z), 0.47, 0.53);
        Assert.Equal(colours[7], Background.Draw(new RandomKey(1, 7, RandomPurpose.Background), 0, Float3.One, 1f));
        Assert.NotEqual(colours[7], Background.Draw(new RandomKey(1, 7, RandomPurpose.Background), 1, Float3.One, 1f));
    }
}
