using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Guidance;

namespace DreamFusion.Pipeline.Training;

/// <summary>
/// The views of a step, one after the other, so that only one is in memory: each is drawn, rendered, judged and sent back, and adds
/// its share to the parameters' gradients. The gradient of a batch of B is the mean of its views':
/// <code>
/// dL/dθ = 1/B Σ_v dL_v/dθ
/// </code>
/// </summary>
public sealed class ViewDistillation
{
    private readonly RunConfiguration _configuration;
    private readonly DeviceContext _device;
    private readonly Renderer _renderer;
    private readonly ViewGuidance _guidance;
    private readonly Regularizers _regularizers;
    private readonly CameraSampler _cameras;
    private readonly ShadingSampler _shadings;
    private readonly RayMarchOptions _march;
    private readonly List<KeyValuePair<string, double>> _losses = [];
    private TrainSize _size;
    private ShadingMode _mode;
    private double _opacitySum;
    private double _borderSum;
    private double _guidanceNormSum;
    private long _translucentCount;
    private double _timestepSum;
    private int _sampleCount;
    private int _viewCount;

    /// <summary>Views as the configuration draws them.</summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="device">Where the kernels run.</param>
    /// <param name="renderer">The field's renderer.</param>
    /// <param name="guidance">What judges the views.</param>
    /// <param name="regularizers">The other loss terms.</param>
    public ViewDistillation(
        RunConfiguration configuration, DeviceContext device, Renderer renderer, ViewGuidance guidance, Regularizers regularizers)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(renderer);
        _configuration = configuration;
        _device = device;
        _renderer = renderer;
        _guidance = guidance;
        _regularizers = regularizers;
        TrainDataConfiguration data = configuration.Data.Train;
        _cameras = new CameraSampler(data, configuration.Seed, configuration.Iters);
        _shadings = new ShadingSampler(configuration);
        _march = renderer.Steps(configuration.Renderer.MaxSteps, configuration.Renderer.SampleBudget);
    }

    /// <summary>Value of each loss term, weighted, mean over the step's views; a term that only some views have counts 0 for the others.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Losses => [.. _losses.Select(loss => new KeyValuePair<string, double>(loss.Key, loss.Value / _viewCount))];

    /// <summary>Noise level of the guidance, mean over the step's views, rounded.</summary>
    public int Timestep => (int)Math.Round(_timestepSum / _viewCount);

    /// <summary>Forgets the views of the last step.</summary>
    /// <param name="step">The step that begins, from 0.</param>
    public void Begin(int step)
    {
        _size = _configuration.Data.Train.SizeAt(step);
        _losses.Clear();
        _opacitySum = _timestepSum = _borderSum = _guidanceNormSum = 0;
        _translucentCount = 0;
        _sampleCount = _viewCount = 0;
    }

    /// <summary>What the step's views showed: the shading, the samples of all, the mean opacity.</summary>
    /// <param name="occupiedShare">Share of the occupancy grid's cells that are marched.</param>
    public SceneReport Scene(double occupiedShare) =>
        new(_mode.ToString().ToLowerInvariant(), occupiedShare, _sampleCount, _opacitySum / ((double)_size.Width * _size.Height * _viewCount));

    /// <summary>What the step's views and guidance say about the field's health.</summary>
    /// <param name="meanDensity">Mean density of the occupancy grid's cells, 1/world unit.</param>
    /// <param name="parameterChange">Relative change of the networks' parameters.</param>
    public HealthReport Health(double meanDensity, double parameterChange) => new(
        meanDensity, _borderSum / _viewCount, _translucentCount / ((double)_size.Width * _size.Height * _viewCount), _guidanceNormSum / _viewCount, parameterChange);

    /// <summary>Adds one view's share of the step's gradient to the gradients of the field's parameters.</summary>
    /// <param name="step">Step, from 0.</param>
    /// <param name="index">View of the step's batch, from 0.</param>
    /// <param name="clock">Laps <c>render</c>, <c>guidance</c> and <c>backward</c>.</param>
    public void Distil(int step, int index, StepClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        OrbitCamera camera = _cameras.Sample(step, index);
        ViewShading shading = _shadings.Sample(step, camera, index);
        using var tape = new Tape(_device);
        var jitter = new RandomKey(_configuration.Seed, (uint)step, RandomPurpose.OfView(RandomPurpose.RayJitter, index));
        RenderedView view = _renderer.Render(tape, camera, _size.Width, _size.Height, shading, _march, jitter);
        clock.Lap("render");

        GuidanceReport guidance = _guidance.Apply(tape, view, camera, step, index, asLatent: shading.Mode == ShadingMode.Normal);
        clock.Lap("guidance");

        OpacitySums opacity = _guidance.Opacity(view.Opacity, _size.Width, _size.Height);
        _regularizers.Add(tape, _renderer, view, step, index, opacity.ForegroundCount);
        tape.Backward();
        Count(view, shading, guidance, opacity);
        clock.Lap("backward");
    }

    private void Count(RenderedView view, ViewShading shading, GuidanceReport guidance, in OpacitySums opacity)
    {
        _viewCount++;
        _sampleCount += view.Samples.Count;
        _timestepSum += guidance.Timestep;
        _guidanceNormSum += guidance.GradientNorm;
        _mode = shading.Mode;
        if (guidance.Loss is { } loss)
        {
            Count("guidance", loss);
        }
        foreach ((string name, double value) in _regularizers.ReadValues())
        {
            Count(name, value);
        }
        _opacitySum += opacity.Sum;
        _translucentCount += opacity.TranslucentCount;
        _borderSum += opacity.BorderMean;
    }

    private void Count(string name, double value)
    {
        int at = _losses.FindIndex(loss => loss.Key == name);
        if (at < 0)
        {
            _losses.Add(new(name, value));
        }
        else
        {
            _losses[at] = new(name, _losses[at].Value + value);
        }
    }
}
