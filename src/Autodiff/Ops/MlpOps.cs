using System;
using DreamFusion.Kernels.Mlp;
using ILGPU;

namespace DreamFusion.Autodiff.Ops;

/// <summary>Fully connected network on the tape; formulas in <see cref="FusedMlpKernels"/> and <see cref="OutputLayerKernels"/>.</summary>
public static class MlpOps
{
    /// <summary>o [M, outputs] of inputs y. Gradients flow to the parameters and to the input.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Shape of the network.</param>
    /// <param name="parameters">Parameter block, <see cref="MlpOptions.ParameterCount"/> values.</param>
    /// <param name="input">y [M, inputs].</param>
    public static Variable MlpForward(this Tape tape, MlpOptions options, Variable parameters, Variable input)
    {
        Variable preactivations = LinearForward(tape, options, parameters, input);
        if (SelectOutput(tape.Device, options) is not { } layer)
        {
            return preactivations;
        }

        Variable output = tape.Allocate(preactivations.Rows, preactivations.Columns, preactivations.RequiresGradient);
        layer.Forward(preactivations.Value, output.Value);
        if (output.RequiresGradient)
        {
            tape.Record("mlp output", () =>
            {
                if (output.HasGradient)
                {
                    layer.Backward(preactivations.Value, output.Gradient, preactivations.Gradient);
                }
            });
        }

        return output;
    }

    /// <summary>
    /// q = do_σ/dy [M, inputs], the gradient of one output by the input. Gradients flow to the parameters and, unless the network is
    /// piecewise linear (ReLU without an output activation), to the input.
    /// </summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Shape of the network.</param>
    /// <param name="parameters">Parameter block.</param>
    /// <param name="input">y [M, inputs].</param>
    /// <param name="outputIndex">Output σ.</param>
    public static Variable MlpInputGradient(this Tape tape, MlpOptions options, Variable parameters, Variable input, int outputIndex)
    {
        Variable linear = LinearInputGradient(tape, options, parameters, input, outputIndex);
        if (SelectOutput(tape.Device, options) is not { } layer)
        {
            return linear;
        }

        // Computed again rather than asked for: the caller holds activated outputs, which do not determine a where ψ saturates.
        Variable preactivations = LinearForward(tape, options, parameters, input);
        Variable gradient = tape.Allocate(linear.Rows, linear.Columns, linear.RequiresGradient || preactivations.RequiresGradient);
        layer.InputGradient(options, preactivations.Value, outputIndex, linear.Value, gradient.Value);
        if (gradient.RequiresGradient)
        {
            tape.Record("mlp output input gradient", () =>
            {
                if (gradient.HasGradient)
                {
                    // A piecewise linear network with constant parameters has no gradient by q_a; it then goes to scratch.
                    ArrayView<float> dLdLinear = linear.RequiresGradient ? linear.Gradient : tape.Scratch<float>(linear.Length);
                    layer.InputGradientBackward(
                        options, preactivations.Value, outputIndex, linear.Value, gradient.Gradient, dLdLinear, preactivations.Gradient);
                }
            });
        }

        return gradient;
    }

    /// <summary>
    /// o [M, outputs] and q = do_σ/dy [M, inputs] in one pass over the input where the network is piecewise linear, with the same bits as
    /// <see cref="MlpForward(Tape, MlpOptions, Variable, Variable)"/> and <see cref="MlpInputGradient"/>. What the pass computes on its way is kept
    /// for the gradients if the tape records: a few hundred bytes a row on a CPU.
    /// </summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Shape of the network.</param>
    /// <param name="parameters">Parameter block.</param>
    /// <param name="input">y [M, inputs].</param>
    /// <param name="outputIndex">Output σ.</param>
    /// <param name="inputGradient">q.</param>
    public static Variable MlpForward(
        this Tape tape, MlpOptions options, Variable parameters, Variable input, int outputIndex, out Variable inputGradient)
    {
        CheckArguments(tape, options, parameters, input);
        IFusedMlp mlp = Select(tape.Device, options);
        if (!mlp.IsPiecewiseLinear || options.OutputActivation != OutputActivation.None)
        {
            Variable separate = MlpForward(tape, options, parameters, input);
            inputGradient = MlpInputGradient(tape, options, parameters, input, outputIndex);
            return separate;
        }

        Variable output = tape.Allocate(input.Rows, options.OutputCount, parameters.RequiresGradient || input.RequiresGradient);
        Variable gradient = tape.Allocate(input.Rows, options.InputCount, parameters.RequiresGradient);
        long keptLength = output.RequiresGradient ? mlp.KeptLength(options, input.Rows) : 0;
        ArrayView<float> kept = keptLength > 0 ? tape.Scratch<float>(keptLength) : ArrayView<float>.Empty;
        mlp.ForwardWithInputGradient(options, parameters.Value, input.Value, outputIndex, output.Value, gradient.Value, kept);
        RecordForward(tape, mlp, options, parameters, input, output, kept);
        RecordInputGradient(tape, mlp, options, parameters, input, outputIndex, gradient, kept);
        inputGradient = gradient;
        return output;
    }

    private static Variable LinearForward(Tape tape, MlpOptions options, Variable parameters, Variable input)
    {
        CheckArguments(tape, options, parameters, input);
        IFusedMlp mlp = Select(tape.Device, options);
        Variable output = tape.Allocate(input.Rows, options.OutputCount, parameters.RequiresGradient || input.RequiresGradient);
        mlp.Forward(options, parameters.Value, input.Value, output.Value);
        RecordForward(tape, mlp, options, parameters, input, output, ArrayView<float>.Empty);
        return output;
    }

    private static Variable LinearInputGradient(Tape tape, MlpOptions options, Variable parameters, Variable input, int outputIndex)
    {
        CheckArguments(tape, options, parameters, input);
        IFusedMlp mlp = Select(tape.Device, options);
        bool toInput = input.RequiresGradient && !mlp.IsPiecewiseLinear;
        Variable gradient = tape.Allocate(input.Rows, options.InputCount, parameters.RequiresGradient || toInput);
        mlp.InputGradient(options, parameters.Value, input.Value, outputIndex, gradient.Value);
        RecordInputGradient(tape, mlp, options, parameters, input, outputIndex, gradient, ArrayView<float>.Empty);
        return gradient;
    }

    private static void RecordForward(
        Tape tape, IFusedMlp mlp, MlpOptions options, Variable parameters, Variable input, Variable output, ArrayView<float> kept)
    {
        if (output.RequiresGradient)
        {
            tape.Record("mlp", () =>
            {
                if (output.HasGradient)
                {
                    mlp.Backward(
                        options, parameters.Value, input.Value, output.Gradient, ParameterGradient(tape, options, parameters), InputGradient(input),
                        tape.Scratch<float>(FusedMlp<Relu>.ScratchLength(options)), kept);
                }
            });
        }
    }

    private static void RecordInputGradient(
        Tape tape, IFusedMlp mlp, MlpOptions options, Variable parameters, Variable input, int outputIndex, Variable gradient,
        ArrayView<float> kept)
    {
        if (gradient.RequiresGradient)
        {
            bool toInput = input.RequiresGradient && !mlp.IsPiecewiseLinear;
            tape.Record("mlp input gradient", () =>
            {
                if (gradient.HasGradient)
                {
                    mlp.InputGradientBackward(
                        options, parameters.Value, input.Value, outputIndex, gradient.Gradient, ParameterGradient(tape, options, parameters),
                        tape.Scratch<float>(FusedMlp<Relu>.ScratchLength(options)), toInput ? input.Gradient : ArrayView<float>.Empty, kept);
                }
            });
        }
    }

    private static IFusedMlp Select(DeviceContext device, MlpOptions options) => options.HiddenActivation switch
    {
        HiddenActivation.Relu => device.Kernels<FusedMlp<Relu>>(),
        HiddenActivation.Silu => device.Kernels<FusedMlp<Silu>>(),
        _ => throw new ArgumentOutOfRangeException(
            nameof(options), options.HiddenActivation, "Mlp: expected ReLU or SiLU hidden layers; change the network's activation."),
    };

    private static IOutputLayer? SelectOutput(DeviceContext device, MlpOptions options) => options.OutputActivation switch
    {
        OutputActivation.None => null,
        OutputActivation.Sigmoid => device.Kernels<OutputLayer<SigmoidOutput>>(),
        OutputActivation.Softplus => device.Kernels<OutputLayer<SoftplusOutput>>(),
        OutputActivation.Exp => device.Kernels<OutputLayer<ExpOutput>>(),
        _ => throw new ArgumentOutOfRangeException(
            nameof(options), options.OutputActivation, "Mlp: expected none, sigmoid, softplus or exp outputs; change the output activation."),
    };

    private static ArrayView<float> InputGradient(Variable input) => input.RequiresGradient ? input.Gradient : ArrayView<float>.Empty;

    // The kernel sums weight gradients in any case; without a taker they go to scratch.
    private static ArrayView<float> ParameterGradient(Tape tape, MlpOptions options, Variable parameters)
        => parameters.RequiresGradient ? parameters.Gradient : tape.Scratch<float>(options.ParameterCount);

    private static void CheckArguments(Tape tape, MlpOptions options, Variable parameters, Variable input)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(input);
        if (input.Columns != options.InputCount)
        {
            throw new ArgumentException($"Mlp: expected input [M, {options.InputCount}], got [{input.Rows}, {input.Columns}]; match the network's input count to the encoding's features.", nameof(input));
        }
    }
}
