using System.Collections.Generic;
using DreamFusion.Pipeline.Selftest.Checks;

namespace DreamFusion.Pipeline.Selftest;

/// <summary>The checks of all kernel families, in the order in which data passes through them.</summary>
internal static class SelfChecks
{
    /// <summary>
    /// All of them. A new kernel family, or a new variant of one, needs a check here: a test compares the launchers that run with
    /// those that exist.
    /// </summary>
    public static IReadOnlyList<ISelfCheck> All { get; } =
    [
        new RandomDrawsCheck(),
        new AccumulateCheck(),
        new CameraRaysCheck(),
        new OccupancyGridCheck(),
        new OccupancySubsetCheck(),
        new RayMarchCheck(),
        new HashGridCheck(),
        new TableTotalVariationCheck(),
        new FrequencyCheck(),
        new IntegratedPositionalCheck(),
        new SphericalHarmonicsCheck(),
        new FusedMlpCheck(),
        new OutputLayerCheck(),
        new DensityCheck(),
        new AlbedoCheck(),
        new NormalCheck(),
        new DensityNormalCheck(),
        new FiniteDifferenceNormalCheck(),
        new ShadingCheck(),
        new BackgroundCheck(),
        new AlphaCompositeCheck(),
        new PixelLossCheck(),
        new OpacityLossCheck(),
        new EntropyLossCheck(),
        new OrientationLossCheck(),
        new NormalSmoothnessCheck(),
        new ZVarianceCheck(),
        new BilinearResizeCheck(),
        new RangeMapCheck(),
        new GradientInspectionCheck(),
        new AdamCheck(),
        new AdanCheck(),
        new ShampooCheck(),
        new EmaCheck(),
        new ScheduleCheck(),
    ];

    /// <summary>The families that have kernels of their own for GPUs: their checks once more, with these kernels.</summary>
    public static IReadOnlyList<ISelfCheck> Gpu { get; } =
    [
        new OccupancyGridCheck(),
        new RayMarchCheck(),
        new HashGridCheck(),
        new TensorMlpCheck(),
        new AlphaCompositeCheck(),
        new GradientInspectionCheck(),
        new AdamCheck(),
        new AdanCheck(),
    ];
}
