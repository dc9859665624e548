using System;
using System.Numerics;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Pipeline.Cameras;
using ILGPU;

namespace DreamFusion.Pipeline.Field;

/// <summary>One rendered view, R = width · height rays, M samples.</summary>
/// <param name="Image">Colours on the background [R, 3], HWC, 0..1.</param>
/// <param name="Opacity">Ray opacity A [R, 1], 0..1.</param>
/// <param name="NormalImage">Composited normals [R, 3], or null if the shading needed none.</param>
/// <param name="Weights">Weight of each sample [M, 1].</param>
/// <param name="Normals">Normals of the samples [M, 3], or null.</param>
/// <param name="Samples">The packed samples.</param>
/// <param name="Rays">The rays.</param>
public sealed record RenderedView(
    Variable Image, Variable Opacity, Variable? NormalImage, Variable Weights, Variable? Normals, PackedSamples Samples, RayBatch Rays);

/// <summary>
/// Camera to image: rays, march, field, shading, composite. Differentiable in the field's parameters. The field's values are most
/// of a step's memory (100 to 1000 bytes for each sample), so a view that needs more than a limit is evaluated in checkpointed
/// segments of its samples: each is computed once more in the backward pass, and only one is in memory at a time.
/// </summary>
public sealed class Renderer
{
    private readonly RadianceField _field;
    private readonly OccupancyUpdater _occupancy;
    private readonly SphereBound _bound;
    private readonly long _fieldMemory;

    /// <summary>A renderer of a field inside its bounding sphere.</summary>
    /// <param name="field">Field.</param>
    /// <param name="occupancy">Its occupancy grid.</param>
    /// <param name="fieldMemory">Bytes that the field's intermediate values and their gradients may take on a tape, &gt; 0; an estimate.</param>
    public Renderer(RadianceField field, OccupancyUpdater occupancy, long fieldMemory = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(occupancy);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(fieldMemory);
        _fieldMemory = fieldMemory;
        _field = field;
        _occupancy = occupancy;
        _bound = new SphereBound(field.Options.Bound);
    }

    /// <summary>Marching options with a number of steps across the bounding sphere.</summary>
    public RayMarchOptions Steps(int acrossSphere, int sampleBudget) =>
        RayMarchOptions.Across(_bound, acrossSphere) with { SampleBudget = sampleBudget };

    /// <summary>Renders one view on a tape.</summary>
    /// <param name="tape">The tape; a tape that does not record gives values only.</param>
    /// <param name="camera">The camera.</param>
    /// <param name="width">Image width, pixels.</param>
    /// <param name="height">Image height, pixels.</param>
    /// <param name="shading">Shading, light and background.</param>
    /// <param name="march">Step length and sample budget.</param>
    /// <param name="jitter">Key of the per-ray shift of the samples, or null for none.</param>
    /// <exception cref="SampleBudgetException">The view needs more samples than the budget allows.</exception>
    public RenderedView Render(
        Tape tape, OrbitCamera camera, int width, int height, ViewShading shading, RayMarchOptions march, RandomKey? jitter)
    {
        ArgumentNullException.ThrowIfNull(tape);
        RayBatch rays = CastRays(tape, camera, width, height);
        return RenderRays(tape, rays, shading, march, jitter);
    }

    /// <summary>The rays of a camera's image, row by row from the top.</summary>
    public RayBatch CastRays(Tape tape, OrbitCamera camera, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(tape);
        var pinhole = new PinholeCamera
        {
            Position = Vector(camera.Position),
            Right = Vector(camera.Right),
            Up = Vector(camera.Up),
            Back = Vector(camera.Back),
            FocalPixels = camera.FocalPixels(width),
            Width = width,
            Height = height,
        };
        return tape.CastRays(pinhole, _bound);
    }

    /// <summary>Renders a batch of rays: a whole image, or a tile of one so that memory stays bounded.</summary>
    public RenderedView RenderRays(Tape tape, in RayBatch rays, ViewShading shading, RayMarchOptions march, RandomKey? jitter)
    {
        ArgumentNullException.ThrowIfNull(tape);
        PackedSamples samples = tape.March(rays, _occupancy.Grid, march, jitter);
        FieldSamples field = Evaluate(tape, samples, withNormals: shading.Mode != ShadingMode.Albedo);
        Variable colours = tape.ShadeView(shading, samples, rays, field);
        Variable behind = shading.Background is { } colour
            ? tape.ConstantBackground(new Float3(colour.R, colour.G, colour.B), rays.Count)
            : _field.Background(tape, rays);
        CompositeOutput view = tape.Composite(samples, field.Density, colours, behind, field.Normals);
        return new RenderedView(view.Image, view.Opacity, view.Normals, view.Weights, field.Normals, samples, rays);
    }

    private FieldSamples Evaluate(Tape tape, in PackedSamples samples, bool withNormals)
    {
        int rows = (int)Math.Clamp(_fieldMemory / BytesPerSample(withNormals), 1, int.MaxValue);
        if (samples.Count <= rows)
        {
            return _field.Evaluate(tape, tape.Positions(samples), withNormals);
        }
        ArrayView<float> positions = samples.Positions.Cast<float>();
        Variable[] values = tape.CheckpointRows("field", [_field.Table, _field.Network], samples.Count, rows, (segment, first, count) =>
        {
            Variable points = segment.Constant(positions.SubView(3L * first, 3L * count), count, 3);
            FieldSamples part = _field.Evaluate(segment, points, withNormals);
            return part.Normals is { } normals ? [part.Density, part.Albedo, normals] : [part.Density, part.Albedo];
        });
        return new FieldSamples(values[0], values[1], withNormals ? values[2] : null);
    }

    /// <summary>Bytes of a sample's features, outputs, their derivatives and the gradients of all; what the kernels keep beside them is left out.</summary>
    private long BytesPerSample(bool withNormals)
    {
        int features = _field.Options.Grid.FeatureCount;
        int values = features + _field.Options.Network.OutputCount;
        int jacobian = withNormals && _field.Options.KeepsJacobian ? 3 * features : 0;
        return sizeof(float) * ((2L * (withNormals ? values + features + 3 : values)) + jacobian);
    }

    private static Float3 Vector(Vector3 v) => new(v.X, v.Y, v.Z);
}
