using System;
using DreamFusion.Kernels.Mlp;
using ILGPU;

namespace DreamFusion.Autodiff.Ops;

/// <summary>ReLU network on the tape; formulas in <see cref="FusedMlpKernels"/>.</summary>
public static class MlpOps
{
    /// <summary>o [M, outputs] of inputs y. Gradients flow to the parameters and to the input.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Shape of the network.</param>
    /// <param name="parameters">Parameter block, <see cref="MlpOptions.ParameterCount"/> values.</param>
    /// <param name="input">y [M, inputs].</param>
    public static Variable MlpForward(this Tape tape, MlpOptions options, Variable parameters, Variable input)
    {
        CheckArguments(tape, options, parameters, input);
        FusedMlp<Relu> mlp = tape.Device.Kernels<FusedMlp<Relu>>();
        Variable output = tape.Allocate(input.Rows, options.OutputCount, parameters.RequiresGradient || input.RequiresGradient);
        mlp.Forward(options, parameters.Value, input.Value, output.Value);
        if (output.RequiresGradient)
        {
            tape.Record("mlp", () =>
            {
                if (!output.HasGradient)
                {
                    return;
                }

                ArrayView<float> dLdInput = input.RequiresGradient ? input.Gradient : ArrayView<float>.Empty;
                mlp.Backward(
                    options, parameters.Value, input.Value, output.Gradient, ParameterGradient(tape, options, parameters), dLdInput,
                    tape.Scratch<float>(FusedMlp<Relu>.ScratchLength(options)));
            });
        }

        return output;
    }

    /// <summary>
    /// q = do_σ/dy [M, inputs], the gradient of one output by the input. Gradients flow to the parameters; to the input there is
    /// none, because the network is piecewise linear.
    /// </summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Shape of the network.</param>
    /// <param name="parameters">Parameter block.</param>
    /// <param name="input">y [M, inputs].</param>
    /// <param name="outputIndex">Output σ.</param>
    public static Variable MlpInputGradient(this Tape tape, MlpOptions options, Variable parameters, Variable input, int outputIndex)
    {
        CheckArguments(tape, options, parameters, input);
        FusedMlp<Relu> mlp = tape.Device.Kernels<FusedMlp<Relu>>();
        Variable gradient = tape.Allocate(input.Rows, options.InputCount, parameters.RequiresGradient);
        mlp.InputGradient(options, parameters.Value, input.Value, outputIndex, gradient.Value);
        if (gradient.RequiresGradient)
        {
            tape.Record("mlp input gradient", () =>
            {
                if (gradient.HasGradient)
                {
                    mlp.InputGradientBackward(
                        options, parameters.Value, input.Value, outputIndex, gradient.Gradient, parameters.Gradient,
                        tape.Scratch<float>(FusedMlp<Relu>.ScratchLength(options)));
                }
            });
        }

        return gradient;
    }

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
