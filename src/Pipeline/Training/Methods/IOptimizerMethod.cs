using System;
using System.Collections.Generic;
using DreamFusion.Kernels.Optimize;

namespace DreamFusion.Pipeline.Training.Methods;

/// <summary>An optimisation method with what it remembers of one arena between steps.</summary>
internal interface IOptimizerMethod : IDisposable
{
    /// <summary>Everything that it remembers, for checkpoints.</summary>
    IReadOnlyList<StateTensor> State { get; }

    /// <summary>One step; the gradient is zero afterwards.</summary>
    /// <param name="step">t, from 1.</param>
    /// <param name="groups">The arena's groups in their order, with the rates of this step.</param>
    OptimizerReport Step(int step, ReadOnlySpan<OptimizerGroup> groups);
}
