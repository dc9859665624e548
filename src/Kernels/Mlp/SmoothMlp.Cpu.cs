using System;
using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Mlp;

/// <summary>The twin for SiLU and one vector width; see <see cref="FusedMlpHost"/>.</summary>
/// <typeparam name="TLanes">Vector width.</typeparam>
/// <typeparam name="TVector">Vector.</typeparam>
internal sealed unsafe class SmoothMlpHost<TLanes, TVector>(HostThreads threads) : FusedMlpHost
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int RowsPerItem = MlpBlock<TLanes, TVector>.RowsPerItem;
    private const int RowCapacity = MlpBlock<TLanes, TVector>.RowCapacity;

    private readonly PackedMlp<TLanes, TVector> _parameters = new(threads);

    public override void Forward(MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> output)
    {
        MlpBlock<TLanes, TVector> block = _parameters.Bind(options, parameters);
        int rows = (int)(input.Length / options.InputCount);
        threads.Run(ItemCount(rows), block.ForwardLength, new ForwardWork
        {
            Smooth = new SmoothBlock<TLanes, TVector> { Block = block },
            Input = HostAddress.Of(input),
            Output = HostAddress.Of(output),
            RowCount = rows,
        });
    }

    public override void Backward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> dLdOutput,
        ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch,
        ArrayView<float> kept = default)
    {
        MlpBlock<TLanes, TVector> block = _parameters.Bind(options, parameters);
        threads.Run(FusedMlpKernels.ChunkCount, block.BackwardLength + block.HiddenLength, new BackwardWork
        {
            Smooth = new SmoothBlock<TLanes, TVector> { Block = block },
            Input = HostAddress.Of(input),
            DLdOutput = HostAddress.Of(dLdOutput),
            DLdInput = HostAddress.Of(dLdInput),
            Partials = HostAddress.Of(scratch),
            RowCount = (int)(input.Length / options.InputCount),
        });
        _parameters.SumPartials(scratch, dLdParameters);
    }

    public override void InputGradient(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> gradient)
    {
        MlpBlock<TLanes, TVector> block = _parameters.Bind(options, parameters);
        int rows = (int)(input.Length / options.InputCount);
        threads.Run(ItemCount(rows), block.InputGradientLength + block.HiddenLength, new InputGradientWork
        {
            Smooth = new SmoothBlock<TLanes, TVector> { Block = block },
            Input = HostAddress.Of(input),
            Gradient = HostAddress.Of(gradient),
            OutputWeights = OutputWeights(block.Shape, parameters, outputIndex),
            RowCount = rows,
        });
    }

    public override void InputGradientBackward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex,
        ArrayView<float> dLdGradient, ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch,
        ArrayView<float> kept = default)
    {
        MlpBlock<TLanes, TVector> block = _parameters.Bind(options, parameters);
        threads.Run(FusedMlpKernels.ChunkCount, InputGradientBackwardWork.ScratchLength(block), new InputGradientBackwardWork
        {
            Smooth = new SmoothBlock<TLanes, TVector> { Block = block },
            Input = HostAddress.Of(input),
            DLdGradient = HostAddress.Of(dLdGradient),
            DLdInput = HostAddress.Of(dLdInput),
            OutputWeights = OutputWeights(block.Shape, parameters, outputIndex),
            Partials = HostAddress.Of(scratch),
            RowCount = (int)(input.Length / options.InputCount),
            OutputIndex = outputIndex,
        });
        _parameters.SumPartials(scratch, dLdParameters);
    }

    public override void Dispose() => _parameters.Dispose();

    private static int ItemCount(int rows) => (rows + RowsPerItem - 1) / RowsPerItem;

    private static float* OutputWeights(in MlpShape shape, ArrayView<float> parameters, int outputIndex)
        => HostAddress.Of(parameters) + shape.ParameterOffset(shape.Hidden) + outputIndex * shape.Width;

    private struct ForwardWork : IHostWork
    {
        public SmoothBlock<TLanes, TVector> Smooth;
        public float* Input;
        public float* Output;
        public int RowCount;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            MlpShape shape = Smooth.Block.Shape;
            float* hidden = scratch;
            float* output = hidden + Smooth.Block.HiddenLength;
            int last = Math.Min(RowCount, (item + 1) * RowsPerItem);
            for (int row = item * RowsPerItem; row < last; row += RowCapacity)
            {
                int rows = Math.Min(RowCapacity, last - row);
                Smooth.Hidden(Input + (nint)row * shape.Inputs, shape.Inputs, rows, hidden, shape.WidthPadded, null, null);
                Smooth.Block.Output(hidden, rows, output);
                Rows.Copy(output, shape.OutputsPadded, Output + (nint)row * shape.Outputs, shape.Outputs, rows, shape.Outputs);
            }
        }
    }

    private struct BackwardWork : IHostWork
    {
        public SmoothBlock<TLanes, TVector> Smooth;
        public float* Input;
        public float* DLdOutput;
        public float* DLdInput;
        public float* Partials;
        public int RowCount;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            MlpBlock<TLanes, TVector> block = Smooth.Block;
            MlpShape shape = block.Shape;
            float* input = scratch + shape.PaddedGradientLength;
            float* dLdInput = input + block.InputLength;
            float* dLdOutput = dLdInput + block.InputLength;
            float* hidden = dLdOutput + block.OutputLength;
            float* slopes = hidden + block.HiddenLength;
            float* delta = slopes + block.HiddenLength;
            int* selected = (int*)(delta + 2 * block.LayerLength);
            new Span<float>(scratch, shape.PaddedGradientLength).Clear();
            int last = FusedMlpKernels.LastRow(item, RowCount);
            int row = FusedMlpKernels.FirstRow(item, RowCount);
            while ((row = Rows.SelectNonzero(DLdOutput, shape.Outputs, row, last, selected, RowCapacity, out int rows)) >= 0)
            {
                Rows.Gather(Input, shape.Inputs, selected, rows, input, shape.InputsPadded);
                Rows.Gather(DLdOutput, shape.Outputs, selected, rows, dLdOutput, shape.OutputsPadded);
                Smooth.Hidden(input, shape.InputsPadded, rows, hidden, shape.WidthPadded, slopes, null);
                float* first = block.BackwardLayers<ScaledTile<TLanes, TVector>>(input, hidden, slopes, dLdOutput, delta, rows, scratch);
                if (DLdInput != null)
                {
                    Rows.Gather(DLdInput, shape.Inputs, selected, rows, dLdInput, shape.InputsPadded);
                    block.AddTransposed(0, first, shape.WidthPadded, rows, dLdInput);
                    Rows.Scatter(dLdInput, shape.InputsPadded, selected, rows, DLdInput, shape.Inputs);
                }
            }

            block.StoreGradient(scratch, Partials + (nint)item * shape.ParameterCount);
        }
    }

    private struct InputGradientWork : IHostWork
    {
        public SmoothBlock<TLanes, TVector> Smooth;
        public float* Input;
        public float* Gradient;
        public float* OutputWeights;
        public int RowCount;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            MlpBlock<TLanes, TVector> block = Smooth.Block;
            MlpShape shape = block.Shape;
            float* hidden = scratch;
            float* slopes = hidden + block.HiddenLength;
            float* sensitivities = slopes + block.HiddenLength;
            float* gradient = sensitivities + block.HiddenLength;
            int last = Math.Min(RowCount, (item + 1) * RowsPerItem);
            for (int row = item * RowsPerItem; row < last; row += RowCapacity)
            {
                int rows = Math.Min(RowCapacity, last - row);
                Smooth.Hidden(Input + (nint)row * shape.Inputs, shape.Inputs, rows, hidden, shape.WidthPadded, slopes, null);
                Smooth.Sensitivities(slopes, OutputWeights, rows, sensitivities);
                new Span<float>(gradient, rows * shape.InputsPadded).Clear();
                block.AddTransposed(0, sensitivities, shape.WidthPadded, rows, gradient);
                Rows.Copy(gradient, shape.InputsPadded, Gradient + (nint)row * shape.Inputs, shape.Inputs, rows, shape.Inputs);
            }
        }
    }

    private struct InputGradientBackwardWork : IHostWork
    {
        public SmoothBlock<TLanes, TVector> Smooth;
        public float* Input;
        public float* DLdGradient;
        public float* DLdInput;
        public float* OutputWeights;
        public float* Partials;
        public int RowCount;
        public int OutputIndex;

        public static int ScratchLength(in MlpBlock<TLanes, TVector> block)
            => block.Shape.PaddedGradientLength + 3 * block.InputLength + 6 * block.HiddenLength + block.LayerLength + RowCapacity;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            MlpBlock<TLanes, TVector> block = Smooth.Block;
            MlpShape shape = block.Shape;
            float* inputs = scratch + shape.PaddedGradientLength;
            float* dLdInput = inputs + 2 * block.InputLength;
            float* forward = dLdInput + block.InputLength;
            float* backward = forward + 2 * block.HiddenLength;
            float* slopes = backward + 2 * block.HiddenLength;
            float* curvatures = slopes + block.HiddenLength;
            float* product = curvatures + block.HiddenLength;
            int* selected = (int*)(product + block.LayerLength);
            new Span<float>(scratch, shape.PaddedGradientLength).Clear();
            int last = FusedMlpKernels.LastRow(item, RowCount);
            int row = FusedMlpKernels.FirstRow(item, RowCount);
            while ((row = Rows.SelectNonzero(DLdGradient, shape.Inputs, row, last, selected, RowCapacity, out int rows)) >= 0)
            {
                float* input = inputs + shape.InputsPadded;
                Rows.Gather(DLdGradient, shape.Inputs, selected, rows, inputs, 2 * shape.InputsPadded);
                Rows.Gather(Input, shape.Inputs, selected, rows, input, 2 * shape.InputsPadded);
                Smooth.Hidden(input, 2 * shape.InputsPadded, rows, forward + shape.WidthPadded, 2 * shape.WidthPadded, slopes, curvatures);
                Smooth.SecondOrderLayers(
                    inputs, forward, backward, slopes, curvatures, product, OutputWeights, OutputIndex, rows, scratch);
                if (DLdInput != null)
                {
                    Rows.Gather(DLdInput, shape.Inputs, selected, rows, dLdInput, shape.InputsPadded);
                    block.AddTransposed(0, backward + shape.WidthPadded, 2 * shape.WidthPadded, rows, dLdInput);
                    Rows.Scatter(dLdInput, shape.InputsPadded, selected, rows, DLdInput, shape.Inputs);
                }
            }

            block.StoreGradient(scratch, Partials + (nint)item * shape.ParameterCount);
        }
    }
}
