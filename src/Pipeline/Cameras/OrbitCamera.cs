using System;
using System.Numerics;

namespace DreamFusion.Pipeline.Cameras;

/// <summary>
/// A pinhole camera on an orbit around the origin, looking at it. Right-handed: right × up = back, det +1.
/// </summary>
/// <param name="AzimuthDegrees">From the object's front (+Z) towards +X, degrees in [-180, 180).</param>
/// <param name="PolarDegrees">From +Y, degrees in (0, 180); 90 is at eye level, small is from above.</param>
/// <param name="Radius">Distance from the origin, world units, &gt; 0.</param>
/// <param name="HalfWidth">Half the image's width at the origin, world units, &gt; 0: the tangent of half the field of view times the radius.</param>
public readonly record struct OrbitCamera(float AzimuthDegrees, float PolarDegrees, float Radius, float HalfWidth)
{
    /// <summary>Elevation above the horizon, degrees: 90 - polar.</summary>
    public float ElevationDegrees => 90f - PolarDegrees;

    /// <summary>The camera's position: r (sin θ sin φ, cos θ, sin θ cos φ).</summary>
    public Vector3 Position => Radius * Back;

    /// <summary>Unit axis from the target to the camera.</summary>
    public Vector3 Back
    {
        get
        {
            (float sinPolar, float cosPolar) = MathF.SinCos(Radians(PolarDegrees));
            (float sinAzimuth, float cosAzimuth) = MathF.SinCos(Radians(AzimuthDegrees));
            return new Vector3(sinPolar * sinAzimuth, cosPolar, sinPolar * cosAzimuth);
        }
    }

    /// <summary>Unit axis to the right of the image; horizontal.</summary>
    public Vector3 Right
    {
        get
        {
            (float sinAzimuth, float cosAzimuth) = MathF.SinCos(Radians(AzimuthDegrees));
            return new Vector3(cosAzimuth, 0f, -sinAzimuth);
        }
    }

    /// <summary>Unit axis to the top of the image.</summary>
    public Vector3 Up => Vector3.Cross(Back, Right);

    /// <summary>Focal length in pixels of an image <paramref name="width"/> pixels wide.</summary>
    public float FocalPixels(int width) => 0.5f * width * Radius / HalfWidth;

    private static float Radians(float degrees) => degrees * (MathF.PI / 180f);
}
