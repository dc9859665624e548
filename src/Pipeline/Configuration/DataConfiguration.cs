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
