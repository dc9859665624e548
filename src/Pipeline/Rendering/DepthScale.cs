using System;
using System.Globalization;
using DreamFusion.Pipeline.Cameras;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>
/// How distance from the camera, in metres along a pixel's ray, becomes a sample. With 16 bits it is measured: sample = distance / unit,
/// rounded, 0 where there is no surface (opacity below one half; with an alpha channel, where opacity is 0). With 8 bits it is shown: white at the near
/// side of the scene's ball, black at its far side and behind.
/// </summary>
/// <param name="Near">Nearest distance of the scene's ball, metres, at least 0.</param>
/// <param name="Far">Its farthest distance, metres.</param>
public readonly record struct DepthScale(float Near, float Far)
{
    /// <summary>Opacity from which a pixel has a surface.</summary>
    public const float SurfaceOpacity = 0.5f;

    private const double FinestUnit = 1e-4;

    /// <summary>Metres of one step of a 16-bit sample: 0.0001, or ten times that, and so on, so that <see cref="Far"/> fits.</summary>
    public double Unit
    {
        get
        {
            double unit = FinestUnit;
            while (Far / unit > ushort.MaxValue)
            {
                unit *= 10;
            }

            return unit;
        }
    }

    /// <summary>The scale of a camera's view.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="radius">Radius of the scene's ball around the origin, world units.</param>
    public static DepthScale For(OrbitCamera camera, float radius)
    {
        float distance = camera.Position.Length();
        return new DepthScale(MathF.Max(distance - radius, 0f), distance + radius);
    }

    /// <summary>The scale in words, for a picture's own text.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"Distance from the camera along each pixel's ray in metres = sample * {Unit:0.##########}; 0 is no surface. Scene between {Near:g6} and {Far:g6} m.");

    /// <summary>A distance as a 16-bit sample, at least 1.</summary>
    public ushort Measure(float distance) => (ushort)Math.Clamp(Math.Round(distance / Unit, MidpointRounding.AwayFromZero), 1, ushort.MaxValue);

    /// <summary>A distance as a grey value, 0..1.</summary>
    public float Show(float distance) => Math.Clamp((Far - distance) / (Far - Near), 0f, 1f);
}
