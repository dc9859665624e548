using System;
using System.Linq;
using DreamFusion.Kernels.Encode;
using Xunit;

namespace DreamFusion.Kernels.Tests.Encode;

// Origins of the numbers: tests/Golden/README.md.
public sealed class HashGridLayoutTests
{
    [Fact]
    public void DefaultGridHasTinyCudaNnsSize()
    {
        var layout = new HashGridLayout(new HashGridOptions());
        int[] resolutions = [16, 23, 31, 43, 59, 81, 112, 154, 213, 295, 407, 562, 777, 1073, 1483, 2048];
        Assert.Equal(6_098_120, layout.EntryCount);
        Assert.Equal(12_196_240, layout.ParameterCount);
        Assert.Equal(resolutions, layout.Levels.Select(level => level.Resolution));
        Assert.Equal(5, layout.DenseLevelCount);
        Assert.All(layout.Levels, level => Assert.Equal(0, level.Offset % 8));
    }

    [Fact]
    public void ThreestudiosGrowthGivesItsSize()
        => Assert.Equal(6_299_960, new HashGridLayout(new HashGridOptions { PerLevelScale = 1.447269237440378 }).EntryCount);

    [Fact]
    public void TinyCudaNnsOwnTestCase()
    {
        var layout = new HashGridLayout(
            new HashGridOptions { LevelCount = 20, BaseResolution = 32, PerLevelScale = 1.5, Log2TableSize = 16 });
        Assert.Equal(2_555_904, layout.ParameterCount);
        Assert.Equal((1, 32768), (layout.Levels[0].IsDense, layout.Levels[0].EntryCount));
        Assert.Equal((0, 65536), (layout.Levels[1].IsDense, layout.Levels[1].EntryCount));
        Assert.Equal((0, 65536), (layout.Levels[2].IsDense, layout.Levels[2].EntryCount));
    }

    [Fact]
    public void ToyboxLevelsAreDense()
    {
        var layout = new HashGridLayout(HashGridOptions.Toybox);
        Assert.Equal([8, 12, 18, 27, 40, 60], layout.Levels.Select(level => level.Resolution));
        Assert.Equal(6, layout.DenseLevelCount);
    }

    [Fact]
    public void DesiredResolutionIsReached()
    {
        double scale = HashGridOptions.PerLevelScaleFor(16, 2048, 16);
        Assert.Equal(1.381912879967776, scale, 1e-14);
        Assert.Equal(2048, new HashGridLayout(new HashGridOptions { PerLevelScale = scale }).Levels[^1].Resolution);
        Assert.Equal(1, HashGridOptions.PerLevelScaleFor(16, 16, 1));
    }

    [Theory]
    [InlineData(1, 2, 3, 2892625372u, 128476u)]
    [InlineData(0, 0, 1, 805459861u, 153493u)]
    [InlineData(7, 11, 13, 3162261517u, 280589u)]
    [InlineData(2047, 2047, 2047, 4281096667u, 285147u)]
    public void HashesMatch(uint x, uint y, uint z, uint hash, uint slot)
    {
        Assert.Equal(hash, HashGridLayout.Hash(x, y, z));
        Assert.Equal(slot, HashGridLayout.Hash(x, y, z) % (1u << 19));
    }

    [Fact]
    public void BadOptionsAreNamedTogether()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => new HashGridLayout(new HashGridOptions { LevelCount = 0, FeaturesPerLevel = 3, PerLevelScale = double.NaN }));
        Assert.Contains("0 levels", error.Message, StringComparison.Ordinal);
        Assert.Contains("3 features", error.Message, StringComparison.Ordinal);
        Assert.Contains("NaN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TablesPastTheIndexRangeAreRefused()
        => Assert.Throws<ArgumentException>(
            () => new HashGridLayout(new HashGridOptions { LevelCount = 32, FeaturesPerLevel = 8, Log2TableSize = 28, PerLevelScale = 2 }));
}
