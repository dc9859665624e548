namespace DreamFusion.Pipeline.Configuration;

/// <summary>Activation between the layers of a network.</summary>
public enum MlpActivation
{
    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>x / (1 + exp(-x)).</summary>
    Silu,
}

/// <summary>A small fully connected network.</summary>
public sealed record MlpConfiguration
{
    /// <summary>Width of the hidden layers; 16 to 128 in steps of 16, default 32.</summary>
    public int NumHiddenDims { get; init; } = 32;

    /// <summary>Number of weight matrices (as in NeMo), one more than the hidden layers; 2 to 5, default 2.</summary>
    public int NumLayers { get; init; } = 2;

    /// <summary>Whether each layer has a bias; default true.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>Activation of the hidden layers; <c>relu</c> or <c>silu</c>, default <c>relu</c>.</summary>
    public MlpActivation HiddenActivation { get; init; } = MlpActivation.Relu;

    /// <summary>Number of hidden layers, <see cref="NumLayers"/> - 1; not an option.</summary>
    public int HiddenLayers => NumLayers - 1;
}
