using System;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Meshes;
using DreamFusion.Pipeline.Runs;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>Looks at a radiance field: every kind of picture of a tile from one march and one evaluation of the field.</summary>
public sealed class FieldPictures : IPictureSource, IFieldViews
{
    // Enough rays for all cores; few enough that a tile of a full scene stays below the field's memory limit in most configurations.
    private const int RaysPerTile = 4096;

    private readonly DeviceContext _device;
    private readonly Renderer _renderer;
    private readonly OccupancyUpdater _occupancy;
    private readonly RayMarchOptions _march;

    /// <summary>Looks at a field; device, renderer and occupancy stay the caller's.</summary>
    /// <param name="device">Where the kernels run.</param>
    /// <param name="renderer">The field's renderer.</param>
    /// <param name="occupancy">The field's occupancy grid.</param>
    /// <param name="steps">Steps of a ray, counted as the renderer's options say.</param>
    public FieldPictures(DeviceContext device, Renderer renderer, OccupancyUpdater occupancy, int steps)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(renderer);
        ArgumentNullException.ThrowIfNull(occupancy);
        _device = device;
        _renderer = renderer;
        _occupancy = occupancy;
        _march = renderer.Steps(steps, int.MaxValue);
    }

    /// <summary>Looks at a trained field.</summary>
    public static FieldPictures Of(TrainedField trained)
    {
        ArgumentNullException.ThrowIfNull(trained);
        return new FieldPictures(trained.Device, trained.Renderer, trained.Occupancy, trained.Configuration.Renderer.EvalMaxSteps);
    }

    /// <inheritdoc/>
    public float Radius => RadiusOf(_renderer.Field.Options.Bound);

    /// <summary>Radius of the ball around a bound.</summary>
    public static float RadiusOf(SceneBound bound) => 0.5f * bound.LongestChord;

    /// <inheritdoc/>
    public bool HasLearntBackground => _renderer.Field.Options.Background is not null;

    /// <inheritdoc/>
    public int TilePixels(int width) => RaysPerTile;

    /// <inheritdoc/>
    public bool Shows(PictureKind kind) => true;

    /// <inheritdoc/>
    public void Render(OrbitCamera camera, PictureSize size, PictureLook look, int first, RawPixels pixels)
    {
        ArgumentNullException.ThrowIfNull(look);
        ArgumentNullException.ThrowIfNull(pixels);
        using var tape = new Tape(_device, recording: false);
        RayBatch rays = _renderer.CastRays(tape, camera, size.Width, size.Height, first, pixels.Count);
        PackedSamples samples = tape.March(rays, _occupancy.Grid, _march, jitter: null);
        FieldSamples field = _renderer.Evaluate(tape, samples.Positions, look.NeedsNormals);
        Variable behind = Behind(tape, rays, look.Background);
        CompositeOutput? any = null;
        for (int i = 0; i < look.Kinds.Count; i++)
        {
            if (PictureLook.IsColour(look.Kinds[i]))
            {
                any = tape.Composite(samples, field.Density, tape.ShadeView(Shading(camera, look, look.Kinds[i]), samples, rays, field), behind);
                any.Image.Value.CopyToCPU(pixels.Colour(i));
            }
        }

        any ??= tape.Composite(samples, field.Density, field.Albedo, behind);
        any.Opacity.Value.CopyToCPU(pixels.Opacity);
        any.Depth.Value.CopyToCPU(pixels.Depth);
    }

    /// <inheritdoc/>
    FieldView IFieldViews.Render(OrbitCamera camera, int width, int height)
    {
        var view = new FieldView(camera, new FloatImage(width, height, 3), new FloatImage(width, height, 1));
        int first = 0;
        PictureRenderer.Render(this, camera, new PictureSize(width, height), new PictureLook(), pixels =>
        {
            pixels.Colour(0).CopyTo(view.Colour.Data.AsSpan(3 * first));
            pixels.Opacity.CopyTo(view.Opacity.Data.AsSpan(first));
            first += pixels.Count;
        });
        return view;
    }

    private Variable Behind(Tape tape, in RayBatch rays, PictureBackground background) => background.Kind == PictureBackgroundKind.Learnt
        ? _renderer.Field.Background(tape, rays)
        : tape.ConstantBackground(new Float3(background.Colour.R, background.Colour.G, background.Colour.B), rays.Count);

    private static ViewShading Shading(OrbitCamera camera, PictureLook look, PictureKind kind)
    {
        ShadingMode mode = kind switch
        {
            PictureKind.Albedo => ShadingMode.Albedo,
            PictureKind.Lambertian => ShadingMode.Lambertian,
            PictureKind.Textureless => ShadingMode.Textureless,
            PictureKind.Phong => ShadingMode.Phong,
            PictureKind.Normal => ShadingMode.Normal,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a picture in colour."),
        };
        return new ViewShading(mode, look.LightFor(camera), look.Ambient, Background: Rgb.White, look.Material);
    }
}
