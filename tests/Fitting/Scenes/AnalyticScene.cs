using System.Collections.Generic;
using System.Numerics;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Cameras;

namespace DreamFusion.Fitting.Scenes;

/// <summary>Bodies seen by ray tracing: the truth that a field is fitted to, by code that shares nothing with the kernels.</summary>
/// <param name="Bodies">The bodies; where two overlap, the nearer surface is seen.</param>
public sealed record AnalyticScene(IReadOnlyList<Body> Bodies)
{
    // Rays per pixel and axis; the pixel is their mean, a box filter.
    private const int SamplesPerSide = 4;

    /// <summary>Six bodies that run into one another, about a unit in radius: a striped box, rod and ring, checkered balls and a drum.</summary>
    public static AnalyticScene Overlapping { get; } = new(
    [
        new Body(
            new Ellipsoid(new Vector3(0.66f, 0.56f, 0.6f)),
            new Checker(new Vector3(0.9f, 0.84f, 0.7f), new Vector3(0.2f, 0.3f, 0.55f), 0.27f),
            new Vector3(0f, 0.02f, 0f),
            Turn(0.2f, 0.3f, 0.1f)),
        new Body(
            new Box(new Vector3(0.36f, 0.28f, 0.32f)),
            new Stripes(new Vector3(0.9f, 0.25f, 0.12f), new Vector3(0.95f, 0.8f, 0.35f), 0.17f, Vector3.Normalize(new Vector3(1f, 1f, 0.3f))),
            new Vector3(0.38f, -0.39f, 0.27f),
            Turn(0.6f, 0.25f, -0.2f)),
        new Body(
            new Capsule(0.58f, 0.2f),
            new Stripes(new Vector3(0.15f, 0.55f, 0.3f), new Vector3(0.85f, 0.9f, 0.75f), 0.2f, Vector3.UnitY),
            new Vector3(-0.1f, 0.36f, 0.12f),
            Turn(0.5f, 0.2f, 1.15f)),
        new Body(
            new Cylinder(0.3f, 0.36f),
            new Checker(new Vector3(0.85f, 0.35f, 0.65f), new Vector3(0.35f, 0.15f, 0.4f), 0.24f),
            new Vector3(-0.42f, -0.44f, 0.24f),
            Turn(0.1f, 0.7f, 0.35f)),
        new Body(
            new Ellipsoid(0.4f),
            new Checker(new Vector3(0.2f, 0.75f, 0.85f), new Vector3(0.95f, 0.65f, 0.25f), 0.23f),
            new Vector3(0.14f, 0.3f, -0.52f),
            Turn(0.4f, -0.5f, 0.2f)),
        new Body(
            new Box(new Vector3(0.18f, 0.46f, 0.2f)),
            new Stripes(new Vector3(0.3f, 0.3f, 0.32f), new Vector3(0.78f, 0.82f, 0.88f), 0.16f, Vector3.UnitY),
            new Vector3(-0.4f, -0.2f, -0.46f),
            Turn(-0.4f, 0.35f, 0.3f)),
    ]);

    /// <summary>What a camera sees.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="size">Width and height, pixels.</param>
    public SceneView See(OrbitCamera camera, int size)
    {
        var colours = new Vector3[size * size];
        var alpha = new float[size * size];
        Parallel.For(0, size, row =>
        {
            for (int column = 0; column < size; column++)
            {
                (colours[(row * size) + column], alpha[(row * size) + column]) = Pixel(camera, size, row, column);
            }
        });
        return new SceneView(camera, size, colours, alpha);
    }

    // The mean over the pixel of the colour, black where nothing is, and the share of the pixel that bodies cover.
    private (Vector3 Colour, float Alpha) Pixel(OrbitCamera camera, int size, int row, int column)
    {
        Vector3 position = camera.Position, right = camera.Right, up = camera.Up, back = camera.Back;
        float focal = camera.FocalPixels(size);
        Vector3 colour = Vector3.Zero;
        int hits = 0;
        for (int sample = 0; sample < SamplesPerSide * SamplesPerSide; sample++)
        {
            float x = column + (((sample % SamplesPerSide) + 0.5f) / SamplesPerSide) - (0.5f * size);
            float y = (0.5f * size) - row - (((sample / SamplesPerSide) + 0.5f) / SamplesPerSide);
            Vector3 direction = Vector3.Normalize((x / focal * right) + (y / focal * up) - back);
            if (Trace(position, direction) is Vector3 seen)
            {
                colour += seen;
                hits++;
            }
        }
        return (colour / (SamplesPerSide * SamplesPerSide), (float)hits / (SamplesPerSide * SamplesPerSide));
    }

    /// <summary>The colour that a ray meets first, or null if it meets nothing.</summary>
    public Vector3? Trace(Vector3 origin, Vector3 direction)
    {
        Body? nearest = null;
        float distance = float.PositiveInfinity;
        foreach (Body body in Bodies)
        {
            float enter = body.Enter(origin, direction);
            if (enter < distance)
            {
                (nearest, distance) = (body, enter);
            }
        }
        return nearest?.ColourAt(origin + (distance * direction));
    }

    private static Quaternion Turn(float yaw, float pitch, float roll) => Quaternion.CreateFromYawPitchRoll(yaw, pitch, roll);
}
