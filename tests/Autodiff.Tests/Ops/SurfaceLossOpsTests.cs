using System;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.References.Losses;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Autodiff.Tests.Ops;

public sealed class SurfaceLossOpsTests
{
    private static Variable Parameter(TestDevice device, double[] values, int columns) =>
        new(device.Upload(values), device.Zeros<float>(values.Length), values.Length / columns, columns);

    // L = 0.3 image(n) + 0.2 space(n, s): both losses add to the gradient of the same normals.
    [Fact]
    public void NormalSmoothness_GradientsOfTwoLossesAddUp()
    {
        const int width = 4, height = 3;
        double[] n = RandomArrays.UnitVectors(new Random(1), width * height), s = RandomArrays.UnitVectors(new Random(2), width * height);
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable normals = Parameter(device, n, 3), shifted = Parameter(device, s, 3);
        Variable image = tape.ImageNormalSmoothness(normals, width, height, 0.3f);
        Variable space = tape.SpaceNormalSmoothness(normals, shifted, 0.2f);
        tape.Backward();
        Close.Require("image", SurfaceLossReference.ImageSmoothness(n, width, height), device.Read(image.Value)[0], 1e-6);
        Close.Require("space", SurfaceLossReference.SpaceSmoothness(n, s), device.Read(space.Value)[0], 1e-6);
        double Loss(double[] a, double[] b) => 0.3 * SurfaceLossReference.ImageSmoothness(a, width, height) + 0.2 * SurfaceLossReference.SpaceSmoothness(a, b);
        GradientCheck.Require("dL/dn", GradientCheck.CentralDifferences(x => Loss(x, s), n, 1e-6), device.Read(normals.Gradient), 1e-5);
        GradientCheck.Require("dL/ds", GradientCheck.CentralDifferences(x => Loss(n, x), s, 1e-6), device.Read(shifted.Gradient), 1e-5);
    }

    [Fact]
    public void ZVariance_FlowsToTheWeights()
    {
        double[] w = [0.3, 0.2, 0.4, 0.1, 0.1], t = [1, 2, 2.5, 1, 3];
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable weights = Parameter(device, w, 1);
        var samples = new PackedSamples(
            device.Upload(new SampleRange[] { new() { Offset = 0, Count = 3 }, new() { Offset = 3, Count = 2 } }),
            device.Zeros<Float3>(5), device.Upload([0, 0, 0, 1, 1]), device.Upload(t), device.Zeros<float>(5));
        Variable value = tape.ZVarianceLoss(samples, weights, 0.5f);
        tape.Backward();
        double Loss(double[] x) => SurfaceLossReference.ZVariance([0, 3], [3, 2], x, t, [true, false]);
        Close.Require("value", Loss(w), device.Read(value.Value)[0], 1e-6);
        GradientCheck.Require("dL/dw", GradientCheck.CentralDifferences(x => 0.5 * Loss(x), w), device.Read(weights.Gradient), 1e-5);
    }

    [Fact]
    public void AWeightOfZeroCostsNoGradient()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable normals = tape.Allocate(4, 3, requiresGradient: true);
        tape.ImageNormalSmoothness(normals, 2, 2, 0f);
        tape.SpaceNormalSmoothness(normals, normals, 0f);
        Assert.False(normals.HasGradient);
    }

    [Fact]
    public void WrongShapesAreRefused()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable twoColumns = tape.Allocate(4, 2, requiresGradient: false);
        Assert.Throws<ArgumentException>(() => tape.ImageNormalSmoothness(twoColumns, 2, 2, 1f));
        Assert.Throws<ArgumentException>(() => tape.SpaceNormalSmoothness(twoColumns, twoColumns, 1f));
    }
}
