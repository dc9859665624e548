using System;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Pipeline.Configuration;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training;

/// <summary>
/// Adam over an arena, with a learning rate for the network and one for all else (the field's features; pixels and latents), warmed up and
/// decayed.
/// </summary>
public sealed class FieldOptimizer : IDisposable
{
    private readonly DeviceContext _device;
    private readonly ParameterArena _parameters;
    private readonly OptimConfiguration _options;
    private readonly AdamOptions _adam;
    private readonly WarmUpDecaySchedule _schedule;
    private readonly OptimizerGroup[] _groups;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _firstMoments;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _secondMoments;

    /// <summary>An optimiser with zero moments.</summary>
    public FieldOptimizer(DeviceContext device, ParameterArena parameters, OptimConfiguration options)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        _device = device;
        _parameters = parameters;
        _options = options;
        _adam = new AdamOptions { Beta1 = options.Betas.First, Beta2 = options.Betas.Second, Epsilon = options.Eps };
        _schedule = new WarmUpDecaySchedule
        {
            WarmUpSteps = options.WarmupSteps,
            DecayStart = options.DecayStart,
            FinalFactor = options.FinalFactor,
        };
        _groups = new OptimizerGroup[parameters.Groups.Count];
        _firstMoments = device.Accelerator.Allocate1D<float>(parameters.Length);
        _secondMoments = device.Accelerator.Allocate1D<float>(parameters.Length);
        _firstMoments.MemSetToZero();
        _secondMoments.MemSetToZero();
    }

    /// <summary>Mean of the gradients m, as long as the arena.</summary>
    public ArrayView<float> FirstMoments => _firstMoments.View.BaseView;

    /// <summary>Mean of the squared gradients v, as long as the arena.</summary>
    public ArrayView<float> SecondMoments => _secondMoments.View.BaseView;

    /// <summary>Learning rate of the networks at the last step.</summary>
    public double LearningRate { get; private set; }

    /// <summary>Updates every parameter from its gradient and zeroes the gradients.</summary>
    /// <param name="step">Step, from 0.</param>
    /// <param name="iters">Steps of the run.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.Diverged"/>, if a gradient is not finite; the parameters are untouched.</exception>
    public OptimizerReport Step(int step, int iters)
    {
        double factor = _schedule.Factor(step, iters);
        LearningRate = _options.LearningRate * factor;
        for (int i = 0; i < _groups.Length; i++)
        {
            ParameterGroup group = _parameters.Groups[i];
            double rate = group.Shape.Role == ParameterRole.Network ? _options.LearningRate : _options.EncoderLearningRate;
            _groups[i] = new OptimizerGroup(group.Offset, group.Length, rate * factor);
        }
        OptimizerReport report = _device.Kernels<Adam>().Step(
            _adam, _groups, step + 1, _parameters.Values, _parameters.Gradients, FirstMoments, SecondMoments);
        return report.Applied
            ? report
            : throw new DfkException(
                ExitCode.Diverged,
                $"Training diverged at step {step}: {report.NonFiniteCount} of {_parameters.Length} gradients are not finite. The last checkpoint is intact; lower optim.lr, optim.encoder_lr or guidance_scale.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _firstMoments.Dispose();
        _secondMoments.Dispose();
    }
}
