using System;
using System.Numerics;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Meshes;

namespace DreamFusion.Pipeline.Tests.Meshes;

/// <summary>
/// A solid whose surface is known exactly, from a signed distance: the density rises from 0 to <see cref="FullDensity"/> within
/// ±<see cref="Ramp"/> of it, half of it on the surface itself. Its views are ray-traced by marching along the distance, by code that
/// shares nothing with the rasteriser.
/// </summary>
/// <param name="Bound">Half the cube's side.</param>
/// <param name="Distance">Signed distance, negative inside.</param>
/// <param name="Colour">Solid texture.</param>
public sealed record AnalyticSolid(float Bound, Func<Vector3, float> Distance, Func<Vector3, Vector3> Colour) : ISolidField, IFieldViews
{
    public const float FullDensity = 200f;
    public const float Ramp = 0.02f;
    private const int SamplesPerSide = 3;

    /// <summary>The radius of the ball, and of the torus' ring.</summary>
    public const float Radius = 0.7f;

    /// <summary>The torus' tube.</summary>
    public const float Tube = 0.25f;

    public static Vector3 BoxHalf { get; } = new(0.55f, 0.4f, 0.6f);

    public static AnalyticSolid Ball { get; } = new(1f, p => p.Length() - Radius, Waves);

    public static AnalyticSolid Torus { get; } = new(
        1.1f, p => new Vector2(new Vector2(p.X, p.Z).Length() - Radius, p.Y).Length() - Tube, Waves);

    /// <summary>A box whose front (+Z) face alone is painted: a gradient along X in red and waves along Y in green; the rest is grey.</summary>
    public static AnalyticSolid Box { get; } = new(1f, BoxDistance, BoxColour);

    /// <summary>A block with a knob on its left (-X), a thin plate in front (+Z) and a cap on top (+Y): no mirror image or rotation of it is itself.</summary>
    public static AnalyticSolid Asymmetric { get; } = new(1f, AsymmetricDistance, AsymmetricColour);

    public static Vector3 Knob { get; } = new(-0.55f, 0.1f, 0.1f);

    public bool Contains(Vector3 point) => MathF.Max(MathF.Abs(point.X), MathF.Max(MathF.Abs(point.Y), MathF.Abs(point.Z))) <= Bound;

    public void Density(ReadOnlySpan<Vector3> points, Span<float> densities)
    {
        for (int i = 0; i < points.Length; i++)
        {
            densities[i] = FullDensity * Math.Clamp(0.5f - (Distance(points[i]) / (2f * Ramp)), 0f, 1f);
        }
    }

    public void Sample(ReadOnlySpan<Vector3> points, Span<float> densities, Span<Vector3> albedo)
    {
        Density(points, densities);
        for (int i = 0; i < points.Length; i++)
        {
            albedo[i] = Colour(points[i]);
        }
    }

    public FieldView Render(OrbitCamera camera, int width, int height)
    {
        var view = new FieldView(camera, new FloatImage(width, height, 3), new FloatImage(width, height, 1));
        Parallel.For(0, width * height, pixel =>
        {
            Vector3 sum = Vector3.Zero;
            int hits = 0;
            for (int sample = 0; sample < SamplesPerSide * SamplesPerSide; sample++)
            {
                float column = (pixel % width) + (((sample % SamplesPerSide) + 0.5f) / SamplesPerSide);
                float row = (pixel / width) + (((sample / SamplesPerSide) + 0.5f) / SamplesPerSide);
                float focal = camera.FocalPixels(width);
                Vector3 direction = Vector3.Normalize(
                    ((column - (0.5f * width)) / focal * camera.Right) + (((0.5f * height) - row) / focal * camera.Up) - camera.Back);
                Vector3? hit = Trace(camera.Position, direction);
                hits += hit is null ? 0 : 1;
                sum += hit is { } point ? Colour(point) : Vector3.One;
            }

            (sum / (SamplesPerSide * SamplesPerSide)).CopyTo(view.Colour.Data.AsSpan(3 * pixel));
            view.Opacity.Data[pixel] = (float)hits / (SamplesPerSide * SamplesPerSide);
        });
        return view;
    }

    /// <summary>Where a ray meets the surface, or null.</summary>
    public Vector3? Trace(Vector3 origin, Vector3 direction)
    {
        float travelled = MathF.Max(0f, origin.Length() - (2f * Bound));
        for (int step = 0; step < 200 && travelled < origin.Length() + (2f * Bound); step++)
        {
            Vector3 point = origin + (travelled * direction);
            float distance = Distance(point);
            if (distance < 1e-4f)
            {
                return point;
            }

            travelled += distance;
        }

        return null;
    }

    private static Vector3 Waves(Vector3 p) => new(
        0.5f + (0.4f * MathF.Sin(7f * p.X)), 0.5f + (0.4f * MathF.Sin(6f * p.Y)), 0.5f + (0.4f * MathF.Sin(8f * p.Z)));

    private static float BoxDistance(Vector3 p) => Cuboid(p, BoxHalf);

    private static float Cuboid(Vector3 p, Vector3 half)
    {
        Vector3 q = Vector3.Abs(p) - half;
        return Vector3.Max(q, Vector3.Zero).Length() + MathF.Min(MathF.Max(q.X, MathF.Max(q.Y, q.Z)), 0f);
    }

    // By the nearest face, so that the colour is the same just inside and outside of it.
    private static Vector3 BoxColour(Vector3 p)
    {
        Vector3 near = Vector3.Abs(p) - BoxHalf;
        return p.Z > 0f && near.Z >= near.X && near.Z >= near.Y
            ? new Vector3(0.5f + (0.7f * p.X), 0.5f + (0.45f * MathF.Sin(20f * p.Y)), 0.2f)
            : new Vector3(0.6f);
    }

    private static float AsymmetricDistance(Vector3 p)
    {
        float block = Cuboid(p - new Vector3(0.1f, -0.15f, -0.1f), new Vector3(0.4f, 0.4f, 0.25f));
        float knob = (p - Knob).Length() - 0.25f;
        float plate = Cuboid(p - new Vector3(0.25f, -0.3f, 0.35f), new Vector3(0.2f, 0.2f, 0.25f));
        float cap = Cuboid(p - new Vector3(0.1f, 0.4f, -0.1f), new Vector3(0.15f, 0.25f, 0.15f));
        return MathF.Min(MathF.Min(block, knob), MathF.Min(plate, cap));
    }

    private static Vector3 AsymmetricColour(Vector3 p) =>
        (p - Knob).Length() < 0.3f ? new Vector3(0.9f, 0.1f, 0.1f)
        : p.Z > 0.17f ? new Vector3(0.1f, 0.2f, 0.9f)
        : p.Y > 0.27f ? new Vector3(0.1f, 0.8f, 0.2f)
        : new Vector3(0.7f);
}
