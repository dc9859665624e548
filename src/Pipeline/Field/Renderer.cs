using System;
using System.Numerics;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
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
    private readonly RendererOptions _options;

    /// <summary>A renderer of a field inside its bound.</summary>
    /// <param name="field">Field.</param>
    /// <param name="occupancy">Its occupancy grid.</param>
    /// <param name="options">Steps and memory; null for the defaults.</param>
    public Renderer(RadianceField field, OccupancyUpdater occupancy, RendererOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(occupancy);
        _options = options ?? new RendererOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.FieldMemory, nameof(options));
        _field = field;
        _occupancy = occupancy;
    }

    /// <summary>The field that is rendered.</summary>
    public RadianceField Field => _field;

    /// <summary>Marching options with a number of steps, counted as <see cref="RendererOptions.StepRule"/> says.</summary>
    /// <param name="maxSteps">Steps across the bound, or samples of a ray, positive.</param>
    /// <param name="sampleBudget">Most samples of one march.</param>
    public RayMarchOptions Steps(int maxSteps, int sampleBudget)
    {
        OccupancyGridOptions grid = _occupancy.Grid.Options;
        if (_options.StepRule == StepRule.StableDreamfusion)
        {
            return RayMarchOptions.Cone(grid, maxSteps, _options.ConeAngle) with { MinNear = _options.MinNear, SampleBudget = sampleBudget };
        }
        float step = _field.Options.Bound.LongestChord / maxSteps;
        return new RayMarchOptions
        {
            StepLength = step,
            ConeAngle = _options.ConeAngle,
            // A march coarser than the cells keeps its own steps.
            MaxStepLength = MathF.Max(step, 2f * MathF.Sqrt(3f) * grid.Bound / grid.Resolution),
            MinNear = _options.MinNear,
            MaxSteps = maxSteps,
            SampleBudget = sampleBudget,
        };
    }

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
    public RayBatch CastRays(Tape tape, OrbitCamera camera, int width, int height) => CastRays(tape, camera, width, height, 0, width * height);

    /// <summary>The rays of some pixels of a camera's image, row by row from the top: a tile.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="camera">The camera.</param>
    /// <param name="width">Image width, pixels.</param>
    /// <param name="height">Image height, pixels.</param>
    /// <param name="firstPixel">First pixel of the tile.</param>
    /// <param name="count">Number of pixels, at least 1.</param>
    public RayBatch CastRays(Tape tape, OrbitCamera camera, int width, int height, int firstPixel, int count)
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
        return _field.Options.Bound.CastRays(tape, pinhole, firstPixel, count);
    }

    /// <summary>Renders a batch of rays: a whole image, or a tile of one so that memory stays bounded.</summary>
    public RenderedView RenderRays(Tape tape, in RayBatch rays, ViewShading shading, RayMarchOptions march, RandomKey? jitter)
    {
        ArgumentNullException.ThrowIfNull(tape);
        PackedSamples samples = tape.March(rays, _occupancy.Grid, march, jitter);
        FieldSamples field = Evaluate(tape, samples.Positions, withNormals: shading.Mode != ShadingMode.Albedo || _options.NormalsInAlbedo);
        Variable colours = tape.ShadeView(shading, samples, rays, field);
        Variable behind = shading.Background is { } colour
            ? tape.ConstantBackground(new Float3(colour.R, colour.G, colour.B), rays.Count)
            : _field.Background(tape, rays);
        CompositeOutput view = tape.Composite(samples, field.Density, colours, behind, field.Normals);
        return new RenderedView(view.Image, view.Opacity, view.Normals, view.Weights, field.Normals, samples, rays);
    }

    /// <summary>Evaluates the field at any number of points, in segments if they need more memory than <see cref="RendererOptions.FieldMemory"/>.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="positions">Points [M], world units; constants.</param>
    /// <param name="withNormals">Whether normals are wanted.</param>
    public FieldSamples Evaluate(Tape tape, ArrayView<Float3> positions, bool withNormals)
    {
        ArgumentNullException.ThrowIfNull(tape);
        int samples = positions.IntLength;
        int rows = (int)Math.Clamp(_options.FieldMemory / _field.BytesPerSample(withNormals), 1, int.MaxValue);
        if (samples <= rows)
        {
            return _field.Evaluate(tape, tape.Constant(positions.Cast<float>(), samples, 3), withNormals);
        }
        Variable[] values = tape.CheckpointRows("field", _field.SceneParameters, samples, rows, (segment, first, count) =>
        {
            Variable points = segment.Constant(positions.SubView(first, count).Cast<float>(), count, 3);
            FieldSamples part = _field.Evaluate(segment, points, withNormals);
            return part.Normals is { } normals ? [part.Density, part.Albedo, normals] : [part.Density, part.Albedo];
        });
        return new FieldSamples(values[0], values[1], withNormals ? values[2] : null);
    }

    private static Float3 Vector(Vector3 v) => new(v.X, v.Y, v.Z);
}
