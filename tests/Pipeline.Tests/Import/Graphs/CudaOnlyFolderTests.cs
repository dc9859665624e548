using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Tests.Models;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

public sealed class CudaOnlyFolderTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void InspectionSaysWhetherAFolderRunsOnCudaOnly(bool fused)
    {
        using ToyboxCopy copy = new();
        Replace(copy, fused);
        ModelInspection inspection = ModelInspection.Of(copy.Path);
        Assert.Empty(inspection.Problems);
        Assert.Equal(fused ? 1 : 0, inspection.Notes.Count(n => n.Contains("runs on CUDA only: its unet uses com.microsoft.BiasSplitGelu, com.microsoft.GroupNorm", StringComparison.Ordinal)));
    }

    [Fact]
    public void OnTheCpuAFusedFolderIsRefusedWithTheWayOut()
    {
        using ToyboxCopy copy = new();
        Replace(copy, fused: true);
        var model = ModelFolder.Open(copy.Path);
        DfkException error = Assert.Throws<DfkException>(() => new Denoiser(model, new NoiseSchedule(model.Scheduler)).Dispose());
        Assert.Equal(ExitCode.MachineLacks, error.ExitCode);
        Assert.Contains("--guidance-device cuda", error.Message, StringComparison.Ordinal);
        Assert.Contains("without --fused", error.Message, StringComparison.Ordinal);
    }

    private static void Replace(ToyboxCopy copy, bool fused)
    {
        var toybox = ModelFolder.Open(copy.Path);
        int width = (int)toybox.Unet.Input("text states", 3).Dimensions[2]!.Value;
        UNetArchitecture unet = TinyNetwork.Base1.UNet with { SampleSize = toybox.LatentSize, CrossAttentionWidth = width };
        Directory.Delete(copy["unet"], recursive: true);
        Directory.CreateDirectory(copy["unet"]);
        UNetGraph.Write(copy["unet"], unet, new FormulaWeights(ParameterShapes.UNet(unet)), new GraphOptions(Fused: fused));
    }
}
