using System;
using System.Numerics;
using DreamFusion.Pipeline.Meshes;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Meshes;

public sealed class SurfaceNormalsTests
{
    /// <summary>
    /// A block that is larger than the ball in which the field is defined: where the ball cuts it off, each difference along an axis is all or
    /// nothing and their sum one of 26 directions. The surface there is the sphere, and its normals are radii.
    /// </summary>
    [Fact]
    public void Where_the_field_ends_normals_are_those_of_the_cut()
    {
        HalfSpaceInBall solid = new();
        var lattice = SamplingLattice.Cube(1.05f, 64);
        TriangleMesh mesh = IsoSurface.Extract(solid, lattice, 0.5f * HalfSpaceInBall.Full);
        Vector3[] normals = SurfaceNormals.Of(solid, mesh, lattice.CellSize);
        int onSphere = 0, onPlane = 0;
        for (int vertex = 0; vertex < mesh.VertexCount; vertex++)
        {
            Vector3 p = mesh.Positions[vertex];
            bool isBelow = p.Y < HalfSpaceInBall.Top - (3f * lattice.CellSize), isInner = p.Length() < 1f - (3f * lattice.CellSize);
            if (isBelow)
            {
                onSphere++;
                Assert.True(Vector3.Dot(normals[vertex], Vector3.Normalize(p)) >= 0.98f, $"{p}: {normals[vertex]}");
            }
            else if (isInner)
            {
                onPlane++;
                Assert.True(normals[vertex].Y >= 0.999f, $"{p}: {normals[vertex]}");
            }
        }

        Assert.True(onSphere > 1000 && onPlane > 1000, $"{onSphere}, {onPlane}");
    }

    private sealed class HalfSpaceInBall : ISolidField
    {
        public const float Full = 200f;
        public const float Top = 0.2f;
        private const float Ramp = 0.1f;

        public float Bound => 1f;

        public bool Contains(Vector3 point) => point.LengthSquared() <= 1f;

        public void Density(ReadOnlySpan<Vector3> points, Span<float> densities)
        {
            for (int i = 0; i < points.Length; i++)
            {
                densities[i] = Contains(points[i]) ? Full * Math.Clamp(0.5f - ((points[i].Y - Top) / (2f * Ramp)), 0f, 1f) : 0f;
            }
        }

        public void Sample(ReadOnlySpan<Vector3> points, Span<float> densities, Span<Vector3> albedo)
        {
            Density(points, densities);
            albedo[..points.Length].Fill(Vector3.One);
        }
    }
}
