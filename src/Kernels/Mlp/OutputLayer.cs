using System;
using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Mlp;

/// <summary>Activation of a network's outputs.</summary>
public enum OutputActivation
{
    /// <summary>The outputs as they are.</summary>
    None,

    /// <summary>1 / (1 + exp(-a)).</summary>
    Sigmoid,

    /// <summary>ln(1 + exp(a)).</summary>
    Softplus,

    /// <summary>exp(a), with its true derivative; the truncated one belongs to the density (<see cref="ExpDensity"/>).</summary>
    Exp,
}

/// <summary>Activation of the outputs, as a type. None needs no kernel and so has no type.</summary>
public interface IOutputActivation
{
    /// <summary>ψ(a).</summary>
    /// <param name="preactivation">a.</param>
    static abstract float Value(float preactivation);

    /// <summary>ψ'(a).</summary>
    /// <param name="preactivation">a.</param>
    static abstract float Derivative(float preactivation);

    /// <summary>ψ''(a).</summary>
    /// <param name="preactivation">a.</param>
    static abstract float SecondDerivative(float preactivation);
}

/// <summary>ψ = s(a) = 1 / (1 + exp(-a)), ψ' = s (1 - s), ψ'' = s (1 - s) (1 - 2 s).</summary>
public readonly struct SigmoidOutput : IOutputActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(float preactivation) => Logistic.Value(preactivation);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Derivative(float preactivation) => Logistic.Value(preactivation) * Logistic.Value(-preactivation);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SecondDerivative(float preactivation)
    {
        float s = Logistic.Value(preactivation);
        float complement = Logistic.Value(-preactivation);
        return s * complement * (complement - s);
    }
}

/// <summary>ψ = ln(1 + exp(a)), ψ' = s(a), ψ'' = s (1 - s).</summary>
public readonly struct SoftplusOutput : IOutputActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(float preactivation) => SoftplusDensity.Value(preactivation);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Derivative(float preactivation) => Logistic.Value(preactivation);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SecondDerivative(float preactivation) => Logistic.Value(preactivation) * Logistic.Value(-preactivation);
}

/// <summary>ψ = ψ' = ψ'' = exp(a).</summary>
public readonly struct ExpOutput : IOutputActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(float preactivation) => Elementary.Exp(preactivation);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Derivative(float preactivation) => Elementary.Exp(preactivation);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SecondDerivative(float preactivation) => Elementary.Exp(preactivation);
}

/// <summary>
/// Activation of a network's outputs a [M, C], and of the gradient q_a = da_σ/dy [M, I] of one of them by the input.
/// <code>
/// o = ψ(a)              dL/da += ψ'(a) dL/do
/// q = ψ'(a_σ) q_a       dL/dq_a += ψ'(a_σ) dL/dq     dL/da_σ += ψ''(a_σ) (q_a · dL/dq)
/// </code>
/// Elementwise passes beside <see cref="FusedMlpKernels"/>, whose outputs are linear: every variant of the network, host twins
/// included, then works with every output activation.
/// </summary>
public static class OutputLayerKernels
{
    /// <summary>Arguments of <see cref="Forward"/> and <see cref="Backward"/>, N = M·C elements.</summary>
    public struct Args
    {
        /// <summary>a [N].</summary>
        public ArrayView<float> Preactivations;

        /// <summary>o [N]; overwritten by Forward, not read by Backward.</summary>
        public ArrayView<float> Outputs;

        /// <summary>dL/do [N]; read by Backward.</summary>
        public ArrayView<float> DLdOutputs;

        /// <summary>dL/da [N]; accumulated (+=) by Backward.</summary>
        public ArrayView<float> DLdPreactivations;
    }

    /// <summary>Arguments of <see cref="InputGradient"/> and <see cref="InputGradientBackward"/>, M rows.</summary>
    public struct InputGradientArgs
    {
        /// <summary>a [M, <see cref="OutputCount"/>].</summary>
        public ArrayView<float> Preactivations;

        /// <summary>q_a [M, <see cref="InputCount"/>].</summary>
        public ArrayView<float> LinearGradient;

        /// <summary>q [M, InputCount]; overwritten by InputGradient.</summary>
        public ArrayView<float> Gradient;

        /// <summary>dL/dq [M, InputCount]; read by InputGradientBackward.</summary>
        public ArrayView<float> DLdGradient;

        /// <summary>dL/dq_a [M, InputCount]; accumulated (+=) by InputGradientBackward.</summary>
        public ArrayView<float> DLdLinearGradient;

        /// <summary>dL/da [M, OutputCount]; InputGradientBackward accumulates (+=) into column <see cref="OutputIndex"/>.</summary>
        public ArrayView<float> DLdPreactivations;

        /// <summary>Inputs of the network.</summary>
        public int InputCount;

        /// <summary>Outputs of the network.</summary>
        public int OutputCount;

        /// <summary>Output σ whose gradient is taken.</summary>
        public int OutputIndex;
    }

    /// <summary>o. One work item per element.</summary>
    /// <typeparam name="TOutput">ψ.</typeparam>
    /// <param name="i">Element, 0 to N - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Forward<TOutput>(Index1D i, Args a)
        where TOutput : struct, IOutputActivation => a.Outputs[i] = TOutput.Value(a.Preactivations[i]);

    /// <summary>dL/da. One work item per element.</summary>
    /// <typeparam name="TOutput">ψ.</typeparam>
    /// <param name="i">Element, 0 to N - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Backward<TOutput>(Index1D i, Args a)
        where TOutput : struct, IOutputActivation
    {
        float upstream = a.DLdOutputs[i];
        // An output without a gradient (an unused sample) must not turn an overflowed derivative into 0·∞.
        if (upstream != 0f)
        {
            a.DLdPreactivations[i] += TOutput.Derivative(a.Preactivations[i]) * upstream;
        }
    }

    /// <summary>q. One work item per row.</summary>
    /// <typeparam name="TOutput">ψ.</typeparam>
    /// <param name="row">Row, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void InputGradient<TOutput>(Index1D row, InputGradientArgs a)
        where TOutput : struct, IOutputActivation
    {
        float derivative = TOutput.Derivative(a.Preactivations[row.X * a.OutputCount + a.OutputIndex]);
        int first = row.X * a.InputCount;
        for (int i = first; i < first + a.InputCount; i++)
        {
            a.Gradient[i] = derivative * a.LinearGradient[i];
        }
    }

    /// <summary>dL/dq_a and dL/da_σ. One work item per row.</summary>
    /// <typeparam name="TOutput">ψ.</typeparam>
    /// <param name="row">Row, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void InputGradientBackward<TOutput>(Index1D row, InputGradientArgs a)
        where TOutput : struct, IOutputActivation
    {
        int output = row.X * a.OutputCount + a.OutputIndex;
        float preactivation = a.Preactivations[output];
        float derivative = TOutput.Derivative(preactivation);
        int first = row.X * a.InputCount;
        float product = 0f;
        for (int i = first; i < first + a.InputCount; i++)
        {
            float upstream = a.DLdGradient[i];
            product = Intrinsics.Fma(a.LinearGradient[i], upstream, product);
            a.DLdLinearGradient[i] += derivative * upstream;
        }

        a.DLdPreactivations[output] += TOutput.SecondDerivative(preactivation) * product;
    }
}

/// <summary>Launches the output kernels of one activation.</summary>
public interface IOutputLayer
{
    /// <summary>o = ψ(a).</summary>
    /// <param name="preactivations">a [M, outputs].</param>
    /// <param name="outputs">o [M, outputs]; overwritten.</param>
    void Forward(ArrayView<float> preactivations, ArrayView<float> outputs);

    /// <summary>dL/da += from dL/do.</summary>
    /// <param name="preactivations">a [M, outputs].</param>
    /// <param name="dLdOutputs">dL/do [M, outputs].</param>
    /// <param name="dLdPreactivations">dL/da [M, outputs]; accumulated.</param>
    void Backward(ArrayView<float> preactivations, ArrayView<float> dLdOutputs, ArrayView<float> dLdPreactivations);

    /// <summary>q = ψ'(a_σ) q_a.</summary>
    /// <param name="options">Shape of the network.</param>
    /// <param name="preactivations">a [M, outputs].</param>
    /// <param name="outputIndex">Output σ.</param>
    /// <param name="linearGradient">q_a [M, inputs].</param>
    /// <param name="gradient">q [M, inputs]; overwritten.</param>
    void InputGradient(
        MlpOptions options, ArrayView<float> preactivations, int outputIndex, ArrayView<float> linearGradient, ArrayView<float> gradient);

    /// <summary>dL/dq_a += and dL/da += from dL/dq.</summary>
    /// <param name="options">Shape of the network.</param>
    /// <param name="preactivations">a [M, outputs].</param>
    /// <param name="outputIndex">Output σ.</param>
    /// <param name="linearGradient">q_a [M, inputs].</param>
    /// <param name="dLdGradient">dL/dq [M, inputs].</param>
    /// <param name="dLdLinearGradient">dL/dq_a [M, inputs]; accumulated.</param>
    /// <param name="dLdPreactivations">dL/da [M, outputs]; accumulated in column σ.</param>
    void InputGradientBackward(
        MlpOptions options, ArrayView<float> preactivations, int outputIndex, ArrayView<float> linearGradient,
        ArrayView<float> dLdGradient, ArrayView<float> dLdLinearGradient, ArrayView<float> dLdPreactivations);
}

/// <summary>Launcher of the output kernels.</summary>
/// <typeparam name="TOutput">Activation.</typeparam>
public sealed class OutputLayer<TOutput> : IKernelFamily<OutputLayer<TOutput>>, IOutputLayer
    where TOutput : struct, IOutputActivation
{
    private readonly Action<Index1D, OutputLayerKernels.Args> _forward;
    private readonly Action<Index1D, OutputLayerKernels.Args> _backward;
    private readonly Action<Index1D, OutputLayerKernels.InputGradientArgs> _inputGradient;
    private readonly Action<Index1D, OutputLayerKernels.InputGradientArgs> _inputGradientBackward;

    private OutputLayer(Accelerator accelerator)
    {
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, OutputLayerKernels.Args>(OutputLayerKernels.Forward<TOutput>);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, OutputLayerKernels.Args>(OutputLayerKernels.Backward<TOutput>);
        _inputGradient = accelerator.LoadAutoGroupedStreamKernel<Index1D, OutputLayerKernels.InputGradientArgs>(
            OutputLayerKernels.InputGradient<TOutput>);
        _inputGradientBackward = accelerator.LoadAutoGroupedStreamKernel<Index1D, OutputLayerKernels.InputGradientArgs>(
            OutputLayerKernels.InputGradientBackward<TOutput>);
    }

    /// <inheritdoc/>
    public static OutputLayer<TOutput> Load(Accelerator accelerator) => new(accelerator);

    /// <inheritdoc/>
    public void Forward(ArrayView<float> preactivations, ArrayView<float> outputs)
    {
        RequireLength("outputs", preactivations.Length, outputs.Length);
        if (outputs.Length > 0)
        {
            _forward(outputs.IntLength, new OutputLayerKernels.Args { Preactivations = preactivations, Outputs = outputs });
        }
    }

    /// <inheritdoc/>
    public void Backward(ArrayView<float> preactivations, ArrayView<float> dLdOutputs, ArrayView<float> dLdPreactivations)
    {
        RequireLength("output gradients", preactivations.Length, dLdOutputs.Length);
        RequireLength("preactivation gradients", preactivations.Length, dLdPreactivations.Length);
        if (dLdOutputs.Length > 0)
        {
            _backward(dLdOutputs.IntLength, new OutputLayerKernels.Args
            {
                Preactivations = preactivations,
                DLdOutputs = dLdOutputs,
                DLdPreactivations = dLdPreactivations,
            });
        }
    }

    /// <inheritdoc/>
    public void InputGradient(
        MlpOptions options, ArrayView<float> preactivations, int outputIndex, ArrayView<float> linearGradient, ArrayView<float> gradient)
    {
        OutputLayerKernels.InputGradientArgs args = Bind(options, preactivations, outputIndex, linearGradient);
        RequireLength("input gradients", linearGradient.Length, gradient.Length);
        args.Gradient = gradient;
        if (gradient.Length > 0)
        {
            _inputGradient(gradient.IntLength / options.InputCount, args);
        }
    }

    /// <inheritdoc/>
    public void InputGradientBackward(
        MlpOptions options, ArrayView<float> preactivations, int outputIndex, ArrayView<float> linearGradient,
        ArrayView<float> dLdGradient, ArrayView<float> dLdLinearGradient, ArrayView<float> dLdPreactivations)
    {
        OutputLayerKernels.InputGradientArgs args = Bind(options, preactivations, outputIndex, linearGradient);
        RequireLength("gradients of input gradients", linearGradient.Length, dLdGradient.Length);
        RequireLength("gradients of linear input gradients", linearGradient.Length, dLdLinearGradient.Length);
        RequireLength("preactivation gradients", preactivations.Length, dLdPreactivations.Length);
        args.DLdGradient = dLdGradient;
        args.DLdLinearGradient = dLdLinearGradient;
        args.DLdPreactivations = dLdPreactivations;
        if (dLdGradient.Length > 0)
        {
            _inputGradientBackward(dLdGradient.IntLength / options.InputCount, args);
        }
    }

    private static OutputLayerKernels.InputGradientArgs Bind(
        MlpOptions options, ArrayView<float> preactivations, int outputIndex, ArrayView<float> linearGradient)
    {
        ArgumentNullException.ThrowIfNull(options);
        RequireLength("linear input gradients", preactivations.Length / options.OutputCount * options.InputCount, linearGradient.Length);
        if (outputIndex < 0 || outputIndex >= options.OutputCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(outputIndex), outputIndex, $"Mlp: expected an output of 0 to {options.OutputCount - 1}; choose one that the network has.");
        }

        return new OutputLayerKernels.InputGradientArgs
        {
            Preactivations = preactivations,
            LinearGradient = linearGradient,
            InputCount = options.InputCount,
            OutputCount = options.OutputCount,
            OutputIndex = outputIndex,
        };
    }

    private static void RequireLength(string what, long expected, long actual)
    {
        if (expected != actual)
        {
            throw new ArgumentException($"Mlp outputs: expected {expected} {what}, got {actual}; pass buffers that match the options and the row count.");
        }
    }
}
