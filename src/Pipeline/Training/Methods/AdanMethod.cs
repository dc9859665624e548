using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Pipeline.Configuration;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training.Methods;

/// <summary>Adan with proximal weight decay.</summary>
internal sealed class AdanMethod : IOptimizerMethod
{
    private readonly DeviceContext _device;
    private readonly ParameterArena _parameters;
    private readonly AdanOptions _options;
    private readonly MemoryBuffer1D<float, Stride1D.Dense>[] _buffers;
    private readonly AdanState _state;

    /// <summary>Zero state.</summary>
    /// <param name="device">The device.</param>
    /// <param name="parameters">The arena.</param>
    /// <param name="options">Its <c>betas</c> (three), <c>eps</c> and <c>max_grad_norm</c>.</param>
    public AdanMethod(DeviceContext device, ParameterArena parameters, OptimConfiguration options)
    {
        _device = device;
        _parameters = parameters;
        _options = new AdanOptions
        {
            Beta1 = options.Betas.First,
            Beta2 = options.Betas.Second,
            Beta3 = options.Betas.Third ?? throw new ArgumentException("Adan needs three betas; validate the configuration.", nameof(options)),
            Epsilon = options.Eps,
            MaxGradientNorm = FieldOptimizer.LimitOf(options.MaxGradientNorm),
        };
        string[] suffixes = [".adan_m", ".adan_v", ".adan_n", ".adan_g"];
        _buffers = Array.ConvertAll(suffixes, _ => device.AllocateZeroed(parameters.Length));
        _state = new AdanState(_buffers[0].View.BaseView, _buffers[1].View.BaseView, _buffers[2].View.BaseView, _buffers[3].View.BaseView);
        var state = new List<StateTensor>();
        for (int i = 0; i < suffixes.Length; i++)
        {
            state.AddRange(StateTensor.OfGroups(parameters.Groups, _buffers[i].View.BaseView, suffixes[i]));
        }
        State = state;
    }

    /// <inheritdoc/>
    public IReadOnlyList<StateTensor> State { get; }

    /// <inheritdoc/>
    public OptimizerReport Step(int step, ReadOnlySpan<OptimizerGroup> groups) =>
        _device.Kernels<Adan>().Step(_options, groups, step, _parameters.Values, _parameters.Gradients, _state);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (MemoryBuffer1D<float, Stride1D.Dense> buffer in _buffers)
        {
            buffer.Dispose();
        }
    }
}
