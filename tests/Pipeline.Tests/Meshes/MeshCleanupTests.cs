using System;
using System.Numerics;
using DreamFusion.Pipeline.Meshes;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Meshes;

public sealed class MeshCleanupTests
{
    /// <summary>A hollow ball, a small second ball and a crumb: the wall inside and the crumb go, the second ball stays.</summary>
    [Fact]
    public void Crumbs_and_hollows_go_and_bodies_stay()
    {
        static float Distance(Vector3 p)
        {
            float shell = MathF.Abs(p.Length() - 0.45f) - 0.1f;
            float second = (p - new Vector3(0.8f, 0f, 0f)).Length() - 0.15f;
            float crumb = (p - new Vector3(-0.8f, 0.5f, 0f)).Length() - 0.045f;
            return MathF.Min(shell, MathF.Min(second, crumb));
        }

        AnalyticSolid solid = AnalyticSolid.Ball with { Distance = Distance };
        TriangleMesh mesh = IsoSurface.Extract(solid, SamplingLattice.Cube(1f, 64), AnalyticSolid.FullDensity / 2f);
        Assert.Equal(4, MeshTopology.Of(mesh).Components);
        TriangleMesh clean = MeshCleanup.Apply(mesh, 0.01, out CleanupReport report);
        Assert.Equal((1, 1), (report.SmallParts, report.Hollows));
        Assert.Equal(mesh.FaceCount - clean.FaceCount, report.Faces);
        var parts = MeshComponents.Of(clean);
        Assert.Equal(2, parts.Count);
        double truth = 4 * Math.PI / 3 * (Math.Pow(0.55, 3) + Math.Pow(0.15, 3));
        double volume = parts.Volumes[0] + parts.Volumes[1];
        Assert.True(Math.Abs((volume / truth) - 1) <= 0.01, $"{volume} of {truth}");
        Assert.True(MeshTopology.Of(clean).IsWatertight);
    }

    /// <summary>Two tetrahedra on one edge, one face turned over: counted by hand.</summary>
    [Fact]
    public void Topology_is_counted()
    {
        Vector3[] corners = [Vector3.Zero, Vector3.UnitX, Vector3.UnitY, Vector3.UnitZ, new(0f, -1f, 0f), new(0f, -1f, -1f)];
        int[] first = [0, 2, 1, 0, 1, 3, 1, 2, 3, 0, 3, 2];
        int[] second = [0, 1, 4, 0, 5, 1, 1, 5, 4, 0, 4, 5];
        var good = MeshTopology.Of(new TriangleMesh(corners, first));
        Assert.Equal(new MeshTopology(6, 0, 0, 0, 0, 1), good);
        Assert.True(good.IsWatertight);
        var touching = MeshTopology.Of(new TriangleMesh(corners, [.. first, .. second]));
        Assert.Equal((11, 0, 1, 0), (touching.EdgeCount, touching.BoundaryEdges, touching.NonManifoldEdges, touching.InconsistentEdges));
        int[] turned = [0, 1, 2, .. first[3..]];
        Assert.Equal(3, MeshTopology.Of(new TriangleMesh(corners, turned)).InconsistentEdges);
        var open = MeshTopology.Of(new TriangleMesh(corners, first[3..]));
        Assert.Equal((3, false), (open.BoundaryEdges, open.IsWatertight));
    }
}
