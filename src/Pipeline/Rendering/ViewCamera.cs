using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Cameras;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>A view with the name that its files get.</summary>
/// <param name="Name">Letters, digits, dots and dashes.</param>
/// <param name="Camera">Its camera.</param>
public sealed record ViewCamera(string Name, OrbitCamera Camera)
{
    /// <summary>Elevation of <c>overhead</c>, degrees: steep, but with some of the front in view, as in training.</summary>
    public const float OverheadElevation = 75f;

    private static readonly Dictionary<string, float> _azimuths = new(StringComparer.Ordinal) { ["front"] = 0f, ["side"] = 90f, ["back"] = 180f, ["left"] = 270f, ["overhead"] = 0f };

    /// <summary>The views that have names: <c>side</c> is the one from +X, at the right of the front view; <c>left</c> is opposite.</summary>
    public static IReadOnlyCollection<string> Names => _azimuths.Keys;

    /// <summary>A view by its name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="home">Gives elevation, distance and lens.</param>
    public static ViewCamera Named(string name, OrbitCamera home) => new(name, home with
    {
        AzimuthDegrees = _azimuths[name],
        PolarDegrees = name == "overhead" ? 90f - OverheadElevation : home.PolarDegrees,
    });

    /// <summary>Every azimuth at every elevation.</summary>
    /// <param name="azimuths">Degrees from +Z towards +X.</param>
    /// <param name="elevations">Degrees above the horizon, -90..90.</param>
    /// <param name="home">Gives distance and lens.</param>
    public static IReadOnlyList<ViewCamera> Grid(IReadOnlyList<float> azimuths, IReadOnlyList<float> elevations, OrbitCamera home) =>
    [
        .. from elevation in elevations
           from azimuth in azimuths
           select new ViewCamera(
               string.Create(CultureInfo.InvariantCulture, $"azimuth{azimuth:0.###}-elevation{elevation:0.###}"),
               home with { AzimuthDegrees = azimuth, PolarDegrees = 90f - elevation }),
    ];

    /// <summary>A camera with another distance or lens; the lens stays if only the distance is given.</summary>
    /// <param name="home">The camera.</param>
    /// <param name="radius">Distance from the origin, world units, above 0; null for the camera's.</param>
    /// <param name="fovDegrees">Horizontal field of view, degrees, above 0 to below 180; null for the camera's.</param>
    public static OrbitCamera Adjust(OrbitCamera home, float? radius, float? fovDegrees)
    {
        float distance = radius ?? home.Radius;
        float tangent = fovDegrees is { } fov ? MathF.Tan(0.5f * fov * (MathF.PI / 180f)) : home.HalfWidth / home.Radius;
        return home with { Radius = distance, HalfWidth = tangent * distance };
    }
}
