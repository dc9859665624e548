using System;
using System.Collections.Generic;
using DreamFusion.Kernels.Mlp;

namespace DreamFusion.Autodiff;

/// <summary>What a group of parameters is for; the optimiser gives each its own learning rate.</summary>
public enum ParameterRole
{
    /// <summary>Features that are looked up: hash tables; also pixels and latents that are optimised themselves.</summary>
    Encoder,

    /// <summary>Weights and biases of the field's networks.</summary>
    Network,

    /// <summary>Whatever makes the background: its network, its features.</summary>
    Background,
}

/// <summary>A matrix or a vector inside a group, for optimisers that look at rows and columns.</summary>
/// <param name="Offset">First float within the group.</param>
/// <param name="Rows">Rows, positive.</param>
/// <param name="Columns">Columns, positive; 1 for a vector.</param>
public readonly record struct ParameterMatrix(int Offset, int Rows, int Columns);

/// <summary>Shape of a group of a <see cref="ParameterArena"/>.</summary>
/// <param name="Name">Name, also the tensor's name in a checkpoint.</param>
/// <param name="Rows">Rows, positive.</param>
/// <param name="Columns">Columns, positive.</param>
/// <param name="Role">What the group is for.</param>
public sealed record ParameterShape(string Name, int Rows, int Columns, ParameterRole Role = ParameterRole.Encoder)
{
    /// <summary>The matrices and vectors that the group's floats make up, row-major; the group itself if nothing else is said.</summary>
    public IReadOnlyList<ParameterMatrix> Matrices { get; init; } = [new(0, Rows, Columns)];

    /// <summary>The flat parameters of a fully connected network, one column; its matrices are the layers' weights and biases.</summary>
    /// <param name="name">Name of the group.</param>
    /// <param name="network">Shape of the network.</param>
    /// <param name="role">What the network is for.</param>
    public static ParameterShape Of(string name, MlpOptions network, ParameterRole role)
    {
        ArgumentNullException.ThrowIfNull(network);
        var matrices = new List<ParameterMatrix>();
        for (int layer = 0; layer <= network.HiddenLayers; layer++)
        {
            int outputs = network.LayerOutputs(layer);
            matrices.Add(new ParameterMatrix(network.WeightOffset(layer), outputs, network.LayerInputs(layer)));
            if (network.HasBias)
            {
                matrices.Add(new ParameterMatrix(network.BiasOffset(layer), outputs, 1));
            }
        }
        return new ParameterShape(name, network.ParameterCount, 1, role) { Matrices = matrices };
    }
}
