using System;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Rendering;

namespace DreamFusion.Pipeline.Tests.Rendering;

/// <summary>An untrained field with its occupancy: the preset's blob with the noise of its random table, all colours, no symmetry.</summary>
internal sealed class RandomScene : IDisposable
{
    private const int Steps = 48;

    private readonly RadianceField _field;
    private readonly OccupancyUpdater _occupancy;

    public RandomScene(int threads = 2)
    {
        RunConfiguration configuration = PresetCatalogue.Get("toybox") with { Prompt = "a donut" };
        Device = DeviceContext.CreateCpu(threads, choice: KernelChoice.Tuned);
        _field = new RadianceField(Device, FieldOptions.From(configuration.Nerf, configuration.Background));
        _field.Initialise(3);
        _field.Prepare(0);
        _occupancy = new OccupancyUpdater(Device, _field, configuration.Renderer, 3);
        _occupancy.Update(0);
        Renderer = new Renderer(_field, _occupancy, RendererOptions.From(configuration.Renderer, configuration.Loss));
        Pictures = new FieldPictures(Device, Renderer, _occupancy, Steps);
        Layers = new LayeredRenderer(Device, Renderer, _occupancy);
    }

    public static OrbitCamera Camera { get; } = new(30f, 60f, 4f, 1.15f);

    public DeviceContext Device { get; }

    public Renderer Renderer { get; }

    public FieldPictures Pictures { get; }

    public LayeredRenderer Layers { get; }

    public FloatLayers Layered(int width, int height)
    {
        ViewLayers layers = Layers.Render(Camera, width, height, Steps, PictureLook.DefaultAmbient);
        return new FloatLayers(layers.Colour.Data, layers.Textureless.Data, layers.Normal.Data, layers.Opacity.Data);
    }

    public void Dispose()
    {
        _occupancy.Dispose();
        _field.Dispose();
        Device.Dispose();
    }
}

/// <summary>Layers of a view as the sheets have them.</summary>
internal sealed record FloatLayers(float[] Colour, float[] Textureless, float[] Normal, float[] Opacity);
