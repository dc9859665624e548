using ILGPU;

namespace DreamFusion.Kernels.Mlp;

/// <summary>
/// Launches the passes of one variant of the network up to its linear output; <see cref="MlpOptions.OutputActivation"/> is the
/// business of <see cref="IOutputLayer"/>. Formulas in <see cref="FusedMlpKernels"/>.
/// </summary>
public interface IFusedMlp
{
    /// <summary>Whether a host twin or the tensor cores' kernels run instead of the portable ones.</summary>
    bool IsTuned { get; }

    /// <summary>Whether they run in every pass through a network: the tensor cores' kernels need shared memory for it.</summary>
    /// <param name="options">Shape of the network.</param>
    bool IsTunedFor(MlpOptions options);

    /// <summary>Whether nothing flows from q to the input and the biases.</summary>
    bool IsPiecewiseLinear { get; }

    /// <summary>o = network(y).</summary>
    /// <param name="options">Shape of the network.</param>
    /// <param name="parameters">Parameter block.</param>
    /// <param name="input">Input y [M, inputs].</param>
    /// <param name="output">Output o [M, outputs]; overwritten.</param>
    void Forward(MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> output);

    /// <summary>
    /// Floats that <see cref="ForwardWithInputGradient"/> can keep for the backward passes, hidden units for instance; 0 where nothing is kept.
    /// </summary>
    /// <param name="options">Shape of the network.</param>
    /// <param name="rows">M.</param>
    long KeptLength(MlpOptions options, int rows);

    /// <summary>o = network(y) and q = do_σ/dy, with the bits of the two passes.</summary>
    /// <param name="options">Shape of the network.</param>
    /// <param name="parameters">Parameter block.</param>
    /// <param name="input">Input y [M, inputs].</param>
    /// <param name="outputIndex">Output σ.</param>
    /// <param name="output">Output o [M, outputs]; overwritten.</param>
    /// <param name="gradient">q [M, inputs]; overwritten.</param>
    /// <param name="kept">As many floats as <see cref="KeptLength"/> says, overwritten, for the backward passes; empty, the default, keeps nothing.</param>
    void ForwardWithInputGradient(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex,
        ArrayView<float> output, ArrayView<float> gradient, ArrayView<float> kept = default);

    /// <summary>dL/dparameters += and dL/dy += from dL/do.</summary>
    /// <param name="options">Shape of the network.</param>
    /// <param name="parameters">Parameter block.</param>
    /// <param name="input">Input y [M, inputs].</param>
    /// <param name="dLdOutput">dL/do [M, outputs].</param>
    /// <param name="dLdParameters">Parameter gradient; accumulated.</param>
    /// <param name="dLdInput">dL/dy [M, inputs], accumulated; empty if it is not wanted.</param>
    /// <param name="scratch">As many floats with undefined contents as the launcher's ScratchLength says.</param>
    /// <param name="kept">What <see cref="ForwardWithInputGradient"/> kept for the same parameters and input, or empty, the default: it is then computed again.</param>
    void Backward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> dLdOutput,
        ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch, ArrayView<float> kept = default);

    /// <summary>q = do_σ/dy, the gradient of one output by the input.</summary>
    /// <param name="options">Shape of the network.</param>
    /// <param name="parameters">Parameter block.</param>
    /// <param name="input">Input y [M, inputs].</param>
    /// <param name="outputIndex">Output σ.</param>
    /// <param name="gradient">q [M, inputs]; overwritten.</param>
    void InputGradient(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> gradient);

    /// <summary>dL/dparameters += and, unless the network is piecewise linear, dL/dy += from dL/dq.</summary>
    /// <param name="options">Shape of the network.</param>
    /// <param name="parameters">Parameter block.</param>
    /// <param name="input">Input y [M, inputs].</param>
    /// <param name="outputIndex">Output σ.</param>
    /// <param name="dLdGradient">dL/dq [M, inputs].</param>
    /// <param name="dLdParameters">Parameter gradient; accumulated.</param>
    /// <param name="scratch">As many floats with undefined contents as the launcher's ScratchLength says.</param>
    /// <param name="dLdInput">dL/dy [M, inputs], accumulated; empty, the default, if it is not wanted.</param>
    /// <param name="kept">What <see cref="ForwardWithInputGradient"/> kept for the same parameters and input, or empty, the default: it is then computed again.</param>
    void InputGradientBackward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> dLdGradient,
        ArrayView<float> dLdParameters, ArrayView<float> scratch, ArrayView<float> dLdInput = default, ArrayView<float> kept = default);
}
