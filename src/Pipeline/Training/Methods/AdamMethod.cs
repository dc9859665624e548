using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Pipeline.Configuration;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training.Methods;

/// <summary>Adam or AdamW.</summary>
internal sealed class AdamMethod : IOptimizerMethod
{
    private readonly DeviceContext _device;
    private readonly ParameterArena _parameters;
    private readonly AdamOptions _options;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _firstMoments;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _secondMoments;

    /// <summary>Zero moments.</summary>
    /// <param name="device">The device.</param>
    /// <param name="parameters">The arena.</param>
    /// <param name="options">Its <c>betas</c>, <c>eps</c> and <c>max_grad_norm</c>; decoupled weight decay if it names <c>adamw</c>.</param>
    /// <param name="groups">Groups that it updates and keeps in checkpoints; the arena's or some of them.</param>
    public AdamMethod(DeviceContext device, ParameterArena parameters, OptimConfiguration options, IReadOnlyList<ParameterGroup> groups)
    {
        _device = device;
        _parameters = parameters;
        _options = new AdamOptions
        {
            Beta1 = options.Betas.First,
            Beta2 = options.Betas.Second,
            Epsilon = options.Eps,
            MaxGradientNorm = FieldOptimizer.LimitOf(options.MaxGradientNorm),
            DecoupledWeightDecay = options.Name == OptimizerKind.AdamW,
        };
        _firstMoments = device.AllocateZeroed(parameters.Length);
        _secondMoments = device.AllocateZeroed(parameters.Length);
        State =
        [
            .. StateTensor.OfGroups(groups, _firstMoments.View.BaseView, ".adam_m"),
            .. StateTensor.OfGroups(groups, _secondMoments.View.BaseView, ".adam_v"),
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<StateTensor> State { get; }

    /// <inheritdoc/>
    public OptimizerReport Step(int step, ReadOnlySpan<OptimizerGroup> groups) => _device.Kernels<Adam>().Step(
        _options, groups, step, _parameters.Values, _parameters.Gradients, _firstMoments.View.BaseView, _secondMoments.View.BaseView);

    /// <summary>One step of some groups after an inspection of the whole gradient.</summary>
    public void Apply(OptimizerReport report, int step, ReadOnlySpan<OptimizerGroup> groups) => _device.Kernels<Adam>().Apply(
        report, _options, groups, step, _parameters.Values, _parameters.Gradients, _firstMoments.View.BaseView, _secondMoments.View.BaseView);

    /// <inheritdoc/>
    public void Dispose()
    {
        _firstMoments.Dispose();
        _secondMoments.Dispose();
    }
}
