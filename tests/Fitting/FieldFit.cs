using System;
using System.Collections.Generic;
using System.Numerics;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Fitting.Scenes;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Losses;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Training;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Fitting;

/// <summary>
/// A field fitted to pictures by squared error: each step draws rays from all views, puts the pictures on a random background of its own for
/// every view, so that opacity is learnt and not painted, and takes one step of Adam. The kernels, tape and field are the product's;
/// only this loop is not, because the product learns from a diffusion model instead of pictures.
/// </summary>
public sealed class FieldFit : IDisposable
{
    private const int FewestRays = 512;
    private const int SampleBudget = 1 << 22;

    private readonly DeviceContext _device;
    private readonly IReadOnlyList<SceneView> _views;
    private readonly FitOptions _options;
    private readonly Renderer _renderer;
    private readonly FieldOptimizer _optimizer;
    private readonly RayMarchOptions _march;
    private readonly RayMarchOptions _pictureMarch;
    private readonly RayPool _pool;
    private readonly MemoryBuffer1D<Float3, Stride1D.Dense> _backgrounds;
    private readonly MemoryBuffer1D<Float3, Stride1D.Dense> _targets;
    private readonly Float3[] _backgroundRows;
    private readonly Float3[] _targetRows;

    /// <summary>A random field and the pictures it shall show.</summary>
    public FieldFit(DeviceContext device, IReadOnlyList<SceneView> views, FitOptions options)
    {
        _device = device;
        _views = views;
        _options = options;
        Field = new RadianceField(device, options.Field);
        Field.Initialise(options.Seed);
        Occupancy = new OccupancyUpdater(device, Field, options.Occupancy, options.Seed);
        _renderer = new Renderer(Field, Occupancy);
        _optimizer = new FieldOptimizer(device, Field.Parameters, options.Optim, options.Steps);
        _march = _renderer.Steps(options.StepsAcrossSphere, SampleBudget);
        _pictureMarch = _renderer.Steps(options.PictureStepsAcrossSphere, SampleBudget);
        _pool = new RayPool(device, _renderer, views, options.MaxRaysPerStep);
        _backgrounds = device.Accelerator.Allocate1D<Float3>(options.MaxRaysPerStep);
        _targets = device.Accelerator.Allocate1D<Float3>(options.MaxRaysPerStep);
        _backgroundRows = new Float3[options.MaxRaysPerStep];
        _targetRows = new Float3[options.MaxRaysPerStep];
    }

    /// <summary>The field.</summary>
    public RadianceField Field { get; }

    /// <summary>Its occupancy grid.</summary>
    public OccupancyUpdater Occupancy { get; }

    /// <summary>Renders the field as the product does.</summary>
    public Renderer Renderer => _renderer;

    /// <summary>Steps of its pictures.</summary>
    public RayMarchOptions PictureMarch => _pictureMarch;

    /// <summary>Steps done.</summary>
    public int Step { get; private set; }

    /// <summary>Rays of the next step.</summary>
    public int RayCount { get; private set; } = FewestRays;

    /// <summary>Samples of the last step.</summary>
    public int SampleCount { get; private set; }

    /// <summary>All steps.</summary>
    public void Run()
    {
        while (Step < _options.Steps)
        {
            Advance();
        }
    }

    /// <summary>One step.</summary>
    public void Advance()
    {
        if (Step % _options.OccupancyInterval == 0)
        {
            Occupancy.Update(Step);
        }
        RayBatch rays = _pool.Draw(new RandomKey(_options.Seed, (uint)Step, RandomPurpose.Camera), RayCount);
        FillTargets();
        using var tape = new Tape(_device);
        PackedSamples samples = tape.March(rays, Occupancy.Grid, _march, new RandomKey(_options.Seed, (uint)Step, RandomPurpose.RayJitter));
        FieldSamples field = Field.Evaluate(tape, tape.Positions(samples), withNormals: false);
        CompositeOutput view = tape.Composite(samples, field.Density, field.Albedo, Rows(tape, _backgrounds, rays.Count));
        tape.PixelLoss(view.Image, Rows(tape, _targets, rays.Count), default(SquaredError), weight: 1f);
        tape.Backward();
        _optimizer.Step(Step);
        SampleCount = samples.Count;
        RayCount = (int)Math.Clamp((long)RayCount * _options.SamplesPerStep / Math.Max(1, samples.Count), FewestRays, _options.MaxRaysPerStep);
        Step++;
    }

    /// <summary>What a camera sees of the field, rendered as the product does.</summary>
    public FloatImage See(OrbitCamera camera, int size, Rgb background)
    {
        using var tape = new Tape(_device, recording: false);
        RenderedView view = _renderer.Render(tape, camera, size, size, ViewShading.AlbedoOn(background), _pictureMarch, jitter: null);
        var image = new FloatImage(size, size, 3);
        view.Image.Value.CopyToCPU(image.Data);
        return image;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _targets.Dispose();
        _backgrounds.Dispose();
        _pool.Dispose();
        _optimizer.Dispose();
        Occupancy.Dispose();
        Field.Dispose();
    }

    private static Variable Rows(Tape tape, MemoryBuffer1D<Float3, Stride1D.Dense> buffer, int count) =>
        tape.Constant(buffer.View.BaseView.SubView(0, count).Cast<float>(), count, 3);

    private void FillTargets()
    {
        var key = new RandomKey(_options.Seed, (uint)Step, RandomPurpose.Background);
        var backgrounds = new Float3[_views.Count];
        for (int view = 0; view < backgrounds.Length; view++)
        {
            backgrounds[view] = Background.Draw(key, (uint)view, Float3.One, randomShare: 1f);
        }
        for (int ray = 0; ray < RayCount; ray++)
        {
            (int view, int pixel) = _pool.Drawn[ray];
            Float3 background = backgrounds[view];
            Vector3 target = _views[view].PixelOn(pixel, new Vector3(background.X, background.Y, background.Z));
            _backgroundRows[ray] = background;
            _targetRows[ray] = new Float3(target.X, target.Y, target.Z);
        }
        _backgrounds.View.BaseView.CopyFromCPU(_backgroundRows);
        _targets.View.BaseView.CopyFromCPU(_targetRows);
    }
}
