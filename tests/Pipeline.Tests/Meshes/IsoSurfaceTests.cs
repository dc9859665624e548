using System;
using System.Numerics;
using DreamFusion.Pipeline.Meshes;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Meshes;

public sealed class IsoSurfaceTests
{
    /// <summary>Noise has every case and every ambiguous face; its surface must still be closed and oriented.</summary>
    [Fact]
    public void The_surface_of_noise_is_closed()
    {
        var random = new Random(1);
        var lattice = SamplingLattice.Cube(1f, 24);
        float[] densities = new float[lattice.LayerLength * lattice.CountZ];
        for (int i = 0; i < densities.Length; i++)
        {
            int x = i % lattice.CountX, y = i / lattice.CountX % lattice.CountY, z = i / lattice.LayerLength;
            densities[i] = lattice.IsOutermost(x, y, z) ? 0f : random.NextSingle();
        }

        TriangleMesh mesh = IsoSurface.Extract(densities, lattice, 0.5f);
        var topology = MeshTopology.Of(mesh);
        Assert.True(mesh.FaceCount > 20000);
        Assert.Equal((0, 0, 0, 0), (topology.BoundaryEdges, topology.NonManifoldEdges, topology.InconsistentEdges, topology.DegenerateFaces));
        Assert.True(topology.IsWatertight);
    }

    [Theory]
    [InlineData("ball", 1f)]
    [InlineData("torus", 1f)]
    [InlineData("box", 1.2f)]
    public void Surfaces_lie_within_a_cell_of_the_truth(string name, float cells)
    {
        AnalyticSolid solid = name switch { "ball" => AnalyticSolid.Ball, "torus" => AnalyticSolid.Torus, _ => AnalyticSolid.Box };
        var lattice = SamplingLattice.Cube(solid.Bound, 48);
        TriangleMesh mesh = IsoSurface.Extract(solid, lattice, AnalyticSolid.FullDensity / 2f);
        float distance = MeshDistance.Hausdorff(mesh, solid);
        Assert.True(distance <= cells * lattice.CellSize, $"{distance / lattice.CellSize} cells");
        var topology = MeshTopology.Of(mesh);
        Assert.True(topology.IsWatertight && topology.InconsistentEdges == 0 && topology.Components == 1);
        // Euler: V - E + F is 2 for a ball or box, 0 for a torus.
        Assert.Equal(name == "torus" ? 0 : 2, mesh.VertexCount - topology.EdgeCount + mesh.FaceCount);
    }

    /// <summary>4/3 π r³: the vertices lie on the ball, the faces a little inside.</summary>
    [Fact]
    public void The_ball_has_its_volume_and_its_normals_point_outwards()
    {
        TriangleMesh mesh = IsoSurface.Extract(AnalyticSolid.Ball, SamplingLattice.Cube(1f, 64), AnalyticSolid.FullDensity / 2f);
        double volume = MeshComponents.Of(mesh).Volumes[0];
        double truth = 4 * Math.PI / 3 * Math.Pow(AnalyticSolid.Radius, 3);
        Assert.True(Math.Abs((volume / truth) - 1) <= 2e-3, $"{volume} of {truth}");
        for (int face = 0; face < mesh.FaceCount; face++)
        {
            Assert.True(Vector3.Dot(mesh.AreaNormal(face), mesh.Centre(face)) > 0f, $"face {face}");
        }
    }

    /// <summary>Vertices are bisected to 1/128 of a cell, however steep the density; linear interpolation alone misses by half a cell here.</summary>
    [Fact]
    public void Vertices_lie_on_the_surface_also_where_the_density_jumps()
    {
        AnalyticSolid smooth = AnalyticSolid.Ball;
        AnalyticSolid jump = smooth with { Distance = p => smooth.Distance(p) < 0f ? -1f : 1f };
        var lattice = SamplingLattice.Cube(1f, 40);
        TriangleMesh mesh = IsoSurface.Extract(jump, lattice, AnalyticSolid.FullDensity / 2f);
        foreach (Vector3 vertex in mesh.Positions)
        {
            // Plus the two hundredths of a cell by which vertices keep off the lattice's points.
            Assert.True(MathF.Abs(smooth.Distance(vertex)) <= 0.03f * lattice.CellSize, $"{smooth.Distance(vertex) / lattice.CellSize} cells");
        }
    }

    [Fact]
    public void An_object_that_reaches_the_bound_is_closed_there()
    {
        AnalyticSolid everywhere = AnalyticSolid.Ball with { Distance = _ => -1f };
        TriangleMesh mesh = IsoSurface.Extract(everywhere, SamplingLattice.Cube(1f, 8), 1f);
        Assert.True(MeshTopology.Of(mesh).IsWatertight);
    }

    [Fact]
    public void Density_that_is_no_number_is_refused_with_its_place()
    {
        AnalyticSolid broken = AnalyticSolid.Ball with { Distance = p => p.X > 0.5f ? float.NaN : 1f };
        var error = Assert.Throws<DfkException>(() => IsoSurface.Extract(broken, SamplingLattice.Cube(1f, 8), 1f));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("NaN", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Cells are cubes; the shorter sides are covered whole.</summary>
    [Fact]
    public void A_lattice_over_a_box_has_cubic_cells_and_covers_it()
    {
        var lattice = SamplingLattice.Box(new Vector3(-1f, 0f, 0f), new Vector3(1f, 0.55f, 1f), 20);
        Assert.Equal((21, 7, 11), (lattice.CountX, lattice.CountY, lattice.CountZ));
        Assert.Equal(0.1f, lattice.CellSize, 1e-6f);
        Assert.True(lattice.Origin.Y <= 0f && lattice.Point(0, 6, 0).Y >= 0.55f);
    }
}
