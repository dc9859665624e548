using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Models;
using ILGPU;

namespace DreamFusion.Pipeline.Training;

/// <summary>
/// A run's whole state as a checkpoint: parameters, the optimiser's state, the moving average and the occupancy grid where there are
/// some, step and seed.
/// </summary>
public static class TrainerCheckpoint
{
    private const string OccupancyDensities = "occupancy.densities";

    /// <summary>Copies a trainer's state to the host.</summary>
    /// <param name="trainer">The trainer, between two steps.</param>
    /// <param name="configuration">The run's configuration; only what determines the result is kept.</param>
    /// <param name="modelHashes">SHA-256 of each of the prior's files, by its path in the folder.</param>
    public static Checkpoint Capture(Trainer trainer, RunConfiguration configuration, IReadOnlyDictionary<string, string> modelHashes)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        return Capture(StateOf(trainer), trainer.Step, configuration, modelHashes);
    }

    /// <summary>Copies parameters and the optimiser's state to the host.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="optimizer">Their optimiser, between two steps.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="configuration">The run's configuration; only what determines the result is kept.</param>
    /// <param name="modelHashes">SHA-256 of each of the prior's files, by its path in the folder.</param>
    public static Checkpoint Capture(
        ParameterArena parameters, FieldOptimizer optimizer, int step, RunConfiguration configuration, IReadOnlyDictionary<string, string> modelHashes)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(optimizer);
        return Capture([.. Parameters(parameters), .. optimizer.State], step, configuration, modelHashes);
    }

    /// <summary>Puts a trainer into the state of a checkpoint, so that it goes on as the run that wrote it would have.</summary>
    /// <param name="trainer">The trainer of the same configuration.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="modelHashes">SHA-256 of each of the prior's files, by its path in the folder.</param>
    /// <exception cref="DfkException">
    /// With <see cref="ExitCode.BadInput"/>, if the checkpoint is of another prompt, seed, configuration or prior, or its tensors are not
    /// the trainer's; the message names both sides.
    /// </exception>
    public static void Restore(Trainer trainer, Checkpoint checkpoint, RunConfiguration configuration, IReadOnlyDictionary<string, string> modelHashes)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        RequireSameRun(checkpoint, configuration);
        RequireSameModel(checkpoint, modelHashes);
        List<StateTensor> state = StateOf(trainer);
        RequireNoOthers(checkpoint, state);
        foreach (StateTensor tensor in state)
        {
            tensor.Write(checkpoint);
        }
        trainer.Occupancy.Rebuild();
        trainer.GoOnFrom(checkpoint.Step);
    }

    /// <summary>Fills a field with a checkpoint's: the moving average if it holds one, else the parameters.</summary>
    /// <param name="parameters">The field's parameters.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if a tensor is missing or has another shape; the message names both.</exception>
    public static void FillField(ParameterArena parameters, Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(checkpoint);
        foreach (StateTensor tensor in Parameters(parameters))
        {
            string average = tensor.Name + ParameterAverage.Suffix;
            StateTensor source = checkpoint.Tensors.ContainsKey(average) ? tensor with { Name = average } : tensor;
            source.Write(checkpoint);
        }
    }

    /// <summary>
    /// Fills a field and its occupancy grid with a checkpoint's, to look at it: the moving average if it holds one, else the parameters; with
    /// the levels and the encoding of the last step done, as the run's own pictures are made.
    /// </summary>
    /// <param name="field">The field.</param>
    /// <param name="occupancy">Its grid.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="configuration">The run's configuration.</param>
    /// <exception cref="DfkException">As <see cref="FillField"/>.</exception>
    public static void FillScene(RadianceField field, OccupancyUpdater occupancy, Checkpoint checkpoint, RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(occupancy);
        ArgumentNullException.ThrowIfNull(checkpoint);
        FillField(field.Parameters, checkpoint);
        Densities(occupancy).Write(checkpoint);
        occupancy.Rebuild();
        new LevelSchedule(configuration).Prepare(field, Math.Max(0, checkpoint.Step - 1));
    }

    /// <summary>Refuses a checkpoint of another seed or of a configuration that gives another result.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>; the message names both sides.</exception>
    public static void RequireSameRun(Checkpoint checkpoint, RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        RequireSameRun(checkpoint.Configuration, "the checkpoint", configuration);
    }

    /// <summary>Refuses a configuration that gives another result than the one that a run has begun with.</summary>
    /// <param name="begun">That configuration as <see cref="ConfigurationFile.WriteDetermining"/> wrote it.</param>
    /// <param name="where">Where it stands, for the message.</param>
    /// <param name="configuration">The configuration that would go on.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>; the message names both sides.</exception>
    public static void RequireSameRun(string begun, string where, RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        IReadOnlyList<string> differences = ConfigurationDifference.Between(begun, where, ConfigurationFile.WriteDetermining(configuration), "this run");
        if (differences.Count > 0)
        {
            throw new DfkException(
                ExitCode.BadInput,
                "the run cannot be resumed with another configuration:\n  " + string.Join("\n  ", differences) + "\nLeave these options out, or start a new run without --resume.");
        }
    }

    /// <summary>Refuses a checkpoint of another prior. Files without a part in training may differ: a run can go on with another judge, which every score names.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>; the message names both sides.</exception>
    public static void RequireSameModel(Checkpoint checkpoint, IReadOnlyDictionary<string, string> modelHashes)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(modelHashes);
        string[] differences =
        [
            .. checkpoint.ModelHashes.Keys.Union(modelHashes.Keys).Where(ModelFolder.Trains).Order(StringComparer.Ordinal)
                .Select(file => (File: file, Theirs: checkpoint.ModelHashes.GetValueOrDefault(file), Ours: modelHashes.GetValueOrDefault(file)))
                .Where(file => file.Theirs != file.Ours)
                .Select(file => $"{file.File}: the checkpoint has SHA-256 {file.Theirs ?? "none"}, this run {file.Ours ?? "none"}"),
        ];
        if (differences.Length > 0)
        {
            throw new DfkException(
                ExitCode.BadInput, "the run cannot be resumed with another prior:\n  " + string.Join("\n  ", differences) + "\nGive the folder that it began with by --model.");
        }
    }

    private static void RequireNoOthers(Checkpoint checkpoint, IEnumerable<StateTensor> state)
    {
        string[] others = [.. checkpoint.Tensors.Keys.Except(state.Select(tensor => tensor.Name)).Order(StringComparer.Ordinal)];
        if (others.Length > 0)
        {
            throw new DfkException(
                ExitCode.BadInput,
                $"checkpoint: holds {string.Join(", ", others)}, which this configuration does not have; it has {string.Join(", ", state.Select(tensor => tensor.Name))}.");
        }
    }

    private static Checkpoint Capture(
        IReadOnlyList<StateTensor> state, int step, RunConfiguration configuration, IReadOnlyDictionary<string, string> modelHashes)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return new Checkpoint
        {
            Step = step,
            Seed = configuration.Seed,
            Configuration = ConfigurationFile.WriteDetermining(configuration),
            ModelHashes = modelHashes,
            Tensors = state.ToDictionary(tensor => tensor.Name, tensor => tensor.Read()),
        };
    }

    private static List<StateTensor> StateOf(Trainer trainer) =>
    [
        .. Parameters(trainer.Field.Parameters), .. trainer.Optimizer.State, .. trainer.Average?.State ?? [], Densities(trainer.Occupancy),
    ];

    private static IEnumerable<StateTensor> Parameters(ParameterArena parameters) => StateTensor.OfGroups(parameters.Groups, parameters.Values, "");

    private static StateTensor Densities(OccupancyUpdater occupancy)
    {
        ArrayView<float> densities = occupancy.Grid.Densities;
        return new StateTensor(OccupancyDensities, densities, [densities.Length]);
    }
}
