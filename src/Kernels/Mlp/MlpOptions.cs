using System;
using System.Collections.Generic;
using System.Globalization;

namespace DreamFusion.Kernels.Mlp;

/// <summary>
/// Shape of a fully connected network. Parameters lie in one flat block, layer after layer, each
/// W [out][in] row-major followed by b [out] if the network has biases.
/// </summary>
public sealed record MlpOptions
{
    /// <summary>Largest width of any layer, input and output included.</summary>
    public const int MaxWidth = 128;

    /// <summary>Largest <see cref="HiddenLayers"/>.</summary>
    public const int MaxHiddenLayers = 4;

    /// <summary>Inputs, 1 to 128, default 32.</summary>
    public int InputCount { get; init; } = 32;

    /// <summary>Width of every hidden layer, 1 to 128, default 64.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Hidden layers, 1 to 4, default 2.</summary>
    public int HiddenLayers { get; init; } = 2;

    /// <summary>Outputs, 1 to 128, default 4.</summary>
    public int OutputCount { get; init; } = 4;

    /// <summary>Whether every layer has a bias, default true.</summary>
    public bool HasBias { get; init; } = true;

    /// <summary>Activation of the hidden layers, default ReLU.</summary>
    public HiddenActivation HiddenActivation { get; init; } = HiddenActivation.Relu;

    /// <summary>Activation of the outputs, applied by <see cref="OutputLayer{TOutput}"/> behind the linear output; default none.</summary>
    public OutputActivation OutputActivation { get; init; } = OutputActivation.None;

    /// <summary>The network of the small embedded prior's field: 12 → 32 → 4 with bias.</summary>
    public static MlpOptions Toybox { get; } = new() { InputCount = 12, Width = 32, HiddenLayers = 1 };

    /// <summary>Floats in the parameter block.</summary>
    public int ParameterCount => LayerStart(HiddenLayers + 1);

    /// <summary>First float of a layer's weights.</summary>
    /// <param name="layer">0 for the first hidden layer, <see cref="HiddenLayers"/> for the output layer.</param>
    public int WeightOffset(int layer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(layer, HiddenLayers);
        return LayerStart(layer);
    }

    /// <summary>First float of a layer's bias; only for networks with biases.</summary>
    /// <param name="layer">0 for the first hidden layer, <see cref="HiddenLayers"/> for the output layer.</param>
    public int BiasOffset(int layer) => WeightOffset(layer) + LayerInputs(layer) * LayerOutputs(layer);

    /// <summary>Inputs of a layer.</summary>
    /// <param name="layer">0 for the first hidden layer, <see cref="HiddenLayers"/> for the output layer.</param>
    public int LayerInputs(int layer) => layer == 0 ? InputCount : Width;

    /// <summary>Outputs of a layer.</summary>
    /// <param name="layer">0 for the first hidden layer, <see cref="HiddenLayers"/> for the output layer.</param>
    public int LayerOutputs(int layer) => layer == HiddenLayers ? OutputCount : Width;

    /// <summary>All that is wrong with these options, one sentence each; empty when they are usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        Require("inputs", InputCount, MaxWidth);
        Require("hidden units", Width, MaxWidth);
        Require("hidden layers", HiddenLayers, MaxHiddenLayers);
        Require("outputs", OutputCount, MaxWidth);
        if (!Enum.IsDefined(HiddenActivation))
        {
            problems.Add($"Mlp: unknown hidden activation {(int)HiddenActivation}; use Relu or Silu.");
        }

        if (!Enum.IsDefined(OutputActivation))
        {
            problems.Add($"Mlp: unknown output activation {(int)OutputActivation}; use None, Sigmoid, Softplus or Exp.");
        }

        return problems;

        void Require(string what, int value, int largest)
        {
            if (value < 1 || value > largest)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"Mlp: {value} {what}, expected 1 to {largest}; change the network's configuration."));
            }
        }
    }

    private int LayerStart(int layer)
    {
        int start = 0;
        for (int i = 0; i < layer; i++)
        {
            start += (LayerInputs(i) + (HasBias ? 1 : 0)) * LayerOutputs(i);
        }

        return start;
    }
}
