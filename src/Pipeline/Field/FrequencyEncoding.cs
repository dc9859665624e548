using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;

namespace DreamFusion.Pipeline.Field;

/// <summary>The frequency encoding; it has no parameters.</summary>
internal sealed class FrequencyEncoding(FrequencyOptions options) : IPositionEncoding
{
    /// <inheritdoc/>
    public IReadOnlyList<ParameterShape> Shapes => [];

    /// <inheritdoc/>
    public IReadOnlyList<Variable> Parameters => [];

    /// <inheritdoc/>
    public bool KeepsDerivative => true;

    /// <inheritdoc/>
    public int DerivativeBytes => 0;

    /// <inheritdoc/>
    public void Bind(ParameterArena arena)
    {
    }

    /// <inheritdoc/>
    public void Initialise(RandomKey key)
    {
    }

    /// <inheritdoc/>
    public Variable Encode(Tape tape, Variable positions) => tape.FrequencyEncode(options, positions);

    /// <inheritdoc/>
    public EncodedPositions EncodeDifferentiably(Tape tape, Variable positions)
    {
        Variable features = Encode(tape, positions);
        return new EncodedPositions(features, cotangent => tape.FrequencyInputGradient(options, positions, features, cotangent));
    }
}
