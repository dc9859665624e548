namespace DreamFusion.Pipeline.Configuration;

/// <summary>Decay factors of an optimiser's running means; in YAML a sequence of two numbers, <c>[0.9, 0.99]</c>, of three for Adan.</summary>
/// <param name="First">β₁ of the mean, 0 to below 1.</param>
/// <param name="Second">β₂ of the mean square, 0 to below 1; for Adan of the mean difference.</param>
/// <param name="Third">β₃ of Adan's mean square, 0 to below 1; null for the others.</param>
public readonly record struct Moments(float First, float Second, float? Third = null)
{
    /// <summary>As in YAML.</summary>
    public override string ToString() => Third is { } third
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"[{First}, {Second}, {third}]")
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"[{First}, {Second}]");
}
