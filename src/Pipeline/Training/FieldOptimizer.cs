using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Training.Methods;

namespace DreamFusion.Pipeline.Training;

/// <summary>
/// The optimiser of an arena: a method, a learning rate for each role of the groups, one schedule on all of them, and the limits of the
/// gradient.
/// </summary>
public sealed class FieldOptimizer : IDisposable
{
    private readonly DeviceContext _device;
    private readonly ParameterArena _parameters;
    private readonly OptimConfiguration _options;
    private readonly LearningRateSchedule _schedule;
    private readonly IOptimizerMethod _method;
    private readonly OptimizerGroup[] _groups;

    /// <summary>An optimiser that remembers nothing yet.</summary>
    /// <param name="device">The device.</param>
    /// <param name="parameters">What it optimises.</param>
    /// <param name="options">The validated options.</param>
    /// <param name="iters">Steps of the run, positive.</param>
    public FieldOptimizer(DeviceContext device, ParameterArena parameters, OptimConfiguration options, int iters)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        _device = device;
        _parameters = parameters;
        _options = options;
        _schedule = ScheduleOf(options, iters);
        _groups = new OptimizerGroup[parameters.Groups.Count];
        _method = options.Name switch
        {
            OptimizerKind.Adam or OptimizerKind.AdamW => new AdamMethod(device, parameters, options, parameters.Groups),
            OptimizerKind.Adan => new AdanMethod(device, parameters, options),
            OptimizerKind.Shampoo => new ShampooMethod(device, parameters, options),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Name, "Unknown optimiser."),
        };
    }

    /// <summary>Everything that it remembers between steps.</summary>
    public IReadOnlyList<StateTensor> State => _method.State;

    /// <summary>Learning rate of the networks at the last step.</summary>
    public double LearningRate { get; private set; }

    /// <summary>The factor on all learning rates as a function of the step.</summary>
    /// <param name="options">Kind and shape of the schedule.</param>
    /// <param name="iters">Steps of the run, positive.</param>
    public static LearningRateSchedule ScheduleOf(OptimConfiguration options, int iters)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Schedule switch
        {
            RateSchedule.Constant => new ConstantSchedule(1d),
            RateSchedule.WarmUpDecay => new WarmUpDecaySchedule
            {
                StepCount = iters,
                WarmUpSteps = options.WarmupSteps,
                DecayStart = options.DecayStart,
                FinalFactor = options.FinalFactor,
            },
            RateSchedule.Exponential => new ExponentialSchedule(1d, options.FinalFactor, iters),
            // A run that is shorter than the warm-up still rises towards 1.
            RateSchedule.Cosine => new CosineSchedule(1d, options.FinalFactor, Math.Max(1, iters - options.WarmupSteps))
                .AfterWarmUp(options.WarmupFactor, options.WarmupSteps),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Schedule, "Unknown schedule of the learning rate."),
        };
    }

    /// <summary>Base learning rate of a role.</summary>
    public static float RateOf(OptimConfiguration options, ParameterRole role)
    {
        ArgumentNullException.ThrowIfNull(options);
        return role switch
        {
            ParameterRole.Encoder => options.EncoderLearningRate,
            ParameterRole.Network => options.LearningRate,
            ParameterRole.Background => options.BackgroundLearningRate,
            _ => throw new ArgumentOutOfRangeException(nameof(role), role, "Unknown role of a parameter group."),
        };
    }

    /// <summary>Updates every parameter from its gradient and zeroes the gradients.</summary>
    /// <param name="step">Step, from 0.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.Diverged"/>, if a gradient is not finite; the parameters are untouched.</exception>
    public OptimizerReport Step(int step)
    {
        double factor = _schedule.At(step);
        LearningRate = _options.LearningRate * factor;
        for (int i = 0; i < _groups.Length; i++)
        {
            ParameterGroup group = _parameters.Groups[i];
            _groups[i] = new OptimizerGroup(group.Offset, group.Length, RateOf(_options, group.Shape.Role) * factor, _options.WeightDecay);
        }
        if (_options.GradientClip > 0f)
        {
            _device.Kernels<GradientInspection>().ClipValues(_parameters.Gradients, _options.GradientClip);
        }
        OptimizerReport report = _method.Step(step + 1, _groups);
        return report.Applied
            ? report
            : throw new DfkException(
                ExitCode.Diverged,
                $"Training diverged at step {step}: {report.NonFiniteCount} of {_parameters.Length} gradients are not finite. The last checkpoint is intact; lower optim.lr, optim.encoder_lr or guidance_scale.");
    }

    /// <inheritdoc/>
    public void Dispose() => _method.Dispose();

    /// <summary>The largest gradient norm as the kernels take it: 0 means no limit in the configuration.</summary>
    internal static double LimitOf(float maxGradientNorm) => maxGradientNorm > 0f ? maxGradientNorm : double.PositiveInfinity;
}
