using System;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Training.Watchdog;

namespace DreamFusion.Pipeline.Training;

/// <summary>
/// Score distillation of one field (DreamFusion, Poole et al. 2022, sec. 3): each step renders random views, asks the
/// frozen prior in which direction its pixels should move, and lets that gradient flow back into the field.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly RunConfiguration _configuration;
    private readonly Renderer _renderer;
    private readonly ViewDistillation _views;
    private readonly FieldOptimizer _optimizer;
    private readonly LevelSchedule _levels;
    private readonly StepClock _clock = new();
    private readonly ParameterProbe _probe;

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
        var judge = new ViewGuidance(configuration, guidance, prompt);
        Field = new RadianceField(device, FieldOptions.From(configuration.Nerf, configuration.Background));
        Field.Initialise(configuration.Seed);
        Occupancy = new OccupancyUpdater(device, Field, configuration.Renderer, configuration.Seed);
        _renderer = new Renderer(Field, Occupancy, RendererOptions.From(configuration.Renderer, configuration.Loss));
        _optimizer = new FieldOptimizer(device, Field.Parameters, configuration.Optim, configuration.Iters);
        _levels = new LevelSchedule(configuration);
        _probe = new ParameterProbe(Field.Parameters);
        Average = ParameterAverage.Create(device, Field.Parameters, configuration);
        _views = new ViewDistillation(configuration, device, _renderer, judge, new Regularizers(configuration, guidance.TermCount));
    }

    /// <summary>The field being trained.</summary>
    public RadianceField Field { get; }

    /// <summary>Its occupancy grid.</summary>
    public OccupancyUpdater Occupancy { get; }

    /// <summary>The optimiser's state.</summary>
    public FieldOptimizer Optimizer => _optimizer;

    /// <summary>The moving average of the parameters, or null if the configuration has none.</summary>
    public ParameterAverage? Average { get; }

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
        _levels.Prepare(Field, step);
        if (Occupancy.IsDue(step, _configuration.UpdateExtraInterval))
        {
            Occupancy.Update(step);
        }
        _clock.Lap("occupancy");

        _views.Begin(step);
        for (int view = 0; view < _configuration.Data.Train.SizeAt(step).BatchSize; view++)
        {
            _views.Distil(step, view, _clock);
        }

        _probe.Remember();
        OptimizerReport update = _optimizer.Step(step);
        Step++;
        Average?.Update(Step);
        _clock.Lap("optimiser");
        return Report(update);
    }

    /// <summary>Continues at a step whose state a checkpoint has restored.</summary>
    internal void GoOnFrom(int step)
    {
        Step = step;
        // What the last step used is what pictures are made with until the next one.
        _levels.Prepare(Field, Math.Max(0, step - 1));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Average?.Dispose();
        _optimizer.Dispose();
        Occupancy.Dispose();
        Field.Dispose();
    }

    private StepReport Report(OptimizerReport update) => new()
    {
        Step = Step,
        Iters = _configuration.Iters,
        Scene = _views.Scene(Occupancy.OccupiedShare),
        Health = _views.Health(Occupancy.MeanDensity, _probe.Change()),
        Losses = _views.Losses,
        GradientNorm = update.GradientNorm,
        Timestep = _views.Timestep,
        LearningRate = _optimizer.LearningRate,
        Seconds = [.. _clock.Seconds],
        MemoryBytes = Environment.WorkingSet,
    };
}
