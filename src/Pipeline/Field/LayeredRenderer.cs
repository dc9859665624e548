using System;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Imaging;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Field;

/// <summary>What one view shows, layer by layer; all on white, values 0..1.</summary>
/// <param name="Colour">Albedo, RGB.</param>
/// <param name="Textureless">Shape alone, lit from the camera, grey.</param>
/// <param name="Normal">Normals as colours (n + 1) / 2, RGB.</param>
/// <param name="Opacity">Ray opacity, grey.</param>
public sealed record ViewLayers(FloatImage Colour, FloatImage Textureless, FloatImage Normal, FloatImage Opacity);

/// <summary>Pictures of a finished field: every layer from one march, tile by tile so that memory does not grow with the image.</summary>
public sealed class LayeredRenderer
{
    private const int RaysPerTile = 8192;

    private readonly DeviceContext _device;
    private readonly Renderer _renderer;
    private readonly OccupancyUpdater _occupancy;

    /// <summary>A renderer of pictures of a field.</summary>
    public LayeredRenderer(DeviceContext device, Renderer renderer, OccupancyUpdater occupancy)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(renderer);
        ArgumentNullException.ThrowIfNull(occupancy);
        _device = device;
        _renderer = renderer;
        _occupancy = occupancy;
    }

    /// <summary>Renders all layers of a view without jitter.</summary>
    /// <param name="camera">The camera; the light of the textureless layer stands at it.</param>
    /// <param name="width">Image width, pixels.</param>
    /// <param name="height">Image height, pixels.</param>
    /// <param name="stepsAcrossSphere">March steps across the bounding sphere.</param>
    /// <param name="ambient">Ambient share of the textureless layer, 0..1.</param>
    public ViewLayers Render(OrbitCamera camera, int width, int height, int stepsAcrossSphere, float ambient)
    {
        var layers = new ViewLayers(
            new FloatImage(width, height, 3), new FloatImage(width, height, 1), new FloatImage(width, height, 3), new FloatImage(width, height, 1));
        RayMarchOptions march = _renderer.Steps(stepsAcrossSphere, int.MaxValue);
        for (int first = 0; first < width * height; first += RaysPerTile)
        {
            using var tape = new Tape(_device, recording: false);
            RayBatch rays = _renderer.CastRays(tape, camera, width, height, first, Math.Min(RaysPerTile, (width * height) - first));
            RenderTile(tape, rays, first, camera, march, ambient, layers);
        }
        return layers;
    }

    private void RenderTile(Tape tape, in RayBatch rays, int first, OrbitCamera camera, RayMarchOptions march, float ambient, ViewLayers layers)
    {
        PackedSamples samples = tape.March(rays, _occupancy.Grid, march, jitter: null);
        FieldSamples field = _renderer.Evaluate(tape, samples.Positions, withNormals: true);
        Variable white = tape.ConstantBackground(Float3.One, rays.Count);
        CompositeOutput colour = tape.Composite(samples, field.Density, field.Albedo, white, field.Normals);
        Light light = Light.Directional(new Float3(camera.Back.X, camera.Back.Y, camera.Back.Z));
        Variable shaded = tape.Shade(new Textureless(ambient, 1f - ambient), light, samples, null, field.Normals);
        CompositeOutput textureless = tape.Composite(samples, field.Density, shaded, white);

        int count = rays.Count;
        float[] rgb = Read(colour.Image), grey = Read(textureless.Image), normals = Read(colour.Normals!), opacity = Read(colour.Opacity);
        for (int ray = 0; ray < count; ray++)
        {
            int pixel = first + ray;
            layers.Opacity.Data[pixel] = Math.Clamp(opacity[ray], 0f, 1f);
            layers.Textureless.Data[pixel] = Math.Clamp(grey[3 * ray], 0f, 1f);
            for (int c = 0; c < 3; c++)
            {
                layers.Colour.Data[(3 * pixel) + c] = Math.Clamp(rgb[(3 * ray) + c], 0f, 1f);
                // Σ w (n + 1)/2 + (1 - Σ w) · 1: the normals as colours, composited on white.
                layers.Normal.Data[(3 * pixel) + c] = Math.Clamp((0.5f * (normals[(3 * ray) + c] + opacity[ray])) + 1f - opacity[ray], 0f, 1f);
            }
        }
    }

    private static float[] Read(Variable variable)
    {
        float[] values = new float[variable.Length];
        variable.Value.CopyToCPU(values);
        return values;
    }
}
