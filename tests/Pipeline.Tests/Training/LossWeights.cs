using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Training;

namespace DreamFusion.Pipeline.Tests.Training;

/// <summary>
/// The weights that the regularisers of a run apply at a step, measured: each term's value on a small lit view of a fresh field, divided by
/// its value with the weight 1. The field is the default one; only the losses are the run's.
/// </summary>
internal sealed class LossWeights : IDisposable
{
    private const int Side = 16;

    private static readonly DataConfiguration _view = new() { Train = new TrainDataConfiguration { Width = Side, Height = Side } };
    private readonly DeviceContext _device = DeviceContext.CreateCpu(1);
    private readonly RadianceField _field;
    private readonly OccupancyUpdater _occupancy;

    public LossWeights()
    {
        RunConfiguration defaults = new();
        _field = new RadianceField(_device, FieldOptions.From(defaults.Nerf, defaults.Background));
        _field.Initialise(1);
        _occupancy = new OccupancyUpdater(_device, _field, defaults.Renderer, 1);
        _occupancy.Update(0);
    }

    /// <summary>Weight of every term, by its name in the metrics; NaN for one that has no value to measure it by.</summary>
    public IReadOnlyDictionary<string, double> At(RunConfiguration run, int step)
    {
        Dictionary<string, double> units = Values(Ones(run.Loss), run.Iters, step), values = Values(run.Loss, run.Iters, step);
        return units.ToDictionary(unit => unit.Key, unit => unit.Value > 0 ? values.GetValueOrDefault(unit.Key, 0) / unit.Value : double.NaN);
    }

    public void Dispose()
    {
        _occupancy.Dispose();
        _field.Dispose();
        _device.Dispose();
    }

    private static LossConfiguration Ones(LossConfiguration loss) => loss with
    {
        Opacity = 1f,
        Opaque = 1f,
        Entropy = 1f,
        EntropyRamp = 0f,
        Orientation = 1f,
        ImageNormalSmoothness = 1f,
        SpaceNormalSmoothness = 1f,
        DepthVariance = 1f,
        TotalVariation = 1f,
    };

    private Dictionary<string, double> Values(LossConfiguration loss, int iters, int step)
    {
        RunConfiguration run = new() { Loss = loss, Iters = iters, Data = _view };
        var renderer = new Renderer(_field, _occupancy, RendererOptions.From(run.Renderer, loss));
        var regularizers = new Regularizers(run, latentCount: 1);
        using var tape = new Tape(_device);
        var camera = new OrbitCamera(20f, 70f, 3f, 1.2f);
        RenderedView view = renderer.Render(
            tape, camera, Side, Side, new ViewShading(ShadingMode.Lambertian, camera.Back, 0.3f, Rgb.White), renderer.Steps(24, 1 << 16), jitter: null);
        regularizers.Add(tape, renderer, view, step, index: 0);
        tape.Backward();
        return regularizers.ReadValues().ToDictionary(value => value.Key, value => value.Value);
    }
}
