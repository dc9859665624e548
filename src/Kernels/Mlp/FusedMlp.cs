using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Mlp;

/// <summary>Launcher of the network's kernels; see <see cref="FusedMlpKernels"/> for the formulas.</summary>
/// <typeparam name="TActivation">Hidden activation.</typeparam>
public sealed class FusedMlp<TActivation> : IKernelFamily<FusedMlp<TActivation>>, IFusedMlp, IDisposable
    where TActivation : struct, IHiddenActivation
{
    private readonly Action<Index1D, FusedMlpKernels.ForwardArgs> _forward;
    private readonly Action<Index1D, FusedMlpKernels.BackwardArgs> _backward;
    private readonly Action<Index1D, FusedMlpKernels.InputGradientArgs> _inputGradient;
    private readonly Action<Index1D, FusedMlpKernels.InputGradientBackwardArgs> _inputGradientBackward;
    private readonly Action<Index1D, FusedMlpKernels.SumPartialsArgs> _sumPartials;
    private readonly FusedMlpHost? _host;
    private readonly TensorMlp<TActivation>? _tensor;
    private MlpOptions? _validated;

    private FusedMlp(Accelerator accelerator, HostThreads? host, GpuTuning? gpu)
    {
        _tensor = TensorMlp<TActivation>.Create(accelerator, gpu);
        _host = host is null ? null : FusedMlpHost.Create(TActivation.Kind, host);
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, FusedMlpKernels.ForwardArgs>(FusedMlpKernels.Forward<TActivation>);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, FusedMlpKernels.BackwardArgs>(FusedMlpKernels.Backward<TActivation>);
        _inputGradient = accelerator.LoadAutoGroupedStreamKernel<Index1D, FusedMlpKernels.InputGradientArgs>(
            FusedMlpKernels.InputGradient<TActivation>);
        _inputGradientBackward = accelerator.LoadAutoGroupedStreamKernel<Index1D, FusedMlpKernels.InputGradientBackwardArgs>(
            FusedMlpKernels.InputGradientBackward<TActivation>);
        _sumPartials = accelerator.LoadAutoGroupedStreamKernel<Index1D, FusedMlpKernels.SumPartialsArgs>(FusedMlpKernels.SumPartials);
    }

    /// <inheritdoc/>
    public static FusedMlp<TActivation> Load(Accelerator accelerator) => new(accelerator, null, null);

    /// <inheritdoc/>
    public static FusedMlp<TActivation> Load(Accelerator accelerator, HostThreads? host) => new(accelerator, host, null);

    /// <inheritdoc/>
    public static FusedMlp<TActivation> Load(Accelerator accelerator, HostThreads? host, GpuTuning? gpu) => new(accelerator, host, gpu);

    /// <inheritdoc/>
    public bool IsTuned => _host is not null || _tensor is not null;

    /// <inheritdoc/>
    public bool IsTunedFor(MlpOptions options) => _host is not null
        || (UsesTensorCores(options, TensorPass.Forward) && UsesTensorCores(options, TensorPass.Backward) && UsesTensorCores(options, TensorPass.SecondOrder));

    /// <inheritdoc/>
    public bool IsPiecewiseLinear => TActivation.IsPiecewiseLinear != 0;

    /// <summary>Frees the memory of the host twin or of the tensor cores' kernels.</summary>
    public void Dispose()
    {
        _host?.Dispose();
        _tensor?.Dispose();
    }

    /// <summary>Bytes of a GPU's memory that the kernels for GPUs keep for a network between launches: every group's sums of the gradients.</summary>
    /// <param name="options">Shape of the network.</param>
    public static long GpuBytes(MlpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return TensorMlp<TActivation>.KeptBytes(options);
    }

    /// <summary>Floats of scratch that the two backward passes need.</summary>
    /// <param name="options">Shape of the network.</param>
    public static long ScratchLength(MlpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return (long)FusedMlpKernels.ChunkCount * options.ParameterCount;
    }

    /// <inheritdoc/>
    public void Forward(MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> output)
    {
        int rows = RowCount(options, parameters, input);
        RequireLength("outputs", (long)rows * options.OutputCount, output.Length);
        if (rows > 0 && _host is not null)
        {
            _host.Forward(options, parameters, input, output);
        }
        else if (rows > 0 && UsesTensorCores(options, TensorPass.Forward))
        {
            _tensor!.Forward(options, parameters, input, rows, 0, output, ArrayView<float>.Empty);
        }
        else if (rows > 0)
        {
            _forward(rows, new FusedMlpKernels.ForwardArgs { Network = Bind(options, parameters), Input = input, Output = output });
        }
    }

    /// <inheritdoc/>
    public long KeptLength(MlpOptions options, int rows) => _host?.KeptLength(options, rows) ?? 0;

    /// <inheritdoc/>
    public void ForwardWithInputGradient(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex,
        ArrayView<float> output, ArrayView<float> gradient, ArrayView<float> kept = default)
    {
        if (_host is null && !UsesTensorCores(options, TensorPass.Forward))
        {
            Forward(options, parameters, input, output);
            InputGradient(options, parameters, input, outputIndex, gradient);
            return;
        }

        int rows = RowCount(options, parameters, input);
        RequireOutput(options, outputIndex);
        RequireLength("outputs", (long)rows * options.OutputCount, output.Length);
        RequireLength("input gradients", input.Length, gradient.Length);
        RequireKept(options, rows, kept);
        if (rows > 0 && _host is null)
        {
            _tensor!.Forward(options, parameters, input, rows, outputIndex, output, gradient);
        }
        else if (rows > 0)
        {
            _host!.ForwardWithInputGradient(options, parameters, input, outputIndex, output, gradient, kept);
        }
    }

    /// <inheritdoc/>
    public void Backward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> dLdOutput,
        ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch, ArrayView<float> kept = default)
    {
        int rows = RowCount(options, parameters, input);
        RequireKept(options, rows, kept);
        RequireLength("output gradients", (long)rows * options.OutputCount, dLdOutput.Length);
        RequireLength("parameter gradients", options.ParameterCount, dLdParameters.Length);
        RequireLength("scratch values", ScratchLength(options), scratch.Length);
        if (dLdInput.Length != 0)
        {
            RequireLength("input gradients", input.Length, dLdInput.Length);
        }

        if (rows == 0)
        {
            return;
        }

        if (_host is not null)
        {
            _host.Backward(options, parameters, input, dLdOutput, dLdParameters, dLdInput, scratch, kept);
            return;
        }

        if (UsesTensorCores(options, TensorPass.Backward))
        {
            _tensor!.Backward(options, parameters, input, rows, dLdOutput, dLdParameters, dLdInput);
            return;
        }

        _backward(FusedMlpKernels.ChunkCount, new FusedMlpKernels.BackwardArgs
        {
            Network = Bind(options, parameters),
            Input = input,
            DLdOutput = dLdOutput,
            DLdInput = dLdInput,
            Partials = scratch,
            RowCount = rows,
            WantsInput = dLdInput.Length != 0 ? 1 : 0,
        });
        Sum(options, scratch, dLdParameters);
    }

    /// <inheritdoc/>
    public void InputGradient(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> gradient)
    {
        int rows = RowCount(options, parameters, input);
        RequireOutput(options, outputIndex);
        RequireLength("input gradients", input.Length, gradient.Length);
        if (rows > 0 && _host is not null)
        {
            _host.InputGradient(options, parameters, input, outputIndex, gradient);
        }
        else if (rows > 0 && UsesTensorCores(options, TensorPass.Forward))
        {
            _tensor!.Forward(options, parameters, input, rows, outputIndex, ArrayView<float>.Empty, gradient);
        }
        else if (rows > 0)
        {
            _inputGradient(rows, new FusedMlpKernels.InputGradientArgs
            {
                Network = Bind(options, parameters),
                Input = input,
                Gradient = gradient,
                OutputIndex = outputIndex,
            });
        }
    }

    /// <inheritdoc/>
    public void InputGradientBackward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex,
        ArrayView<float> dLdGradient, ArrayView<float> dLdParameters, ArrayView<float> scratch, ArrayView<float> dLdInput = default,
        ArrayView<float> kept = default)
    {
        int rows = RowCount(options, parameters, input);
        RequireKept(options, rows, kept);
        RequireOutput(options, outputIndex);
        RequireLength("gradients of input gradients", input.Length, dLdGradient.Length);
        RequireLength("parameter gradients", options.ParameterCount, dLdParameters.Length);
        RequireLength("scratch values", ScratchLength(options), scratch.Length);
        if (dLdInput.Length != 0)
        {
            RequireLength("input gradients", input.Length, dLdInput.Length);
        }

        if (rows == 0)
        {
            return;
        }

        if (_host is not null)
        {
            _host.InputGradientBackward(options, parameters, input, outputIndex, dLdGradient, dLdParameters, dLdInput, scratch, kept);
            return;
        }

        if (UsesTensorCores(options, TensorPass.SecondOrder))
        {
            _tensor!.InputGradientBackward(options, parameters, input, rows, outputIndex, dLdGradient, dLdParameters, dLdInput);
            return;
        }

        _inputGradientBackward(FusedMlpKernels.ChunkCount, new FusedMlpKernels.InputGradientBackwardArgs
        {
            Network = Bind(options, parameters),
            Input = input,
            DLdGradient = dLdGradient,
            DLdInput = dLdInput,
            Partials = scratch,
            RowCount = rows,
            OutputIndex = outputIndex,
            WantsInput = dLdInput.Length != 0 ? 1 : 0,
        });
        Sum(options, scratch, dLdParameters);
    }

    private bool UsesTensorCores(MlpOptions options, TensorPass pass) => _tensor is not null && _tensor.Takes(options, pass);

    private static MlpNetwork Bind(MlpOptions options, ArrayView<float> parameters) => new()
    {
        Parameters = parameters,
        InputCount = options.InputCount,
        Width = options.Width,
        HiddenLayers = options.HiddenLayers,
        OutputCount = options.OutputCount,
        HasBias = options.HasBias ? 1 : 0,
    };

    private int RowCount(MlpOptions options, ArrayView<float> parameters, ArrayView<float> input)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Validation allocates its list of problems, so it runs once per options object and not once per launch.
        if (!ReferenceEquals(options, _validated))
        {
            if (options.Validate() is { Count: > 0 } problems)
            {
                throw new ArgumentException(string.Join(Environment.NewLine, problems), nameof(options));
            }

            if (options.HiddenActivation != TActivation.Kind)
            {
                throw new ArgumentException($"Mlp: expected {TActivation.Kind} hidden layers, got options for {options.HiddenActivation}; load the variant that the options name.", nameof(options));
            }

            _validated = options;
        }

        RequireLength("parameters", options.ParameterCount, parameters.Length);
        long rows = input.Length / options.InputCount;
        RequireLength("inputs", rows * options.InputCount, input.Length);
        long largest = int.MaxValue / Math.Max(options.InputCount, options.OutputCount);
        return rows <= largest
            ? (int)rows
            : throw new ArgumentException($"Mlp: {rows} rows, at most {largest} fit one launch; lower the sample budget.", nameof(input));
    }

    private void RequireKept(MlpOptions options, int rows, ArrayView<float> kept)
    {
        if (kept.Length != 0)
        {
            RequireLength("kept values", KeptLength(options, rows), kept.Length);
        }
    }

    private static void RequireOutput(MlpOptions options, int outputIndex)
    {
        if (outputIndex < 0 || outputIndex >= options.OutputCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(outputIndex), outputIndex, $"Mlp: expected an output of 0 to {options.OutputCount - 1}; choose one that the network has.");
        }
    }

    private static void RequireLength(string what, long expected, long actual)
    {
        if (expected != actual)
        {
            throw new ArgumentException($"Mlp: expected {expected} {what}, got {actual}; pass buffers that match the options and the row count.");
        }
    }

    private void Sum(MlpOptions options, ArrayView<float> partials, ArrayView<float> dLdParameters)
        => _sumPartials(options.ParameterCount, new FusedMlpKernels.SumPartialsArgs { Partials = partials, DLdParameters = dLdParameters });
}
