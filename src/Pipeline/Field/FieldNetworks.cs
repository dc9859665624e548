using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Field;

/// <summary>Raw outputs of the networks: where density and albedo stand in them.</summary>
/// <param name="Density">Matrix with the raw density [M, columns].</param>
/// <param name="DensityColumn">Its column there.</param>
/// <param name="Albedo">Matrix with the raw albedo [M, columns].</param>
/// <param name="AlbedoColumn">Its first column there.</param>
internal readonly record struct FieldOutputs(Variable Density, int DensityColumn, Variable Albedo, int AlbedoColumn);

/// <summary>The networks behind a position encoding, with their parameters.</summary>
internal interface IFieldNetworks
{
    /// <summary>What they train.</summary>
    IReadOnlyList<ParameterShape> Shapes { get; }

    /// <summary>Their parameters, in the order of <see cref="Shapes"/>, once they are allocated.</summary>
    IReadOnlyList<Variable> Parameters { get; }

    /// <summary>Takes the parameters from an arena that holds the <see cref="Shapes"/>.</summary>
    void Bind(ParameterArena arena);

    /// <summary>Random start: weights and hidden biases uniform in ± 1/√inputs, the last bias zero.</summary>
    void Initialise(RandomKey key);

    /// <summary>All outputs.</summary>
    FieldOutputs Evaluate(Tape tape, Variable features);

    /// <summary>All outputs, and q = do_σ/dy of the raw density, in one pass where the network allows it.</summary>
    FieldOutputs Evaluate(Tape tape, Variable features, out Variable gradient);

    /// <summary>q alone, from features that were evaluated before.</summary>
    Variable DensityGradient(Tape tape, Variable features);

    /// <summary>The outputs that hold the density, and its column.</summary>
    (Variable Raw, int Column) Density(Tape tape, Variable features);
}

/// <summary>One network for density and albedo.</summary>
internal sealed class JointNetworks(JointNetworkOptions options) : IFieldNetworks
{
    private const uint InitialisationLane = 1;

    private ParameterGroup? _group;

    /// <inheritdoc/>
    public IReadOnlyList<ParameterShape> Shapes => [ParameterShape.Of(RadianceField.NetworkName, options.Network, ParameterRole.Network)];

    /// <inheritdoc/>
    public IReadOnlyList<Variable> Parameters => [Network];

    private Variable Network => _group!.Variable;

    /// <inheritdoc/>
    public void Bind(ParameterArena arena) => _group = arena[RadianceField.NetworkName];

    /// <inheritdoc/>
    public void Initialise(RandomKey key) => Network.Value.CopyFromCPU(NetworkStart.Uniform(options.Network, key, InitialisationLane));

    /// <inheritdoc/>
    public FieldOutputs Evaluate(Tape tape, Variable features) => Outputs(tape.MlpForward(options.Network, Network, features));

    /// <inheritdoc/>
    public FieldOutputs Evaluate(Tape tape, Variable features, out Variable gradient) =>
        Outputs(tape.MlpForward(options.Network, Network, features, JointNetworkOptions.DensityColumn, out gradient));

    /// <inheritdoc/>
    public Variable DensityGradient(Tape tape, Variable features) =>
        tape.MlpInputGradient(options.Network, Network, features, JointNetworkOptions.DensityColumn);

    /// <inheritdoc/>
    public (Variable Raw, int Column) Density(Tape tape, Variable features) =>
        (tape.MlpForward(options.Network, Network, features), JointNetworkOptions.DensityColumn);

    private static FieldOutputs Outputs(Variable raw) => new(raw, JointNetworkOptions.DensityColumn, raw, JointNetworkOptions.AlbedoColumn);
}

/// <summary>One network for the density and one for the albedo.</summary>
internal sealed class SeparateNetworks(SeparateNetworkOptions options) : IFieldNetworks
{
    private const uint SigmaLane = 1, FeaturesLane = 3;

    private ParameterGroup? _sigma;
    private ParameterGroup? _features;

    /// <inheritdoc/>
    public IReadOnlyList<ParameterShape> Shapes =>
    [
        ParameterShape.Of(RadianceField.SigmaNetworkName, options.Sigma, ParameterRole.Network),
        ParameterShape.Of(RadianceField.FeaturesNetworkName, options.Features, ParameterRole.Network),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<Variable> Parameters => [Sigma, Features];

    private Variable Sigma => _sigma!.Variable;

    private Variable Features => _features!.Variable;

    /// <inheritdoc/>
    public void Bind(ParameterArena arena)
    {
        _sigma = arena[RadianceField.SigmaNetworkName];
        _features = arena[RadianceField.FeaturesNetworkName];
    }

    /// <inheritdoc/>
    public void Initialise(RandomKey key)
    {
        Sigma.Value.CopyFromCPU(NetworkStart.Uniform(options.Sigma, key, SigmaLane));
        Features.Value.CopyFromCPU(NetworkStart.Uniform(options.Features, key, FeaturesLane));
    }

    /// <inheritdoc/>
    public FieldOutputs Evaluate(Tape tape, Variable features) =>
        new(tape.MlpForward(options.Sigma, Sigma, features), 0, tape.MlpForward(options.Features, Features, features), 0);

    /// <inheritdoc/>
    public FieldOutputs Evaluate(Tape tape, Variable features, out Variable gradient) =>
        new(tape.MlpForward(options.Sigma, Sigma, features, 0, out gradient), 0, tape.MlpForward(options.Features, Features, features), 0);

    /// <inheritdoc/>
    public Variable DensityGradient(Tape tape, Variable features) => tape.MlpInputGradient(options.Sigma, Sigma, features, 0);

    /// <inheritdoc/>
    public (Variable Raw, int Column) Density(Tape tape, Variable features) => (tape.MlpForward(options.Sigma, Sigma, features), 0);
}
