using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Field;

public sealed class FieldOptionsTests
{
    [Theory]
    [InlineData(BlobKind.Linear, DensityBlob.Linear)]
    [InlineData(BlobKind.Gaussian, DensityBlob.Gaussian)]
    [InlineData(BlobKind.AddedGaussian, DensityBlob.AddedGaussian)]
    public void Blobs_before_and_after_the_activation_can_be_asked_for(BlobKind kind, DensityBlob blob)
    {
        DensityOptions density = FieldOptions.From(new NerfConfiguration { BlobKind = kind, BlobRadius = 0.2f }).Density;
        Assert.Equal((blob, 5f, 0.2f), (density.Blob, density.BlobDensity, density.BlobRadius));
        Assert.Empty(density.Validate());
    }
}
