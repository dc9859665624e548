using System;
using DreamFusion.Kernels.March;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>What a run keeps from its first step to its last: parameters and gradients, the optimiser's state, the moving average, the occupancy grid.</summary>
internal sealed class FieldState
{
    private const int MomentsOfAdam = 2;
    private const int MomentsOfAdan = 4;

    // Momenta, directions, and for each block two statistics with their roots; matrices of these fields are at most a few hundred wide.
    private const int BuffersOfShampoo = 8;

    /// <summary>The state of a configuration.</summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="field">Its field.</param>
    public FieldState(RunConfiguration configuration, FieldLedger field)
    {
        long parameters = field.ParameterCount * sizeof(float);
        ParameterBytes = 2 * parameters;
        int moments = configuration.Optim.Name switch
        {
            OptimizerKind.Adam or OptimizerKind.AdamW => MomentsOfAdam,
            OptimizerKind.Adan => MomentsOfAdan,
            OptimizerKind.Shampoo => configuration.Nerf.Encoder.EncoderType == EncoderType.Hashgrid ? MomentsOfAdam : BuffersOfShampoo,
            _ => throw new ArgumentOutOfRangeException(nameof(configuration), configuration.Optim.Name, "Unknown optimiser."),
        };
        OptimizerBytes = moments * parameters;
        AverageBytes = configuration.EmaDecay > 0f ? parameters : 0;
        FieldOptions options = FieldOptions.From(configuration.Nerf);
        RendererConfiguration renderer = configuration.Renderer;
        Cells = (long)(renderer.GridLevels ?? Cascades.CountFor(options.Bound.HalfSide)) * renderer.GridResolution * renderer.GridResolution * renderer.GridResolution;
        long bits = Cells / 8;
        OccupancyBytes = (Cells * sizeof(float)) + bits;
        CheckpointBytes = parameters + OptimizerBytes + AverageBytes + (Cells * sizeof(float));
    }

    /// <summary>Parameters and their gradients.</summary>
    public long ParameterBytes { get; }

    /// <summary>State of the optimiser.</summary>
    public long OptimizerBytes { get; }

    /// <summary>The moving average of the parameters.</summary>
    public long AverageBytes { get; }

    /// <summary>Cells of the occupancy grid, over all cascades.</summary>
    public long Cells { get; }

    /// <summary>The occupancy grid.</summary>
    public long OccupancyBytes { get; }

    /// <summary>Everything that a checkpoint holds.</summary>
    public long CheckpointBytes { get; }
}
