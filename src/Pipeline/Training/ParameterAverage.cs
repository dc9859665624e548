using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Pipeline.Configuration;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training;

/// <summary>
/// The exponential moving average of an arena's parameters: what a run is looked at and judged by, while the parameters themselves go on
/// being optimised. Source: torch_ema as stable-dreamfusion uses it (decay 0.95, one update per epoch of 100 steps).
/// </summary>
public sealed class ParameterAverage : IDisposable
{
    private readonly DeviceContext _device;
    private readonly ParameterArena _parameters;
    private readonly EmaOptions _options;
    private readonly int _interval;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _average;

    private ParameterAverage(DeviceContext device, ParameterArena parameters, EmaOptions options, int interval)
    {
        _device = device;
        _parameters = parameters;
        _options = options;
        _interval = interval;
        _average = device.AllocateZeroed(parameters.Length);
        Average.CopyFrom(parameters.Values);
        State = [.. StateTensor.OfGroups(parameters.Groups, Average, Suffix)];
    }

    /// <summary>Ends the names of the average's tensors in a checkpoint.</summary>
    public const string Suffix = ".ema";

    /// <summary>The average, for checkpoints.</summary>
    public IReadOnlyList<StateTensor> State { get; }

    private ArrayView<float> Average => _average.View.BaseView;

    /// <summary>An average that begins at the present parameters, or null if the configuration has none.</summary>
    /// <param name="device">The device.</param>
    /// <param name="parameters">The parameters, initialised.</param>
    /// <param name="configuration">Its <c>ema_decay</c>, <c>ema_interval</c> and <c>ema_warmup</c>.</param>
    public static ParameterAverage? Create(DeviceContext device, ParameterArena parameters, RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration.EmaDecay > 0f
            ? new ParameterAverage(device, parameters, new EmaOptions { Decay = configuration.EmaDecay, WarmsUp = configuration.EmaWarmup }, configuration.EmaInterval)
            : null;
    }

    /// <summary>Begins again at the present parameters.</summary>
    public void Restart() => Average.CopyFrom(_parameters.Values);

    /// <summary>Moves the average towards the parameters if the step is one of those that do.</summary>
    /// <param name="steps">Steps done, at least 1.</param>
    public void Update(int steps)
    {
        if (steps % _interval == 0)
        {
            _device.Kernels<Ema>().Update(_options, steps / _interval, Average, _parameters.Values);
        }
    }

    /// <summary>Puts the average in place of the parameters until the result is disposed.</summary>
    public IDisposable InPlace() => new Exchange(this);

    /// <inheritdoc/>
    public void Dispose() => _average.Dispose();

    private void Swap() => _device.Kernels<Ema>().Exchange(Average, _parameters.Values);

    private sealed class Exchange : IDisposable
    {
        private ParameterAverage? _owner;

        public Exchange(ParameterAverage owner)
        {
            _owner = owner;
            owner.Swap();
        }

        public void Dispose()
        {
            _owner?.Swap();
            _owner = null;
        }
    }
}
