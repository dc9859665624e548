using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Prompts;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training;

/// <summary>
/// Score distillation of one field (DreamFusion, Poole et al. 2022, sec. 3): each step renders a random view, asks the
/// frozen prior in which direction its pixels should move, and lets that gradient flow back into the field.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly RunConfiguration _configuration;
    private readonly DeviceContext _device;
    private readonly ViewGuidance _guidance;
    private readonly Renderer _renderer;
    private readonly CameraSampler _cameras;
    private readonly ShadingSampler _shadings;
    private readonly FieldOptimizer _optimizer;
    private readonly Regularizers _regularizers;
    private readonly RayMarchOptions _march;
    private readonly StepClock _clock = new();
    private readonly float[] _opacity;

    /// <summary>A run at step 0 with a randomly initialised field.</summary>
    /// <param name="configuration">The validated configuration.</param>
    /// <param name="device">Where the kernels run.</param>
    /// <param name="guidance">What judges the views: the frozen prior.</param>
    /// <param name="prompt">Embeddings of the prompt for every view.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if the guidance cannot do what the configuration asks for.</exception>
    public Trainer(RunConfiguration configuration, DeviceContext device, IGuidance guidance, PromptEmbeddings prompt)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(guidance);
        _configuration = configuration;
        _device = device;
        _guidance = new ViewGuidance(configuration, guidance, prompt);
        Field = new RadianceField(device, FieldOptions.From(configuration.Nerf, configuration.Background));
        Field.Initialise(configuration.Seed);
        Occupancy = new OccupancyUpdater(device, Field, configuration.Renderer, configuration.Seed);
        _renderer = new Renderer(Field, Occupancy, (long)configuration.Renderer.FieldMemoryMebibytes << 20);
        _march = _renderer.Steps(configuration.Renderer.MaxSteps, configuration.Renderer.SampleBudget);
        _cameras = new CameraSampler(configuration.Data.Train, configuration.Seed);
        _shadings = new ShadingSampler(configuration);
        _optimizer = new FieldOptimizer(device, Field.Parameters, configuration.Optim);
        _regularizers = new Regularizers(configuration, guidance.TermCount);
        _opacity = new float[configuration.Data.Train.Width * configuration.Data.Train.Height];
    }

    /// <summary>The field being trained.</summary>
    public RadianceField Field { get; }

    /// <summary>Its occupancy grid.</summary>
    public OccupancyUpdater Occupancy { get; }

    /// <summary>The optimiser's state.</summary>
    public FieldOptimizer Optimizer => _optimizer;

    /// <summary>The renderer of the field.</summary>
    public Renderer Renderer => _renderer;

    /// <summary>Steps done.</summary>
    public int Step { get; private set; }

    /// <summary>One optimisation step.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.Diverged"/>, if the gradient is not finite.</exception>
    public StepReport Advance()
    {
        int step = Step;
        _clock.Restart();
        if (step % _configuration.UpdateExtraInterval == 0)
        {
            Occupancy.Update(step);
        }
        _clock.Lap("occupancy");

        TrainDataConfiguration data = _configuration.Data.Train;
        OrbitCamera camera = _cameras.Sample(step);
        ViewShading shading = _shadings.Sample(step, camera);
        using var tape = new Tape(_device);
        var jitter = new RandomKey(_configuration.Seed, (uint)step, RandomPurpose.RayJitter);
        RenderedView view = _renderer.Render(tape, camera, data.Width, data.Height, shading, _march, jitter);
        _clock.Lap("render");

        GuidanceReport guidance = _guidance.Apply(tape, view, camera, step, _shadings.IsLatent(step));
        _clock.Lap("guidance");

        _regularizers.Add(tape, Field, view, step);
        tape.Backward();
        IReadOnlyList<KeyValuePair<string, double>> losses = _regularizers.ReadValues();
        _clock.Lap("backward");

        OptimizerReport update = _optimizer.Step(step, _configuration.Iters);
        _clock.Lap("optimiser");
        Step++;
        return Report(view, shading, guidance, losses, update);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        Occupancy.Dispose();
        Field.Dispose();
    }

    private StepReport Report(
        RenderedView view, ViewShading shading, GuidanceReport guidance, IReadOnlyList<KeyValuePair<string, double>> losses, OptimizerReport update)
    {
        view.Opacity.Value.CopyToCPU(_opacity);
        double opacity = 0;
        foreach (float value in _opacity)
        {
            opacity += value;
        }
        return new StepReport
        {
            Step = Step,
            Iters = _configuration.Iters,
            Scene = new SceneReport(
                shading.Mode.ToString().ToLowerInvariant(), Occupancy.OccupiedShare, view.Samples.Count, opacity / _opacity.Length),
            Losses = guidance.Loss is { } loss ? [new("guidance", loss), .. losses] : losses,
            GradientNorm = update.GradientNorm,
            Timestep = guidance.Timestep,
            LearningRate = _optimizer.LearningRate,
            Seconds = [.. _clock.Seconds],
            MemoryBytes = Environment.WorkingSet,
        };
    }
}
