using DreamFusion.Kernels.Mlp;

namespace DreamFusion.Pipeline.Field;

/// <summary>The networks behind the position encoding.</summary>
public abstract record FieldNetworkOptions
{
    /// <summary>Numbers that the networks give for each position.</summary>
    public abstract int OutputCount { get; }
}

/// <summary>One network for density and albedo, as in stable-dreamfusion.</summary>
/// <param name="Network">The network; output 0 is the raw density, 1 to 3 are the raw albedo.</param>
public sealed record JointNetworkOptions(MlpOptions Network) : FieldNetworkOptions
{
    /// <summary>Column of the density in the network's output.</summary>
    public const int DensityColumn = 0;

    /// <summary>First of the three columns of the albedo in the network's output.</summary>
    public const int AlbedoColumn = 1;

    /// <inheritdoc/>
    public override int OutputCount => Network.OutputCount;
}

/// <summary>One network for the density and one for the albedo, both on the same features, as in NeMo and threestudio.</summary>
/// <param name="Sigma">From features to the raw density, one output.</param>
/// <param name="Features">From features to the raw albedo, three outputs.</param>
public sealed record SeparateNetworkOptions(MlpOptions Sigma, MlpOptions Features) : FieldNetworkOptions
{
    /// <inheritdoc/>
    public override int OutputCount => Sigma.OutputCount + Features.OutputCount;
}
