using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training;

/// <summary>A run's whole state as a checkpoint: parameters, Adam's moments, the occupancy grid if there is one, step and seed.</summary>
public static class TrainerCheckpoint
{
    private const string FirstMoment = ".adam_m";
    private const string SecondMoment = ".adam_v";
    private const string OccupancyDensities = "occupancy.densities";

    /// <summary>Copies a trainer's state to the host.</summary>
    /// <param name="trainer">The trainer, between two steps.</param>
    /// <param name="configuration">The run's configuration; only what determines the result is kept.</param>
    /// <param name="modelHashes">SHA-256 of each of the prior's files, by its path in the folder.</param>
    public static Checkpoint Capture(Trainer trainer, RunConfiguration configuration, IReadOnlyDictionary<string, string> modelHashes)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        Dictionary<string, Tensor> tensors = Tensors(trainer.Field.Parameters, trainer.Optimizer);
        float[] densities = new float[trainer.Occupancy.Grid.Densities.Length];
        trainer.Occupancy.Grid.Densities.CopyToCPU(densities);
        tensors.Add(OccupancyDensities, Tensor.From(densities, densities.Length));
        return Capture(tensors, trainer.Step, configuration, modelHashes);
    }

    /// <summary>Copies parameters and moments to the host.</summary>
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
        return Capture(Tensors(parameters, optimizer), step, configuration, modelHashes);
    }

    private static Checkpoint Capture(
        Dictionary<string, Tensor> tensors, int step, RunConfiguration configuration, IReadOnlyDictionary<string, string> modelHashes)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return new Checkpoint
        {
            Step = step,
            Seed = configuration.Seed,
            Configuration = ConfigurationFile.WriteDetermining(configuration),
            ModelHashes = modelHashes,
            Tensors = tensors,
        };
    }

    private static Dictionary<string, Tensor> Tensors(ParameterArena parameters, FieldOptimizer optimizer)
    {
        var tensors = new Dictionary<string, Tensor>();
        foreach (ParameterGroup group in parameters.Groups)
        {
            tensors.Add(group.Name, Matrix(parameters.Values, group));
            tensors.Add(group.Name + FirstMoment, Matrix(optimizer.FirstMoments, group));
            tensors.Add(group.Name + SecondMoment, Matrix(optimizer.SecondMoments, group));
        }
        return tensors;
    }

    private static Tensor Matrix(ArrayView<float> arena, ParameterGroup group)
    {
        float[] values = new float[group.Length];
        arena.SubView(group.Offset, group.Length).CopyToCPU(values);
        return Tensor.From(values, group.Rows, group.Columns);
    }
}
