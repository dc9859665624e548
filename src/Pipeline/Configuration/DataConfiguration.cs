namespace DreamFusion.Pipeline.Configuration;

/// <summary>Picture sizes and cameras.</summary>
public sealed record DataConfiguration
{
    /// <summary>The training cameras.</summary>
    [YamlName("train_dataset")]
    public TrainDataConfiguration Train { get; init; } = new();

    /// <summary>The previews.</summary>
    [YamlName("val_dataset")]
    public ViewDataConfiguration Validation { get; init; } = new() { Size = 4, Width = 128, Height = 128 };

    /// <summary>The final pictures.</summary>
    [YamlName("test_dataset")]
    public ViewDataConfiguration Test { get; init; } = new() { Size = 8, Width = 256, Height = 256 };
}

/// <summary>Cameras around the object at evenly spaced azimuths from 0.</summary>
public sealed record ViewDataConfiguration
{
    /// <summary>Number of views; 1 to 1000.</summary>
    public int Size { get; init; } = 8;

    /// <summary>Width of each picture, pixels; 8 to 4096.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Height of each picture, pixels; 8 to 4096.</summary>
    public int Height { get; init; } = 128;
}

/// <summary>Random training cameras that look at the origin; all draws are uniform.</summary>
public sealed record TrainDataConfiguration
{
    /// <summary>Width of the training render, pixels; 8 to 1024, default 64.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Height of the training render, pixels; 8 to 1024, default 64.</summary>
    public int Height { get; init; } = 64;

    /// <summary>Distance of the camera from the origin, world units; above the field's bound, default [3, 4].</summary>
    public Interval RadiusRange { get; init; } = new(3f, 4f);

    /// <summary>Half of the image's width at the origin, world units; above 0 to 100, default [1.0, 1.3]. With the distance it gives the field of view.</summary>
    public Interval HalfWidthRange { get; init; } = new(1f, 1.3f);

    /// <summary>Polar angle from +Y, degrees; 0 to 180, default [45, 105].</summary>
    public Interval ThetaRange { get; init; } = new(45f, 105f);

    /// <summary>Azimuth from +Z towards +X, degrees; -360 to 360, default [-180, 180].</summary>
    public Interval PhiRange { get; init; } = new(-180f, 180f);

    /// <summary>Share of the views taken from overhead instead; 0 to 1, default 0.12.</summary>
    public float OverheadRatio { get; init; } = 0.12f;

    /// <summary>Polar angle of an overhead view, degrees; 0 to 180, default [5, 30].</summary>
    public Interval OverheadThetaRange { get; init; } = new(5f, 30f);
}
