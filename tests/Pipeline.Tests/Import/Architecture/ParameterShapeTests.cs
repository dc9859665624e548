using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Import.Architecture;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import.Architecture;

/// <summary>The counts are those of the published models; see tests/Golden/README.md.</summary>
public sealed class ParameterShapeTests
{
    private static readonly StableDiffusionArchitecture _one = StableDiffusionArchitecture.StableDiffusion1;
    private static readonly StableDiffusionArchitecture _two = StableDiffusionArchitecture.StableDiffusion2;

    [Fact]
    public void UNetOfStableDiffusion1HasThePublishedNumberOfParameters() => Check(ParameterShapes.UNet(_one.UNet), 859_520_964, 686);

    [Fact]
    public void UNetOfStableDiffusion2HasThePublishedNumberOfParameters() => Check(ParameterShapes.UNet(_two.UNet), 865_910_724, 686);

    [Fact]
    public void VaeHasThePublishedNumberOfParameters()
    {
        IReadOnlyDictionary<string, long[]> vae = ParameterShapes.Vae(_one.Vae);
        Check(vae, 83_653_863, 248);
        Assert.Equal(34_163_592, Parameters(vae.Where(p => p.Key.StartsWith("encoder.", System.StringComparison.Ordinal))));
        Assert.Equal(49_490_179, Parameters(vae.Where(p => p.Key.StartsWith("decoder.", System.StringComparison.Ordinal))));
    }

    [Fact]
    public void TextEncodersHaveThePublishedNumberOfParameters()
    {
        Check(ParameterShapes.Text(_one.Text), 123_060_480, 196);
        Check(ParameterShapes.Text(_two.Text), 340_387_840, 372);
    }

    [Fact]
    public void UNetHas22ResidualBlocksAnd16Transformers()
    {
        IReadOnlyDictionary<string, long[]> unet = ParameterShapes.UNet(_one.UNet);
        Assert.Equal(22, unet.Keys.Count(name => name.EndsWith(".conv1.weight", System.StringComparison.Ordinal)));
        Assert.Equal(16, unet.Keys.Count(name => name.EndsWith(".proj_in.weight", System.StringComparison.Ordinal)));
        Assert.Equal(61, unet.Keys.Count(name => IsGroupNorm(name)));
        Assert.Equal(48, unet.Keys.Count(name => name.Contains(".transformer_blocks.0.norm", System.StringComparison.Ordinal) && name.EndsWith(".weight", System.StringComparison.Ordinal)));
    }

    // The published order: 2560,2560,2560 | 2560,2560,1920 | 1920,1280,960 | 960,640,640.
    [Fact]
    public void ResidualBlocksOnTheWayUpTakeTheSkips()
    {
        IReadOnlyDictionary<string, long[]> unet = ParameterShapes.UNet(_one.UNet);
        long[] inputs = [.. from block in Enumerable.Range(0, 4) from resnet in Enumerable.Range(0, 3) select unet[$"up_blocks.{block}.resnets.{resnet}.norm1.weight"][0]];
        Assert.Equal([2560, 2560, 2560, 2560, 2560, 1920, 1920, 1280, 960, 960, 640, 640], inputs);
    }

    [Fact]
    public void ClipSkipLeavesAtLeastOneLayer()
    {
        Assert.Equal(11, _one.Text.WithoutLast(1).Layers);
        DfkException error = Assert.Throws<DfkException>(() => _one.Text.WithoutLast(12));
        Assert.Contains("0 to 11", error.Message, System.StringComparison.Ordinal);
    }

    private static bool IsGroupNorm(string name) =>
        name.EndsWith(".weight", System.StringComparison.Ordinal) && !name.Contains("transformer_blocks", System.StringComparison.Ordinal)
        && (name.Contains(".norm1.", System.StringComparison.Ordinal) || name.Contains(".norm2.", System.StringComparison.Ordinal)
            || name.Contains(".norm.", System.StringComparison.Ordinal) || name.StartsWith("conv_norm_out.", System.StringComparison.Ordinal));

    private static void Check(IReadOnlyDictionary<string, long[]> shapes, long parameters, int tensors)
    {
        Assert.Equal(tensors, shapes.Count);
        Assert.Equal(parameters, Parameters(shapes));
    }

    private static long Parameters(IEnumerable<KeyValuePair<string, long[]>> shapes) => shapes.Sum(p => p.Value.Aggregate(1L, (a, b) => a * b));
}
