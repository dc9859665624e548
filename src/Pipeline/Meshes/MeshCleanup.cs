using System;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>What a clean-up removed.</summary>
/// <param name="SmallParts">Parts with too little area.</param>
/// <param name="Hollows">Closed surfaces inside a body, which nobody can see.</param>
/// <param name="Faces">Faces removed with them.</param>
public readonly record struct CleanupReport(int SmallParts, int Hollows, int Faces);

/// <summary>Removes what is not the object: crumbs that float beside it, and the walls of hollows inside it.</summary>
public static class MeshCleanup
{
    /// <summary>Removes small parts and hollows. The part with the largest area stays in any case.</summary>
    /// <param name="mesh">A closed mesh.</param>
    /// <param name="leastShare">Least area of a part that stays, as a share of the largest part's, 0 to 1.</param>
    /// <param name="report">What was removed.</param>
    public static TriangleMesh Apply(TriangleMesh mesh, double leastShare, out CleanupReport report)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        var parts = MeshComponents.Of(mesh);
        int largest = 0;
        for (int part = 1; part < parts.Count; part++)
        {
            largest = parts.Volumes[part] > 0 && parts.Areas[part] > parts.Areas[largest] ? part : largest;
        }

        bool[] keep = new bool[parts.Count];
        int small = 0, hollows = 0;
        for (int part = 0; part < parts.Count; part++)
        {
            bool isSmall = part != largest && parts.Areas[part] < leastShare * parts.Areas[largest];
            bool isHollow = part != largest && !isSmall && parts.Volumes[part] < 0;
            small += isSmall ? 1 : 0;
            hollows += isHollow ? 1 : 0;
            keep[part] = !isSmall && !isHollow;
        }

        TriangleMesh kept = small + hollows == 0 ? mesh : mesh.Where(face => keep[parts.OfFace[face]]);
        report = new CleanupReport(small, hollows, mesh.FaceCount - kept.FaceCount);
        return kept;
    }
}
