namespace DreamFusion.Pipeline.Configuration;

/// <summary>Decay factors of Adam's moments; in YAML a sequence of two numbers, <c>[0.9, 0.99]</c>.</summary>
/// <param name="First">β₁ of the mean, 0 to below 1.</param>
/// <param name="Second">β₂ of the mean square, 0 to below 1.</param>
public readonly record struct Moments(float First, float Second);
