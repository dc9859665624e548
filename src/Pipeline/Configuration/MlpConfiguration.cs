namespace DreamFusion.Pipeline.Configuration;

/// <summary>A small fully connected network with ReLU between its layers.</summary>
public sealed record MlpConfiguration
{
    /// <summary>Width of the hidden layers; 16 to 128 in steps of 16, default 32.</summary>
    public int NumHiddenDims { get; init; } = 32;

    /// <summary>Number of weight matrices (as in NeMo), one more than the hidden layers; 2 to 5, default 2.</summary>
    public int NumLayers { get; init; } = 2;

    /// <summary>Whether each layer has a bias; default true.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>Number of hidden layers, <see cref="NumLayers"/> - 1; not an option.</summary>
    public int HiddenLayers => NumLayers - 1;
}
