using System;
using System.Linq;
using System.Numerics;
using DreamFusion.Pipeline.Meshes;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Meshes;

public sealed class QuadricDecimatorTests
{
    [Fact]
    public void Planes_and_points_give_their_squared_distance_and_their_minimum()
    {
        Vector3 p = new(0.3f, -0.2f, 0.5f);
        Quadric corner = Quadric.Plane(Vector3.UnitX, p, 2) + Quadric.Plane(Vector3.UnitY, p, 3) + Quadric.Plane(Vector3.Normalize(Vector3.One), p, 1);
        Assert.True(corner.TryMinimum(out Vector3 minimum));
        Assert.True((minimum - p).Length() <= 1e-6f);
        // 2 (0.1)² + 3 (0.2)² + (0.1 + 0.2 + 0.3)² / 3, by hand.
        Assert.Equal(0.26, corner.At(p + new Vector3(0.1f, 0.2f, 0.3f)), 1e-6);
        Assert.Equal(4 * 0.14, Quadric.Point(p, 4).At(p + new Vector3(0.1f, 0.2f, 0.3f)), 1e-6);
        Assert.False(Quadric.Plane(Vector3.UnitX, p, 1).TryMinimum(out _));
    }

    [Theory]
    [InlineData("ball", 600, 0.25f)]
    [InlineData("torus", 1500, 0.3f)]
    [InlineData("asymmetric", 800, 1.2f)]
    public void A_tenth_of_the_faces_keeps_shape_and_topology(string name, int budget, float cells)
    {
        AnalyticSolid solid = name switch { "ball" => AnalyticSolid.Ball, "torus" => AnalyticSolid.Torus, _ => AnalyticSolid.Asymmetric };
        var lattice = SamplingLattice.Cube(solid.Bound, 48);
        TriangleMesh mesh = IsoSurface.Extract(solid, lattice, AnalyticSolid.FullDensity / 2f);
        var before = MeshTopology.Of(mesh);
        TriangleMesh small = QuadricDecimator.Reduce(mesh, budget);
        var after = MeshTopology.Of(small);
        Assert.InRange(small.FaceCount, budget - 1, budget);
        Assert.True(after.IsWatertight && after.InconsistentEdges == 0 && after.DegenerateFaces == 0);
        Assert.Equal(before.Components, after.Components);
        Assert.Equal(mesh.VertexCount - before.EdgeCount + mesh.FaceCount, small.VertexCount - after.EdgeCount + small.FaceCount);
        float distance = MeshDistance.Hausdorff(small, solid);
        Assert.True(distance <= cells * lattice.CellSize, $"{distance / lattice.CellSize} cells");
        double kept = MeshComponents.Of(small).Volumes.Sum() / MeshComponents.Of(mesh).Volumes.Sum();
        Assert.True(Math.Abs(kept - 1) <= 0.01, $"volume {kept}");
    }

    /// <summary>
    /// A ring whose tube is a triangle all the way round: joining two of the triangle's corners would fold the tube flat there, for they share the
    /// third corner without a face between the three. Only the link condition forbids it; the fewest faces a torus can have are 14.
    /// </summary>
    [Theory]
    [InlineData(40)]
    [InlineData(14)]
    public void A_thin_tube_is_not_pinched(int budget)
    {
        const int Rings = 40;
        Vector3 Corner(int ring, int corner)
        {
            (float sin, float cos) = MathF.SinCos(2f * MathF.PI * ring / Rings);
            (float up, float outwards) = MathF.SinCos(2f * MathF.PI * corner / 3f);
            return new Vector3((1f + (0.1f * outwards)) * sin, 0.1f * up, (1f + (0.1f * outwards)) * cos);
        }

        Vector3[] positions = [.. Enumerable.Range(0, 3 * Rings).Select(i => Corner(i / 3, i % 3))];
        int[] triangles =
        [
            .. Enumerable.Range(0, 3 * Rings).SelectMany(i =>
            {
                (int ring, int corner) = (i / 3, i % 3);
                (int a, int b) = (i, (3 * ring) + ((corner + 1) % 3));
                (int c, int d) = ((a + 3) % (3 * Rings), (b + 3) % (3 * Rings));
                return (int[])[a, c, b, b, c, d];
            }),
        ];
        TriangleMesh tube = new(positions, triangles);
        Assert.True(MeshTopology.Of(tube).IsWatertight && MeshComponents.Of(tube).Volumes.Single() > 0);
        TriangleMesh small = QuadricDecimator.Reduce(tube, budget);
        var topology = MeshTopology.Of(small);
        Assert.InRange(small.FaceCount, 14, 100);
        Assert.Equal((0, 0, 0, 0, 1), (topology.BoundaryEdges, topology.NonManifoldEdges, topology.InconsistentEdges, topology.DegenerateFaces, topology.Components));
        Assert.Equal(0, small.VertexCount - topology.EdgeCount + small.FaceCount);
    }

    /// <summary>A flat square sheet: its outline and area must survive, to the few triangles that it needs.</summary>
    [Fact]
    public void The_outline_of_an_open_sheet_stays()
    {
        const int Side = 20;
        Vector3[] positions = [.. Enumerable.Range(0, (Side + 1) * (Side + 1)).Select(i => new Vector3(i % (Side + 1), i / (Side + 1), 0f) / Side)];
        int[] triangles =
        [
            .. Enumerable.Range(0, Side * Side).SelectMany(cell =>
            {
                int i = (cell / Side * (Side + 1)) + (cell % Side);
                return (int[])[i, i + 1, i + Side + 2, i, i + Side + 2, i + Side + 1];
            }),
        ];
        TriangleMesh small = QuadricDecimator.Reduce(new TriangleMesh(positions, triangles), 40);
        Assert.True(small.FaceCount <= 40, $"{small.FaceCount} faces");
        Assert.True(Math.Abs(small.Area() - 1) <= 1e-3, $"area {small.Area()}");
        Assert.All(positions.Where(p => p.X is 0f or 1f && p.Y is 0f or 1f), corner => Assert.Contains(small.Positions, p => (p - corner).Length() <= 0.02f));
        Assert.Equal(0, MeshTopology.Of(small).InconsistentEdges);
    }

    [Fact]
    public void The_same_mesh_gives_the_same_result_and_a_small_one_stays_as_it_is()
    {
        TriangleMesh mesh = IsoSurface.Extract(AnalyticSolid.Torus, SamplingLattice.Cube(1.1f, 24), AnalyticSolid.FullDensity / 2f);
        TriangleMesh first = QuadricDecimator.Reduce(mesh, 300), second = QuadricDecimator.Reduce(mesh, 300);
        Assert.Equal(first.Positions, second.Positions);
        Assert.Equal(first.Triangles, second.Triangles);
        Assert.Same(mesh, QuadricDecimator.Reduce(mesh, mesh.FaceCount));
    }

    /// <summary>A tetrahedron cannot lose a face without falling flat; a budget below what is possible ends, and leaves a closed mesh.</summary>
    [Fact]
    public void What_cannot_be_reduced_stays_closed()
    {
        TriangleMesh mesh = IsoSurface.Extract(AnalyticSolid.Ball, SamplingLattice.Cube(1f, 16), AnalyticSolid.FullDensity / 2f);
        TriangleMesh least = QuadricDecimator.Reduce(mesh, 4);
        Assert.True(MeshTopology.Of(least).IsWatertight);
        Assert.True(least.FaceCount >= 4 && MeshTopology.Of(least).DegenerateFaces == 0);
    }
}
