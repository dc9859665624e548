using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Pipeline.Configuration;
using ILGPU;

namespace DreamFusion.Pipeline.Training.Methods;

/// <summary>Shampoo for groups of matrices that are small enough for it, Adam for the others, with one inspection of the whole gradient.</summary>
internal sealed class ShampooMethod : IOptimizerMethod
{
    /// <summary>Longest side of a matrix that Shampoo takes: a hash table has millions of rows, of which a step touches a few.</summary>
    private const int LongestSide = 1024;

    private readonly DeviceContext _device;
    private readonly ParameterArena _parameters;
    private readonly bool[] _isSmall;
    private readonly ShampooState _state;
    private readonly AdamMethod? _adam;
    private readonly OptimizerGroup[] _matrices;
    private readonly OptimizerGroup[] _others;

    /// <summary>Empty statistics.</summary>
    /// <param name="device">The device.</param>
    /// <param name="parameters">The arena.</param>
    /// <param name="options">Its <c>betas</c>, <c>eps</c>, <c>max_grad_norm</c> and <c>shampoo</c>.</param>
    public ShampooMethod(DeviceContext device, ParameterArena parameters, OptimConfiguration options)
    {
        _device = device;
        _parameters = parameters;
        _isSmall = [.. parameters.Groups.Select(group => group.Shape.Matrices.All(matrix => Math.Max(matrix.Rows, matrix.Columns) <= LongestSide))];
        ParameterGroup[] others = [.. parameters.Groups.Where((_, i) => !_isSmall[i])];
        ShampooMatrix[] matrices =
        [
            .. parameters.Groups.Where((_, i) => _isSmall[i]).SelectMany(group => group.Shape.Matrices).Select(matrix => new ShampooMatrix(matrix.Rows, matrix.Columns)),
        ];
        _matrices = new OptimizerGroup[matrices.Length];
        _others = new OptimizerGroup[others.Length];
        _state = new ShampooState(device.Accelerator, OptionsOf(options), matrices);
        _adam = others.Length > 0 ? new AdamMethod(device, parameters, options, others) : null;
        State =
        [
            Whole("shampoo.momenta", _state.Momenta), Whole("shampoo.statistics", _state.Statistics), Whole("shampoo.roots", _state.Roots), .. _adam?.State ?? [],
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<StateTensor> State { get; }

    /// <inheritdoc/>
    public OptimizerReport Step(int step, ReadOnlySpan<OptimizerGroup> groups)
    {
        int matrix = 0, other = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            if (!_isSmall[i])
            {
                _others[other++] = groups[i];
                continue;
            }
            foreach (ParameterMatrix part in _parameters.Groups[i].Shape.Matrices)
            {
                _matrices[matrix++] = groups[i] with { Start = groups[i].Start + part.Offset, Length = (long)part.Rows * part.Columns };
            }
        }
        OptimizerReport report = _device.Kernels<Shampoo>().Step(_state, _matrices, step, _parameters.Values, _parameters.Gradients);
        _adam?.Apply(report, step, _others);
        return report;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _adam?.Dispose();
        _state.Dispose();
    }

    private static StateTensor Whole(string name, ArrayView<float> values) => new(name, values, [values.Length]);

    private static ShampooOptions OptionsOf(OptimConfiguration options) => new()
    {
        Beta1 = options.Betas.First,
        Beta2 = options.Betas.Second,
        Epsilon = options.Eps,
        MaxGradientNorm = FieldOptimizer.LimitOf(options.MaxGradientNorm),
        ExponentOverride = options.Shampoo.ExponentOverride,
        BlockSize = options.Shampoo.BlockSize,
        RootInterval = options.Shampoo.RootInterval,
        PlainSteps = options.Shampoo.PlainSteps,
        Grafting = options.Shampoo.Grafting switch
        {
            GraftingKind.SqrtN => ShampooGrafting.SqrtN,
            GraftingKind.Sgd => ShampooGrafting.Gradient,
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Shampoo.Grafting, "Unknown grafting."),
        },
    };
}
