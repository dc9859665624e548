namespace DreamFusion.Pipeline.Configuration;

/// <summary>A colour, each channel in [0, 1]; in YAML a sequence of three numbers, <c>[1, 1, 1]</c>.</summary>
/// <param name="R">Red, 0..1.</param>
/// <param name="G">Green, 0..1.</param>
/// <param name="B">Blue, 0..1.</param>
public readonly record struct Rgb(float R, float G, float B)
{
    /// <summary>White, (1, 1, 1).</summary>
    public static Rgb White => new(1f, 1f, 1f);
}
