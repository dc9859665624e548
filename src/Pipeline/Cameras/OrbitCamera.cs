using System;
using System.Numerics;

namespace DreamFusion.Pipeline.Cameras;

/// <summary>
/// A pinhole camera on an orbit around the origin: it looks at the origin unless it is displaced, turned or tilted. Always
/// right-handed: right × up = back, det +1, so a render is never the mirror image of the object.
/// </summary>
/// <param name="AzimuthDegrees">From the object's front (+Z) towards +X, degrees; of the orbit, whatever <see cref="Offset"/> adds.</param>
/// <param name="PolarDegrees">From +Y, degrees in [0, 180]; 90 is at eye level, small is from above.</param>
/// <param name="Radius">Distance from the origin, world units, &gt; 0.</param>
/// <param name="HalfWidth">Half the image's width at that distance, world units, &gt; 0: the tangent of half the field of view times the radius.</param>
public readonly record struct OrbitCamera(float AzimuthDegrees, float PolarDegrees, float Radius, float HalfWidth)
{
    private const float SmallestSine = 1e-4f;

    /// <summary>Added to the position, world units; default none.</summary>
    public Vector3 Offset { get; init; }

    /// <summary>The point looked at, world units; default the origin.</summary>
    public Vector3 Target { get; init; }

    /// <summary>Direction that points up in the image, of any length and at any angle to the view; zero, the default, for +Y.</summary>
    public Vector3 UpHint { get; init; }

    /// <summary>Elevation above the horizon, degrees: 90 - polar.</summary>
    public float ElevationDegrees => 90f - PolarDegrees;

    /// <summary>Horizontal field of view, degrees.</summary>
    public float FieldOfViewDegrees => 2f * MathF.Atan(HalfWidth / Radius) * (180f / MathF.PI);

    /// <summary>The camera's position: r (sin θ sin φ, cos θ, sin θ cos φ), displaced by <see cref="Offset"/>.</summary>
    public Vector3 Position => (Radius * Orbit) + Offset;

    /// <summary>Unit axis from the target to the camera.</summary>
    public Vector3 Back => LooksAtOrigin ? Orbit : Vector3.Normalize(Position - Target);

    /// <summary>Unit axis to the right of the image; horizontal unless <see cref="UpHint"/> tilts it.</summary>
    public Vector3 Right
    {
        get
        {
            if (LooksAtOrigin && UpHint == Vector3.Zero)
            {
                return Horizontal;
            }
            Vector3 back = Back;
            Vector3 up = UpHint == Vector3.Zero ? Vector3.UnitY : UpHint;
            Vector3 right = Vector3.Cross(up, back);
            // Along the view up is no hint; the orbit's own horizontal axis is then at right angles to the view.
            return right.Length() > SmallestSine * up.Length()
                ? Vector3.Normalize(right)
                : Vector3.Normalize(Horizontal - (Vector3.Dot(Horizontal, back) * back));
        }
    }

    /// <summary>Unit axis to the top of the image.</summary>
    public Vector3 Up => Vector3.Cross(Back, Right);

    // Without jitter the axes come from the angles alone and stay exact at the poles.
    private bool LooksAtOrigin => Offset == Vector3.Zero && Target == Vector3.Zero;

    private Vector3 Orbit
    {
        get
        {
            (float sinPolar, float cosPolar) = MathF.SinCos(Radians(PolarDegrees));
            (float sinAzimuth, float cosAzimuth) = MathF.SinCos(Radians(AzimuthDegrees));
            return new Vector3(sinPolar * sinAzimuth, cosPolar, sinPolar * cosAzimuth);
        }
    }

    private Vector3 Horizontal
    {
        get
        {
            (float sinAzimuth, float cosAzimuth) = MathF.SinCos(Radians(AzimuthDegrees));
            return new Vector3(cosAzimuth, 0f, -sinAzimuth);
        }
    }

    /// <summary>Focal length in pixels of an image <paramref name="width"/> pixels wide.</summary>
    public float FocalPixels(int width) => 0.5f * width * Radius / HalfWidth;

    private static float Radians(float degrees) => degrees * (MathF.PI / 180f);
}
