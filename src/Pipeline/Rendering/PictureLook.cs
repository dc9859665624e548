using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>How a view is shown: any number of kinds of picture, all from one march.</summary>
public sealed record PictureLook
{
    /// <summary>Ambient share where none is given, that of the evaluation's textureless pictures.</summary>
    public const float DefaultAmbient = 0.4f;

    /// <summary>What is shown, at least one kind; default albedo.</summary>
    public IReadOnlyList<PictureKind> Kinds { get; init; } = [PictureKind.Albedo];

    /// <summary>Unit direction from the object towards a light at infinity; null, the default, for a light at the camera.</summary>
    public Vector3? LightDirection { get; init; }

    /// <summary>Ambient share a of the shaded kinds, 0..1; the diffuse share is 1 - a.</summary>
    public float Ambient { get; init; } = DefaultAmbient;

    /// <summary>What stands behind the object; default white.</summary>
    public PictureBackground Background { get; init; } = PictureBackground.Of(Rgb.White);

    /// <summary>Highlights of <see cref="PictureKind.Phong"/>; null for the material's defaults.</summary>
    public MaterialConfiguration? Material { get; init; }

    /// <summary>Whether a kind is a picture in colour, over the background.</summary>
    public static bool IsColour(PictureKind kind) => kind is not (PictureKind.Depth or PictureKind.Opacity);

    /// <summary>Whether any kind needs normals.</summary>
    public bool NeedsNormals => Kinds.Any(kind => IsColour(kind) && kind != PictureKind.Albedo);

    /// <summary>Unit direction towards the light for a camera.</summary>
    public Vector3 LightFor(OrbitCamera camera) => LightDirection ?? camera.Back;

    /// <summary>The light's direction from angles as the cameras'.</summary>
    /// <param name="azimuthDegrees">From +Z towards +X.</param>
    /// <param name="elevationDegrees">Above the horizon.</param>
    public static Vector3 LightAt(float azimuthDegrees, float elevationDegrees)
    {
        (float sinAzimuth, float cosAzimuth) = MathF.SinCos(azimuthDegrees * (MathF.PI / 180f));
        (float sinElevation, float cosElevation) = MathF.SinCos(elevationDegrees * (MathF.PI / 180f));
        return new Vector3(cosElevation * sinAzimuth, sinElevation, cosElevation * cosAzimuth);
    }
}
