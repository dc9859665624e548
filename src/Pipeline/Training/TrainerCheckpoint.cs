using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training;

/// <summary>A trainer's whole state as a checkpoint: parameters, Adam's moments, the occupancy grid, step and seed.</summary>
public static class TrainerCheckpoint
{
    private const string FirstMoment = ".adam_m";
    private const string SecondMoment = ".adam_v";
    private const string OccupancyDensities = "occupancy.densities";

    /// <summary>Copies the state to the host.</summary>
    /// <param name="trainer">The trainer, between two steps.</param>
    /// <param name="configuration">The run's configuration; only what determines the result is kept.</param>
    /// <param name="modelHashes">SHA-256 of each of the prior's files, by its path in the folder.</param>
    public static Checkpoint Capture(Trainer trainer, RunConfiguration configuration, IReadOnlyDictionary<string, string> modelHashes)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(configuration);
        var tensors = new Dictionary<string, Tensor>();
        foreach (ParameterGroup group in trainer.Field.Parameters.Groups)
        {
            tensors.Add(group.Name, Matrix(trainer.Field.Parameters.Values, group));
            tensors.Add(group.Name + FirstMoment, Matrix(trainer.Optimizer.FirstMoments, group));
            tensors.Add(group.Name + SecondMoment, Matrix(trainer.Optimizer.SecondMoments, group));
        }
        float[] densities = new float[trainer.Occupancy.Grid.Densities.Length];
        trainer.Occupancy.Grid.Densities.CopyToCPU(densities);
        tensors.Add(OccupancyDensities, Tensor.From(densities, densities.Length));
        return new Checkpoint
        {
            Step = trainer.Step,
            Seed = configuration.Seed,
            Configuration = ConfigurationFile.WriteDetermining(configuration),
            ModelHashes = modelHashes,
            Tensors = tensors,
        };
    }

    private static Tensor Matrix(ArrayView<float> arena, ParameterGroup group)
    {
        float[] values = new float[group.Length];
        arena.SubView(group.Offset, group.Length).CopyToCPU(values);
        return Tensor.From(values, group.Rows, group.Columns);
    }
}
