using System.Linq;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>Which direction the noise on a camera's up axis is added to.</summary>
public enum UpAxis
{
    /// <summary>The world's +Y, from which the image's axes are then made (threestudio, the paper).</summary>
    World,

    /// <summary>The image's own up axis at right angles to the view, squared up again afterwards (stable-dreamfusion, NeMo).</summary>
    Image,
}

/// <summary>
/// Random training cameras around the origin. All draws are uniform unless said otherwise. Exactly one of
/// <c>half_width_range</c>, <c>fovx_range</c>, <c>fovy_range</c> and <c>focal_range</c> is set, or the two fields of view alike for
/// a square image; the others are <c>null</c>.
/// </summary>
public sealed record TrainDataConfiguration
{
    /// <summary>
    /// Views of a step, or a list with one number for each stage; the step's gradient is the mean of theirs. One is in memory at a time.
    /// 1 to 64, default 1.
    /// </summary>
    public CountList BatchSize { get; init; } = 1;

    /// <summary>Width of the training render, pixels, or a list with one for each stage; 8 to 1024, default 64.</summary>
    public CountList Width { get; init; } = 64;

    /// <summary>Height of the training render, pixels, or a list with one for each stage; 8 to 1024, default 64.</summary>
    public CountList Height { get; init; } = 64;

    /// <summary>Steps at which the next stage begins, for <c>width</c>, <c>height</c> and <c>batch_size</c>, as threestudio; default none.</summary>
    public CountList ResolutionMilestones { get; init; }

    /// <summary>
    /// Distance of the camera from the origin, world units; above 0 to 1000, default [3, 4]. Rays begin at
    /// <see cref="RendererConfiguration"/>'s nearest distance, so a camera may stand inside the field's bound.
    /// </summary>
    public Interval RadiusRange { get; init; } = new(3f, 4f);

    /// <summary>Half of the image's width at the origin, world units; above 0 to 100, default [1.0, 1.3]. With the distance it gives the field of view.</summary>
    public Interval? HalfWidthRange { get; init; } = new(1f, 1.3f);

    /// <summary>Horizontal field of view, degrees; above 0 to below 180, default null.</summary>
    public Interval? FovxRange { get; init; }

    /// <summary>Vertical field of view, degrees; above 0 to below 180, default null. Beside an equal <see cref="FovxRange"/> both are one draw, as in NeMo.</summary>
    public Interval? FovyRange { get; init; }

    /// <summary>Focal length in image widths, the paper's λ; above 0 to 100, default null.</summary>
    public Interval? FocalRange { get; init; }

    /// <summary>Polar angle from +Y, degrees; 0 to 180, default [45, 105].</summary>
    public Interval ThetaRange { get; init; } = new(45f, 105f);

    /// <summary>Azimuth from +Z towards +X, degrees; -360 to 360, default [-180, 180].</summary>
    public Interval PhiRange { get; init; } = new(-180f, 180f);

    /// <summary>View i of B takes its azimuth from the i-th of B equal parts of the range, as threestudio; default false.</summary>
    public bool BatchUniformAzimuth { get; init; }

    /// <summary>Share of the views taken from overhead instead; 0 to 1, default 0.12.</summary>
    public float OverheadRatio { get; init; } = 0.12f;

    /// <summary>Polar angle of an overhead view, degrees; 0 to 180, default [5, 30].</summary>
    public Interval OverheadThetaRange { get; init; } = new(5f, 30f);

    /// <summary>
    /// Share of the views, not counting overhead ones, in a direction uniform on the upper half sphere instead of in the two ranges:
    /// normalize(n, |n|, n) with n normal, as stable-dreamfusion; 0 to 1, default 0.
    /// </summary>
    public float UniformSphereRate { get; init; }

    /// <summary>
    /// Share of the remaining views whose polar angle is uniform in area (cos θ uniform over <see cref="ThetaRange"/>) instead of in
    /// angle, as threestudio; 0 to 1, default 0.
    /// </summary>
    public float UniformAreaRate { get; init; }

    /// <summary>Displace, turn and tilt every camera by the three following amounts; default false.</summary>
    public bool Jitter { get; init; }

    /// <summary>Each coordinate of the position moves by U(-x/2, x/2), world units; 0 to 100, default 0.2.</summary>
    public float JitterCenter { get; init; } = 0.2f;

    /// <summary>Each coordinate of the point looked at is x · N(0, 1), world units; 0 to 100, default 0.2.</summary>
    public float JitterTarget { get; init; } = 0.2f;

    /// <summary>x · N(0, 1) is added to each coordinate of the unit up axis; 0 to 1, default 0.02.</summary>
    public float JitterUp { get; init; } = 0.02f;

    /// <summary>The up axis that is meant: <c>world</c> or <c>image</c>, default <c>world</c>.</summary>
    public UpAxis JitterUpAxis { get; init; } = UpAxis.World;

    /// <summary>
    /// All ranges start near the default view and widen linearly, as stable-dreamfusion's: they stand at
    /// min(1, <see cref="ProgressiveViewInitRatio"/> + 2 · share of the run) of the way; default false.
    /// </summary>
    public bool ProgressiveView { get; init; }

    /// <summary>Where <see cref="ProgressiveView"/> starts; 0 to 1, default 0.2.</summary>
    public float ProgressiveViewInitRatio { get; init; } = 0.2f;

    /// <summary>
    /// Polar angle and azimuth start at the default view and widen linearly over this many steps, as threestudio's
    /// <c>progressive_until</c>: at step s they stand at min(1, s / (x + 1)) of the way. 0 (off) to 1,000,000, default 0.
    /// </summary>
    public int ProgressiveUntilSteps { get; init; }

    /// <summary>Distance of the default view, world units; above 0 to 1000, default 3.2.</summary>
    public float DefaultRadius { get; init; } = 3.2f;

    /// <summary>Polar angle of the default view, degrees; 0 to 180, default 90.</summary>
    public float DefaultPolar { get; init; } = 90f;

    /// <summary>Azimuth of the default view, degrees; -360 to 360, default 0.</summary>
    public float DefaultAzimuth { get; init; }

    /// <summary>Vertical field of view of the default view, degrees; above 0 to below 180, default 20.</summary>
    public float DefaultFovy { get; init; } = 20f;

    /// <summary>Size and number of a step's views.</summary>
    /// <param name="step">Step, from 0.</param>
    public TrainSize SizeAt(int step)
    {
        int stage = ResolutionMilestones.Values.Count(milestone => step >= milestone);
        return new TrainSize(Width.At(stage), Height.At(stage), BatchSize.At(stage));
    }
}

/// <summary>Size and number of the views of a step.</summary>
/// <param name="Width">Width, pixels.</param>
/// <param name="Height">Height, pixels.</param>
/// <param name="BatchSize">Views.</param>
public readonly record struct TrainSize(int Width, int Height, int BatchSize);
