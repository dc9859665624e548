using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Kernels.Shade;
using Xunit;

namespace DreamFusion.Kernels.Tests;

/// <summary>Defaults that are published ones: who changes one changes what it is compared with.</summary>
public sealed class ReferenceDefaultsTests
{
    // stable-dreamfusion and NeMo: 128³, decay 0.95, threshold min(mean, 10), 1024 steps.
    [Fact]
    public void OccupancyAndMarch()
    {
        var grid = new OccupancyGridOptions();
        Assert.Equal((128, 0.95f, 10f, true), (grid.Resolution, grid.Decay, grid.DensityThreshold, grid.ThresholdByMean));
        Assert.Equal((1024, 0f), (new RayMarchOptions { StepLength = 1f }.MaxSteps, new RayMarchOptions { StepLength = 1f }.ConeAngle));
    }

    // Müller et al. 2022 with 16 levels from 16 to 2048; torch-ngp's six frequencies; mip-NeRF's bands as DreamFusion has them.
    [Fact]
    public void Encodings()
    {
        var grid = new HashGridOptions();
        Assert.Equal((16, 2, 19, 16), (grid.LevelCount, grid.FeaturesPerLevel, grid.Log2TableSize, grid.BaseResolution));
        Assert.Equal(39, new FrequencyOptions().FeatureCount);
        Assert.Equal(48, new IntegratedPositionalOptions().FeatureCount);
    }

    // stable-dreamfusion: exp, a Gaussian of height 5 and radius 0.2 before it, differences of 0.01.
    [Fact]
    public void DensityAndNormals()
    {
        var density = new DensityOptions();
        Assert.Equal((DensityActivation.Exp, DensityBlob.Gaussian, 5f, 0.2f), (density.Activation, density.Blob, density.BlobDensity, density.BlobRadius));
        Assert.Equal(0.01f, new FiniteDifferenceOptions().Epsilon);
    }

    // Adan as stable-dreamfusion and NeMo call it, Adam as stable-dreamfusion does, Distributed Shampoo as DreamFusion's appendix A has it.
    [Fact]
    public void Optimisers()
    {
        var adan = new AdanOptions();
        Assert.Equal((0.98, 0.92, 0.99, 1e-8, 5d, true), (adan.Beta1, adan.Beta2, adan.Beta3, adan.Epsilon, adan.MaxGradientNorm, adan.ProximalWeightDecay));
        var adam = new AdamOptions();
        Assert.Equal((0.9, 0.99, 1e-15), (adam.Beta1, adam.Beta2, adam.Epsilon));
        var shampoo = new ShampooOptions();
        Assert.Equal((0.9, 0.9, 1e-6, 128, 2), (shampoo.Beta1, shampoo.Beta2, shampoo.Epsilon, shampoo.BlockSize, shampoo.ExponentOverride));
        Assert.Equal(ShampooGrafting.SqrtN, shampoo.Grafting);
        Assert.Equal(0.95, new EmaOptions().Decay);
    }
}
