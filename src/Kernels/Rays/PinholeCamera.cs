using System;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Rays;

/// <summary>
/// A pinhole camera whose principal point is the image centre. The basis (right, up, back) is orthonormal and right-handed
/// (right × up = back, determinant +1), so a render is never the mirror image of the exported mesh. Image row 0 is the top
/// row, column 0 the left one, as the viewer sees them.
/// </summary>
public struct PinholeCamera
{
    /// <summary>Centre of projection, world units.</summary>
    public Float3 Position;

    /// <summary>Unit vector towards the image's right edge.</summary>
    public Float3 Right;

    /// <summary>Unit vector towards the image's top edge.</summary>
    public Float3 Up;

    /// <summary>Unit vector away from the scene: the camera looks along -Back.</summary>
    public Float3 Back;

    /// <summary>Focal length in pixels, the same for both axes, &gt; 0.</summary>
    public float FocalPixels;

    /// <summary>Image width W in pixels, ≥ 1.</summary>
    public int Width;

    /// <summary>Image height H in pixels, ≥ 1.</summary>
    public int Height;

    /// <summary>Largest deviation from orthonormality and from determinant 1 that <see cref="Validate"/> accepts.</summary>
    public const float BasisTolerance = 1e-4f;

    /// <summary>Number of pixels W·H, one ray each, in row-major order.</summary>
    public readonly int PixelCount => Width * Height;

    /// <summary>Determinant of the basis, (right × up)·back: +1 for a camera, -1 for its mirror image.</summary>
    public readonly float Determinant => Float3.Dot(Float3.Cross(Right, Up), Back);

    /// <summary>Checks size, focal length and basis on the host.</summary>
    /// <exception cref="ArgumentException">The message names the field, its value and what is expected.</exception>
    public readonly void Validate()
    {
        if (Width < 1 || Height < 1)
        {
            throw new ArgumentException($"Camera: image of {Width}x{Height} pixels; both sides must be at least 1.");
        }
        if (!(FocalPixels > 0f && float.IsFinite(FocalPixels)))
        {
            throw new ArgumentException($"Camera: focal length {FocalPixels} pixels; it must be positive and finite.");
        }
        float determinant = Determinant;
        bool orthonormal = IsUnit(Right) && IsUnit(Up) && IsUnit(Back)
            && MathF.Abs(Float3.Dot(Right, Up)) <= BasisTolerance
            && MathF.Abs(Float3.Dot(Right, Back)) <= BasisTolerance
            && MathF.Abs(Float3.Dot(Up, Back)) <= BasisTolerance;
        if (!(orthonormal && MathF.Abs(determinant - 1f) <= BasisTolerance))
        {
            throw new ArgumentException(
                $"Camera: the basis (right, up, back) must be orthonormal with determinant +1, got determinant {determinant:g6}; -1 means a mirrored image (swap the sign of right).");
        }
    }

    private static bool IsUnit(Float3 v) => MathF.Abs(Float3.Dot(v, v) - 1f) <= BasisTolerance;
}
