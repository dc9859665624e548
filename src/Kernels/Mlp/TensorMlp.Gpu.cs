using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Mlp;

/// <summary>Launches <see cref="TensorMlpKernels"/> for networks that fit into a group's shared memory; keeps its scratch memory between launches.</summary>
internal sealed class TensorMlp : IDisposable
{
    /// <summary>Groups that sum weight gradients; part of the meaning of "same seed, same bits" on a GPU, so no property of the device.</summary>
    public const int GradientGroups = 256;

    private const int ForwardGroups = 1024;
    private const int MostWarps = 4;

    private readonly Accelerator _accelerator;
    private readonly Action<KernelConfig, TensorMlpKernels.ForwardArgs> _forward;
    private readonly Action<KernelConfig, TensorMlpKernels.BackwardArgs> _backward;
    private readonly Action<KernelConfig, TensorMlpKernels.SecondOrderArgs> _inputGradientBackward;
    private readonly Action<Index1D, TensorMlpKernels.LargestArgs> _largest;
    private readonly Action<Index1D, TensorMlpKernels.SumArgs> _sum;
    private readonly MemoryBuffer1D<uint, Stride1D.Dense> _magnitude;
    private MemoryBuffer1D<float, Stride1D.Dense>? _partials;

    private TensorMlp(Accelerator accelerator)
    {
        _accelerator = accelerator;
        _forward = accelerator.LoadStreamKernel<TensorMlpKernels.ForwardArgs>(TensorMlpKernels.Forward);
        _backward = accelerator.LoadStreamKernel<TensorMlpKernels.BackwardArgs>(TensorMlpKernels.Backward);
        _inputGradientBackward = accelerator.LoadStreamKernel<TensorMlpKernels.SecondOrderArgs>(TensorMlpKernels.InputGradientBackward);
        _largest = accelerator.LoadAutoGroupedStreamKernel<Index1D, TensorMlpKernels.LargestArgs>(TensorMlpKernels.Largest);
        _sum = accelerator.LoadAutoGroupedStreamKernel<Index1D, TensorMlpKernels.SumArgs>(TensorMlpKernels.SumPartials);
        _magnitude = accelerator.Allocate1D<uint>(1);
    }

    /// <summary>The tensor cores' kernels, or null where the portable ones run: without a GPU and for other activations than ReLU.</summary>
    public static TensorMlp? Create(Accelerator accelerator, HiddenActivation activation, GpuTuning? gpu)
        => gpu is not null && activation == HiddenActivation.Relu ? new TensorMlp(accelerator) : null;

    /// <summary>Whether weights, units and gradients of the network fit into shared memory.</summary>
    public bool Takes(MlpOptions options) => Warps(Shape(options), BytesOfBackward) > 0 && Warps(Shape(options), BytesOfSecondOrder) > 0;

    /// <summary>o and q; an empty view leaves its part out.</summary>
    public void Forward(MlpNetwork network, ArrayView<float> input, int rows, int outputIndex, ArrayView<float> output, ArrayView<float> gradient)
    {
        int warps = Warps(network, BytesOfForward);
        _forward(Config(network, rows, warps, ForwardGroups, BytesOfForward), new TensorMlpKernels.ForwardArgs
        {
            Network = network,
            Input = input,
            Output = output,
            Gradient = gradient,
            RowCount = rows,
            OutputIndex = outputIndex,
        });
    }

    /// <summary>dL/dparameters += and, unless it is empty, dL/dy +=.</summary>
    public void Backward(
        MlpNetwork network, ArrayView<float> input, int rows, ArrayView<float> dLdOutput, ArrayView<float> dLdParameters, ArrayView<float> dLdInput)
    {
        KernelConfig config = Config(network, rows, Warps(network, BytesOfBackward), GradientGroups, BytesOfBackward);
        ArrayView<float> partials = Partials(config.GridDim.X * dLdParameters.Length);
        TakeLargest(dLdOutput);
        _backward(config, new TensorMlpKernels.BackwardArgs
        {
            Network = network,
            Input = input,
            DLdOutput = dLdOutput,
            DLdInput = dLdInput,
            Partials = partials,
            Largest = _magnitude.View.BaseView,
            RowCount = rows,
            WantsInput = dLdInput.Length != 0 ? 1 : 0,
        });
        Sum(partials, dLdParameters, config.GridDim.X);
    }

    /// <summary>dL/dparameters += from dL/dq.</summary>
    public void InputGradientBackward(
        MlpNetwork network, ArrayView<float> input, int rows, int outputIndex, ArrayView<float> dLdGradient, ArrayView<float> dLdParameters)
    {
        KernelConfig config = Config(network, rows, Warps(network, BytesOfSecondOrder), GradientGroups, BytesOfSecondOrder);
        ArrayView<float> partials = Partials(config.GridDim.X * dLdParameters.Length);
        TakeLargest(dLdGradient);
        _inputGradientBackward(config, new TensorMlpKernels.SecondOrderArgs
        {
            Network = network,
            Input = input,
            DLdGradient = dLdGradient,
            Partials = partials,
            Largest = _magnitude.View.BaseView,
            RowCount = rows,
            OutputIndex = outputIndex,
        });
        Sum(partials, dLdParameters, config.GridDim.X);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _magnitude.Dispose();
        _partials?.Dispose();
    }

    private static MlpNetwork Shape(MlpOptions options) => new()
    {
        InputCount = options.InputCount,
        Width = options.Width,
        HiddenLayers = options.HiddenLayers,
        OutputCount = options.OutputCount,
        HasBias = options.HasBias ? 1 : 0,
    };

    private static int BytesOfForward(MlpNetwork network, int rows) => sizeof(ushort) * TensorMlpLayout.Delta(network, rows);

    private static int BytesOfBackward(MlpNetwork network, int rows)
        => sizeof(float) * TensorMlpLayout.Sums(network, network.HiddenLayers + 1, TensorMlpLayout.BackwardHalves(network, rows));

    private static int BytesOfSecondOrder(MlpNetwork network, int rows)
        => sizeof(float) * TensorMlpLayout.Sums(network, network.HiddenLayers + 1, TensorMlpLayout.SecondOrderHalves(network, rows));

    // As many warps as fit, up to four: 4, 2 or 1; 0 if not even one does.
    private int Warps(MlpNetwork network, Func<MlpNetwork, int, int> bytes)
    {
        int warps = MostWarps;
        while (warps > 0 && bytes(network, warps * TensorMlpLayout.WarpRows) > _accelerator.MaxSharedMemoryPerGroup)
        {
            warps /= 2;
        }

        return warps;
    }

    private static KernelConfig Config(MlpNetwork network, int rows, int warps, int mostGroups, Func<MlpNetwork, int, int> bytes)
    {
        int groupRows = warps * TensorMlpLayout.WarpRows;
        int groups = Math.Min(mostGroups, (rows + groupRows - 1) / groupRows);
        return (groups, warps * GpuTuning.WarpSize, SharedMemoryConfig.RequestDynamic<byte>(bytes(network, groupRows)));
    }

    private void TakeLargest(ArrayView<float> values)
    {
        _magnitude.MemSetToZero();
        int runs = (values.IntLength + TensorMlpKernels.LargestRun - 1) / TensorMlpKernels.LargestRun;
        _largest(runs, new TensorMlpKernels.LargestArgs { Values = values, Result = _magnitude.View.BaseView });
    }

    private void Sum(ArrayView<float> partials, ArrayView<float> dLdParameters, int groups)
        => _sum(dLdParameters.IntLength, new TensorMlpKernels.SumArgs { Partials = partials, DLdParameters = dLdParameters, GroupCount = groups });

    private ArrayView<float> Partials(long length)
    {
        if (_partials is null || _partials.Length < length)
        {
            _partials?.Dispose();
            _partials = _accelerator.Allocate1D<float>(length);
        }

        return _partials.View.BaseView.SubView(0, length);
    }
}
