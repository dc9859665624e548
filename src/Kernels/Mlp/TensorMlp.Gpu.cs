using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Mlp;

/// <summary>A pass through a network; each needs another amount of shared memory.</summary>
internal enum TensorPass
{
    /// <summary>Values, and gradients of an output by the input.</summary>
    Forward,

    /// <summary>Gradients.</summary>
    Backward,

    /// <summary>Gradients by way of the gradients of an output.</summary>
    SecondOrder,
}

/// <summary>Launches <see cref="TensorMlpKernels"/> for networks that fit into a group's shared memory; keeps its scratch memory between launches.</summary>
/// <typeparam name="TActivation">Hidden activation.</typeparam>
internal sealed class TensorMlp<TActivation> : IDisposable
    where TActivation : struct, IHiddenActivation
{
    /// <summary>Groups that sum weight gradients; part of the meaning of "same seed, same bits" on a GPU, so no property of the device.</summary>
    private const int GradientGroups = 256;

    private const int ForwardGroups = 1024;
    private const int MostWarps = 4;

    // What all GPUs from sm_75 on have but for one: sums that need more go to global memory on many of them.
    private const int UsualSharedMemory = 64 << 10;

    private readonly Accelerator _accelerator;
    private readonly int _sharedMemory;
    private readonly Lazy<Action<KernelConfig, TensorMlpKernels.ForwardArgs>> _forward;
    private readonly Lazy<Action<KernelConfig, TensorMlpKernels.BackwardArgs>> _backward;
    private readonly Lazy<Action<KernelConfig, TensorMlpKernels.SecondOrderArgs>> _inputGradientBackward;
    private readonly Action<Index1D, TensorMlpKernels.LargestArgs> _largest;
    private readonly Action<Index1D, TensorMlpKernels.SumArgs> _sum;
    private readonly MemoryBuffer1D<uint, Stride1D.Dense> _magnitude;
    private MemoryBuffer1D<float, Stride1D.Dense>? _partials;
    private MemoryBuffer1D<float, Stride1D.Dense>? _sums;

    private TensorMlp(Accelerator accelerator, GpuTuning gpu)
    {
        _accelerator = accelerator;
        _sharedMemory = Math.Min(accelerator.MaxSharedMemoryPerGroup, gpu.SharedMemoryLimit);
        _forward = new(() => accelerator.LoadStreamKernel<TensorMlpKernels.ForwardArgs>(TensorMlpKernels.Forward<TActivation>));
        _backward = new(() => accelerator.LoadStreamKernel<TensorMlpKernels.BackwardArgs>(TensorMlpKernels.Backward<TActivation>));
        _inputGradientBackward = new(() => accelerator.LoadStreamKernel<TensorMlpKernels.SecondOrderArgs>(TensorMlpKernels.InputGradientBackward<TActivation>));
        _largest = accelerator.LoadAutoGroupedStreamKernel<Index1D, TensorMlpKernels.LargestArgs>(TensorMlpKernels.Largest);
        _sum = accelerator.LoadAutoGroupedStreamKernel<Index1D, TensorMlpKernels.SumArgs>(TensorMlpKernels.SumPartials);
        _magnitude = accelerator.Allocate1D<uint>(1);
    }

    /// <summary>The tensor cores' kernels, or null without a GPU.</summary>
    public static TensorMlp<TActivation>? Create(Accelerator accelerator, GpuTuning? gpu) => gpu is null ? null : new(accelerator, gpu);

    /// <summary>Bytes that are kept between launches: every group's sums, and once more where they may be too many for shared memory.</summary>
    public static long KeptBytes(MlpOptions options)
    {
        long sums = sizeof(float) * (long)TensorMlpLayout.SumCount(Shape(options, ArrayView<float>.Empty));
        return GradientGroups * ((sizeof(float) * (long)options.ParameterCount) + (sums > UsualSharedMemory / 2 ? sums : 0));
    }

    /// <summary>Whether what the pass needs of the network fits into shared memory.</summary>
    public bool Takes(MlpOptions options, TensorPass pass) => Find(Shape(options, ArrayView<float>.Empty), pass).Warps > 0;

    /// <summary>o and q; an empty view leaves its part out.</summary>
    public void Forward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int rows, int outputIndex, ArrayView<float> output, ArrayView<float> gradient)
    {
        Fit fit = Find(Shape(options, parameters), TensorPass.Forward);
        _forward.Value(fit.Config(rows, ForwardGroups), new TensorMlpKernels.ForwardArgs
        {
            Network = fit.Network,
            Input = input,
            Output = output,
            Gradient = gradient,
            RowCount = rows,
            OutputIndex = outputIndex,
        });
    }

    /// <summary>dL/dparameters += and, unless it is empty, dL/dy +=.</summary>
    public void Backward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int rows, ArrayView<float> dLdOutput, ArrayView<float> dLdParameters,
        ArrayView<float> dLdInput)
    {
        Fit fit = Find(Shape(options, parameters), TensorPass.Backward);
        KernelConfig config = fit.Config(rows, GradientGroups);
        ArrayView<float> partials = Scratch(ref _partials, config.GridDim.X * dLdParameters.Length);
        TakeLargest(dLdOutput);
        _backward.Value(config, new TensorMlpKernels.BackwardArgs
        {
            Network = fit.Network,
            Input = input,
            DLdOutput = dLdOutput,
            DLdInput = dLdInput,
            Partials = partials,
            Sums = GlobalSums(fit, config.GridDim.X),
            Largest = _magnitude.View.BaseView,
            RowCount = rows,
            WantsInput = dLdInput.Length != 0 ? 1 : 0,
        });
        Sum(partials, dLdParameters, config.GridDim.X);
    }

    /// <summary>dL/dparameters += and, of curved activations and unless it is empty, dL/dy +=, from dL/dq.</summary>
    public void InputGradientBackward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int rows, int outputIndex, ArrayView<float> dLdGradient,
        ArrayView<float> dLdParameters, ArrayView<float> dLdInput)
    {
        Fit fit = Find(Shape(options, parameters), TensorPass.SecondOrder);
        KernelConfig config = fit.Config(rows, GradientGroups);
        ArrayView<float> partials = Scratch(ref _partials, config.GridDim.X * dLdParameters.Length);
        TakeLargest(dLdGradient);
        _inputGradientBackward.Value(config, new TensorMlpKernels.SecondOrderArgs
        {
            Network = fit.Network,
            Input = input,
            DLdGradient = dLdGradient,
            DLdInput = dLdInput,
            Partials = partials,
            Sums = GlobalSums(fit, config.GridDim.X),
            Largest = _magnitude.View.BaseView,
            RowCount = rows,
            OutputIndex = outputIndex,
            WantsInput = dLdInput.Length != 0 ? 1 : 0,
        });
        Sum(partials, dLdParameters, config.GridDim.X);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _magnitude.Dispose();
        _partials?.Dispose();
        _sums?.Dispose();
    }

    private static TensorNetwork Shape(MlpOptions options, ArrayView<float> parameters) => new()
    {
        Network = new MlpNetwork
        {
            Parameters = parameters,
            InputCount = options.InputCount,
            Width = options.Width,
            HiddenLayers = options.HiddenLayers,
            OutputCount = options.OutputCount,
            HasBias = options.HasBias ? 1 : 0,
        },
        IsSmooth = 1 - TActivation.IsPiecewiseLinear,
    };

    // All in shared memory, else the sums in global memory, else one layer's weights at a time, else both; of the first that fits as many warps as fit, up to four.
    private Fit Find(TensorNetwork network, TensorPass pass)
    {
        for (int way = 0; way < 4; way++)
        {
            network.StagesLayers = way >> 1;
            network.HasGlobalSums = way & 1;
            for (int warps = MostWarps; warps > 0; warps /= 2)
            {
                int bytes = Bytes(network, pass, warps * TensorMlpLayout.WarpRows);
                if (bytes <= _sharedMemory)
                {
                    return new Fit(network, warps, bytes);
                }
            }
        }

        return new Fit(network, 0, 0);
    }

    private static int Bytes(TensorNetwork network, TensorPass pass, int rows)
    {
        int halves = pass switch
        {
            TensorPass.Forward => TensorMlpLayout.Delta(network, rows),
            TensorPass.Backward => TensorMlpLayout.BackwardHalves(network, rows),
            _ => TensorMlpLayout.SecondOrderHalves(network, rows),
        };
        bool hasSums = pass != TensorPass.Forward && network.HasGlobalSums == 0;
        return (sizeof(ushort) * halves) + (hasSums ? sizeof(float) * TensorMlpLayout.SumCount(network) : 0);
    }

    private void TakeLargest(ArrayView<float> values)
    {
        _magnitude.MemSetToZero();
        int runs = (values.IntLength + TensorMlpKernels.LargestRun - 1) / TensorMlpKernels.LargestRun;
        _largest(runs, new TensorMlpKernels.LargestArgs { Values = values, Result = _magnitude.View.BaseView });
    }

    private void Sum(ArrayView<float> partials, ArrayView<float> dLdParameters, int groups)
        => _sum(dLdParameters.IntLength, new TensorMlpKernels.SumArgs { Partials = partials, DLdParameters = dLdParameters, GroupCount = groups });

    private ArrayView<float> GlobalSums(Fit fit, int groups) => fit.Network.HasGlobalSums == 0
        ? ArrayView<float>.Empty
        : Scratch(ref _sums, (long)groups * TensorMlpLayout.SumCount(fit.Network));

    private ArrayView<float> Scratch(ref MemoryBuffer1D<float, Stride1D.Dense>? buffer, long length)
    {
        if (buffer is null || buffer.Length < length)
        {
            buffer?.Dispose();
            buffer = _accelerator.Allocate1D<float>(length);
        }

        return buffer.View.BaseView.SubView(0, length);
    }

    /// <summary>How a network fits; no warps where it does not.</summary>
    private readonly record struct Fit(TensorNetwork Network, int Warps, int Bytes)
    {
        public KernelConfig Config(int rows, int mostGroups)
        {
            int groupRows = Warps * TensorMlpLayout.WarpRows;
            int groups = Math.Min(mostGroups, (rows + groupRows - 1) / groupRows);
            return (groups, Warps * GpuTuning.WarpSize, SharedMemoryConfig.RequestDynamic<byte>(Bytes));
        }
    }
}
