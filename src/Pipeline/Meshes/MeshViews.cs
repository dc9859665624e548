using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Cameras;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>The cameras from which a mesh is compared with its field.</summary>
public static class MeshViews
{
    private const float RadiusInBounds = 3.5f;

    private static readonly float[] _elevations = [-10f, 20f, 50f];

    /// <summary>Cameras at even azimuths from 0 whose elevation goes through -10, 20 and 50 degrees; the whole bound is in the picture.</summary>
    /// <param name="bound">Half the side of the field's cube, world units.</param>
    /// <param name="count">Number of views.</param>
    public static IReadOnlyList<OrbitCamera> Around(float bound, int count) =>
    [
        .. Enumerable.Range(0, count).Select(k => new OrbitCamera(
            (k * 360f / count) - (k * 360f / count >= 180f ? 360f : 0f), 90f - _elevations[k % _elevations.Length], RadiusInBounds * bound, bound)),
    ];
}
