using System;
using System.Numerics;
using System.Threading;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Meshes;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>A field that refuses to answer once a stop is asked for, so that whoever asks it ends soon.</summary>
internal sealed class StoppableField(ISolidField solid, CancellationToken stop) : ISolidField
{
    public float Bound => solid.Bound;

    public bool Contains(Vector3 point) => solid.Contains(point);

    public void Density(ReadOnlySpan<Vector3> points, Span<float> densities)
    {
        stop.ThrowIfCancellationRequested();
        solid.Density(points, densities);
    }

    public void Sample(ReadOnlySpan<Vector3> points, Span<float> densities, Span<Vector3> albedo)
    {
        stop.ThrowIfCancellationRequested();
        solid.Sample(points, densities, albedo);
    }
}

/// <summary>The same for a field's views.</summary>
internal sealed class StoppableViews(IFieldViews views, CancellationToken stop) : IFieldViews
{
    public FieldView Render(OrbitCamera camera, int width, int height)
    {
        stop.ThrowIfCancellationRequested();
        return views.Render(camera, width, height);
    }
}
