using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Imaging;

namespace DreamFusion.Pipeline.Training.TwoD;

/// <summary>
/// Score distillation without a third dimension: a latent, pixels and a network paint the same prompt, each from its own gradient, with the
/// same timesteps and noise. The three together tell which part of the way from the model to the parameters is broken. Of a model that works
/// on pixels there is no latent.
/// </summary>
public sealed class Painter : IDisposable
{
    private readonly RunConfiguration _configuration;
    private readonly DeviceContext _device;
    private readonly GuidanceTexts _texts;
    private readonly int _imageSize;
    private readonly NetworkPainting _network;
    private readonly IPainting[] _paintings;
    private readonly StepClock _clock = new();

    /// <summary>The paintings at step 0.</summary>
    /// <param name="configuration">The validated configuration; the training size is that of pixels and network.</param>
    /// <param name="device">Where the kernels run.</param>
    /// <param name="guidance">The frozen prior.</param>
    /// <param name="decoder">Its decoder, to show the latent; null if the model works on pixels.</param>
    /// <param name="texts">The texts of every step.</param>
    public Painter(RunConfiguration configuration, DeviceContext device, ScoreDistillation guidance, VaeDecoder? decoder, GuidanceTexts texts)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(guidance);
        _configuration = configuration;
        _device = device;
        _texts = texts;
        _imageSize = guidance.ImageSize;
        (int width, int height, _) = configuration.Data.Train.SizeAt(0);
        Parameters = new ParameterArena(device.Accelerator,
        [
            .. decoder is null ? [] : (ParameterShape[])[new ParameterShape(LatentPainting.ParameterName, guidance.LatentChannels, guidance.LatentSize * guidance.LatentSize)],
            new ParameterShape(PixelPainting.ParameterName, width * height, 3),
            ParameterShape.Of(RadianceField.NetworkName, NetworkPainting.Options, ParameterRole.Network),
        ]);
        _network = new NetworkPainting(device, Parameters[RadianceField.NetworkName].Variable, guidance, width, height, configuration.Seed);
        _paintings =
        [
            .. decoder is null ? [] : (IPainting[])[new LatentPainting(Parameters[LatentPainting.ParameterName].Variable, guidance, decoder, configuration.Seed)],
            new PixelPainting(Parameters[PixelPainting.ParameterName].Variable, guidance, width, height, configuration.Nerf.AlbedoGain, configuration.Seed),
            _network,
        ];
        Optimizer = new FieldOptimizer(device, Parameters, configuration.Optim, configuration.Iters);
    }

    /// <summary>Every trainable parameter.</summary>
    public ParameterArena Parameters { get; }

    /// <summary>The optimiser's state.</summary>
    public FieldOptimizer Optimizer { get; }

    /// <summary>Names of the paintings, in order.</summary>
    public IReadOnlyList<string> Names => [.. _paintings.Select(painting => painting.Name)];

    /// <summary>Steps done.</summary>
    public int Step { get; private set; }

    /// <summary>One optimisation step of every painting.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.Diverged"/>, if a gradient is not finite.</exception>
    public StepReport Advance()
    {
        _clock.Restart();
        var draw = new SdsStep(_configuration.Seed, (uint)Step, (double)Step / _configuration.Iters);
        var norms = new List<KeyValuePair<string, double>>();
        int timestep = 0;
        foreach (IPainting painting in _paintings)
        {
            GuidanceReport report = painting.Distill(_device, _texts, draw);
            norms.Add(new(painting.Name, report.GradientNorm));
            timestep = report.Timestep;
            _clock.Lap(painting.Name);
        }
        OptimizerReport update = Optimizer.Step(Step);
        _clock.Lap("optimiser");
        Step++;
        return new StepReport
        {
            Step = Step,
            Iters = _configuration.Iters,
            Losses = [],
            GuidanceNorms = norms,
            GradientNorm = update.GradientNorm,
            Timestep = timestep,
            LearningRate = Optimizer.LearningRate,
            Seconds = [.. _clock.Seconds],
            MemoryBytes = Environment.WorkingSet,
        };
    }

    /// <summary>The pictures as they are now, in the order of <see cref="Names"/>, each of the model's image size.</summary>
    public IReadOnlyList<FloatImage> Pictures() => [.. _paintings.Select(painting => new FloatImage(_imageSize, _imageSize, 3, painting.Picture(_device)))];

    /// <inheritdoc/>
    public void Dispose()
    {
        Optimizer.Dispose();
        _network.Dispose();
        Parameters.Dispose();
    }
}
