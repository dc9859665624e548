using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Field;

/// <summary>The integrated encoding with the variance of the present step; it has no parameters.</summary>
internal sealed class IntegratedEncoding(IntegratedEncodingOptions options) : IPositionEncoding
{
    private readonly float[] _variance = [options.VarianceAt(0)];

    /// <inheritdoc/>
    public IReadOnlyList<ParameterShape> Shapes => [];

    /// <inheritdoc/>
    public IReadOnlyList<Variable> Parameters => [];

    /// <inheritdoc/>
    public bool KeepsDerivative => true;

    /// <inheritdoc/>
    public int DerivativeBytes => 0;

    /// <summary>Takes the variance of a step.</summary>
    public void Prepare(int step) => _variance[0] = options.VarianceAt(step);

    /// <inheritdoc/>
    public void Bind(ParameterArena arena)
    {
    }

    /// <inheritdoc/>
    public void Initialise(RandomKey key)
    {
    }

    /// <inheritdoc/>
    public Variable Encode(Tape tape, Variable positions) => tape.IntegratedPositionalEncode(options.Bands, positions, Variance(tape));

    /// <inheritdoc/>
    public EncodedPositions EncodeDifferentiably(Tape tape, Variable positions)
    {
        Variable variance = Variance(tape);
        Variable features = tape.IntegratedPositionalEncode(options.Bands, positions, variance);
        return new EncodedPositions(
            features, cotangent => tape.IntegratedPositionalMeanGradient(options.Bands, positions, variance, features, cotangent));
    }

    private Variable Variance(Tape tape)
    {
        ArrayView<float> variance = tape.Scratch<float>(1);
        variance.CopyFromCPU(_variance);
        return tape.Constant(variance, 1, 1);
    }
}
