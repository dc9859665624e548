using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Mlp;

/// <summary>
/// Host twin of <see cref="FusedMlpKernels"/>: blocks of rows go through all layers as matrix products in register
/// tiles (<see cref="MatrixTile{TLanes, TVector, TEpilogue}"/>). Row ranges, the order of every sum and the rows that are skipped are the kernels', so
/// the bits are theirs too, for any number of threads and any vector width. One launch at a time.
/// </summary>
internal abstract class FusedMlpHost : IDisposable
{
    /// <summary>The twin for an activation, with the widest vectors of this machine; every shape of network has one.</summary>
    public static FusedMlpHost Create(HiddenActivation activation, HostThreads threads)
        => Vector512.IsHardwareAccelerated ? Create<Lanes512, Vector512<float>>(activation, threads)
            : Vector256.IsHardwareAccelerated ? Create<Lanes256, Vector256<float>>(activation, threads)
            : Vector128.IsHardwareAccelerated ? Create<Lanes128, Vector128<float>>(activation, threads)
            : Create<Lanes32, float>(activation, threads);

    /// <summary>The twin for an activation and a vector width.</summary>
    internal static FusedMlpHost Create<TLanes, TVector>(HiddenActivation activation, HostThreads threads)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        => activation switch
        {
            HiddenActivation.Relu => new FusedMlpHost<TLanes, TVector>(threads),
            HiddenActivation.Silu => new SmoothMlpHost<TLanes, TVector>(threads),
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "Mlp: no host twin for this activation; use KernelChoice.Portable."),
        };

    /// <summary>Twin of <see cref="FusedMlpKernels.Forward"/>.</summary>
    public abstract void Forward(MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> output);

    /// <summary>Floats that <see cref="ForwardWithInputGradient"/> can keep for the backward passes; 0 if it keeps nothing.</summary>
    public virtual long KeptLength(MlpOptions options, int rows) => 0;

    /// <summary>Both passes that read the input; in one go where that saves work, with the bits of the two.</summary>
    public virtual void ForwardWithInputGradient(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex,
        ArrayView<float> output, ArrayView<float> gradient, ArrayView<float> kept)
    {
        Forward(options, parameters, input, output);
        InputGradient(options, parameters, input, outputIndex, gradient);
    }

    /// <summary>Twin of <see cref="FusedMlpKernels.Backward"/> and the summation of its row ranges.</summary>
    public abstract void Backward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> dLdOutput,
        ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch, ArrayView<float> kept = default);

    /// <summary>Twin of <see cref="FusedMlpKernels.InputGradient"/>.</summary>
    public abstract void InputGradient(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> gradient);

    /// <summary>Twin of <see cref="FusedMlpKernels.InputGradientBackward"/> and the summation of its row ranges.</summary>
    public abstract void InputGradientBackward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex,
        ArrayView<float> dLdGradient, ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch,
        ArrayView<float> kept = default);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>
/// The twin for ReLU and one vector width. The sign of a hidden unit says which branch it took, so the hidden units are all that has to be
/// computed again, or kept: block after block as <see cref="MlpBlock{TLanes, TVector}"/> lays them out; and since the second derivative is zero, q has no gradient to the input.
/// </summary>
/// <typeparam name="TLanes">Vector width.</typeparam>
/// <typeparam name="TVector">Vector.</typeparam>
internal sealed unsafe class FusedMlpHost<TLanes, TVector>(HostThreads threads) : FusedMlpHost
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly PackedMlp<TLanes, TVector> _parameters = new(threads);

    public override void Forward(MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> output)
    {
        MlpBlock<TLanes, TVector> block = _parameters.Bind(options, parameters);
        int rows = (int)(input.Length / options.InputCount);
        threads.Run(ItemCount(rows), block.ForwardLength, new ForwardWork
        {
            Block = block,
            Input = HostAddress.Of(input),
            Output = HostAddress.Of(output),
            RowCount = rows,
        });
    }

    public override long KeptLength(MlpOptions options, int rows)
    {
        var block = new MlpBlock<TLanes, TVector> { Shape = MlpShape.Create<TLanes, TVector>(options) };
        return (rows + MlpBlock<TLanes, TVector>.RowCapacity - 1L) / MlpBlock<TLanes, TVector>.RowCapacity * block.HiddenLength;
    }

    public override void ForwardWithInputGradient(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex,
        ArrayView<float> output, ArrayView<float> gradient, ArrayView<float> kept)
    {
        MlpBlock<TLanes, TVector> block = _parameters.Bind(options, parameters);
        int rows = (int)(input.Length / options.InputCount);
        threads.Run(ItemCount(rows), block.ForwardWithInputGradientLength, new ForwardWithInputGradientWork
        {
            Block = block,
            Input = HostAddress.Of(input),
            Output = HostAddress.Of(output),
            Gradient = HostAddress.Of(gradient),
            Kept = HostAddress.Of(kept),
            OutputWeights = OutputWeights(block.Shape, parameters, outputIndex),
            RowCount = rows,
        });
    }

    public override void Backward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> dLdOutput,
        ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch, ArrayView<float> kept = default)
    {
        MlpBlock<TLanes, TVector> block = _parameters.Bind(options, parameters);
        threads.Run(FusedMlpKernels.ChunkCount, block.BackwardLength, new BackwardWork
        {
            Block = block,
            Input = HostAddress.Of(input),
            DLdOutput = HostAddress.Of(dLdOutput),
            DLdInput = HostAddress.Of(dLdInput),
            Kept = HostAddress.Of(kept),
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
        threads.Run(ItemCount(rows), block.InputGradientLength, new InputGradientWork
        {
            Block = block,
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
        threads.Run(FusedMlpKernels.ChunkCount, block.SecondOrderLength, new InputGradientBackwardWork
        {
            Block = block,
            Input = HostAddress.Of(input),
            DLdGradient = HostAddress.Of(dLdGradient),
            Kept = HostAddress.Of(kept),
            OutputWeights = OutputWeights(block.Shape, parameters, outputIndex),
            Partials = HostAddress.Of(scratch),
            RowCount = (int)(input.Length / options.InputCount),
            OutputIndex = outputIndex,
        });
        _parameters.SumPartials(scratch, dLdParameters);
    }

    public override void Dispose() => _parameters.Dispose();

    private static int ItemCount(int rows) => (rows + MlpBlock<TLanes, TVector>.RowsPerItem - 1) / MlpBlock<TLanes, TVector>.RowsPerItem;

    private static float* OutputWeights(in MlpShape shape, ArrayView<float> parameters, int outputIndex)
        => HostAddress.Of(parameters) + shape.ParameterOffset(shape.Hidden) + outputIndex * shape.Width;

    private struct ForwardWork : IHostWork
    {
        public MlpBlock<TLanes, TVector> Block;
        public float* Input;
        public float* Output;
        public int RowCount;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            MlpShape shape = Block.Shape;
            float* hidden = scratch;
            float* output = hidden + Block.HiddenLength;
            int last = Math.Min(RowCount, (item + 1) * MlpBlock<TLanes, TVector>.RowsPerItem);
            for (int row = item * MlpBlock<TLanes, TVector>.RowsPerItem; row < last; row += MlpBlock<TLanes, TVector>.RowCapacity)
            {
                int rows = Math.Min(MlpBlock<TLanes, TVector>.RowCapacity, last - row);
                Block.Hidden(Input + (nint)row * shape.Inputs, shape.Inputs, rows, hidden);
                Block.Output(hidden, rows, output);
                Rows.Copy(output, shape.OutputsPadded, Output + (nint)row * shape.Outputs, shape.Outputs, rows, shape.Outputs);
            }
        }
    }

    private struct ForwardWithInputGradientWork : IHostWork
    {
        public MlpBlock<TLanes, TVector> Block;
        public float* Input;
        public float* Output;
        public float* Gradient;
        public float* Kept;
        public float* OutputWeights;
        public int RowCount;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            MlpShape shape = Block.Shape;
            float* sensitivities = scratch + Block.HiddenLength;
            float* gradient = sensitivities + Block.HiddenLength;
            float* output = gradient + Block.InputLength;
            int last = Math.Min(RowCount, (item + 1) * MlpBlock<TLanes, TVector>.RowsPerItem);
            for (int row = item * MlpBlock<TLanes, TVector>.RowsPerItem; row < last; row += MlpBlock<TLanes, TVector>.RowCapacity)
            {
                int rows = Math.Min(MlpBlock<TLanes, TVector>.RowCapacity, last - row);
                float* hidden = Kept == null ? scratch : Kept + (nint)(row / MlpBlock<TLanes, TVector>.RowCapacity) * Block.HiddenLength;
                Block.Hidden(Input + (nint)row * shape.Inputs, shape.Inputs, rows, hidden);
                Block.Output(hidden, rows, output);
                Rows.Copy(output, shape.OutputsPadded, Output + (nint)row * shape.Outputs, shape.Outputs, rows, shape.Outputs);
                Block.Sensitivities(hidden, OutputWeights, rows, sensitivities);
                new Span<float>(gradient, rows * shape.InputsPadded).Clear();
                Block.AddTransposed(0, sensitivities, shape.WidthPadded, rows, gradient);
                Rows.Copy(gradient, shape.InputsPadded, Gradient + (nint)row * shape.Inputs, shape.Inputs, rows, shape.Inputs);
            }
        }
    }

    private struct BackwardWork : IHostWork
    {
        public MlpBlock<TLanes, TVector> Block;
        public float* Input;
        public float* DLdOutput;
        public float* DLdInput;
        public float* Kept;
        public float* Partials;
        public int RowCount;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            MlpShape shape = Block.Shape;
            float* input = scratch + shape.PaddedGradientLength;
            float* dLdInput = input + Block.InputLength;
            float* dLdOutput = dLdInput + Block.InputLength;
            float* hidden = dLdOutput + Block.OutputLength;
            float* delta = hidden + Block.HiddenLength;
            int* selected = (int*)(delta + 2 * Block.LayerLength);
            new Span<float>(scratch, shape.PaddedGradientLength).Clear();
            int last = FusedMlpKernels.LastRow(item, RowCount);
            int row = FusedMlpKernels.FirstRow(item, RowCount);
            while ((row = Rows.SelectNonzero(DLdOutput, shape.Outputs, row, last, selected, MlpBlock<TLanes, TVector>.RowCapacity, out int rows)) >= 0)
            {
                Rows.Gather(Input, shape.Inputs, selected, rows, input, shape.InputsPadded);
                Rows.Gather(DLdOutput, shape.Outputs, selected, rows, dLdOutput, shape.OutputsPadded);
                Block.Hidden(input, shape.InputsPadded, Kept, selected, rows, hidden);
                float* first = Block.BackwardLayers<MaskedTile<TLanes, TVector>>(input, hidden, hidden, dLdOutput, delta, rows, scratch);
                if (DLdInput != null)
                {
                    Rows.Gather(DLdInput, shape.Inputs, selected, rows, dLdInput, shape.InputsPadded);
                    Block.AddTransposed(0, first, shape.WidthPadded, rows, dLdInput);
                    Rows.Scatter(dLdInput, shape.InputsPadded, selected, rows, DLdInput, shape.Inputs);
                }
            }

            Block.StoreGradient(scratch, Partials + (nint)item * shape.ParameterCount);
        }
    }

    private struct InputGradientWork : IHostWork
    {
        public MlpBlock<TLanes, TVector> Block;
        public float* Input;
        public float* Gradient;
        public float* OutputWeights;
        public int RowCount;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            MlpShape shape = Block.Shape;
            float* hidden = scratch;
            float* sensitivities = hidden + Block.HiddenLength;
            float* gradient = sensitivities + Block.HiddenLength;
            int last = Math.Min(RowCount, (item + 1) * MlpBlock<TLanes, TVector>.RowsPerItem);
            for (int row = item * MlpBlock<TLanes, TVector>.RowsPerItem; row < last; row += MlpBlock<TLanes, TVector>.RowCapacity)
            {
                int rows = Math.Min(MlpBlock<TLanes, TVector>.RowCapacity, last - row);
                Block.Hidden(Input + (nint)row * shape.Inputs, shape.Inputs, rows, hidden);
                Block.Sensitivities(hidden, OutputWeights, rows, sensitivities);
                new Span<float>(gradient, rows * shape.InputsPadded).Clear();
                Block.AddTransposed(0, sensitivities, shape.WidthPadded, rows, gradient);
                Rows.Copy(gradient, shape.InputsPadded, Gradient + (nint)row * shape.Inputs, shape.Inputs, rows, shape.Inputs);
            }
        }
    }

    private struct InputGradientBackwardWork : IHostWork
    {
        public MlpBlock<TLanes, TVector> Block;
        public float* Input;
        public float* DLdGradient;
        public float* Kept;
        public float* OutputWeights;
        public float* Partials;
        public int RowCount;
        public int OutputIndex;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            MlpShape shape = Block.Shape;
            float* input = scratch + shape.PaddedGradientLength;
            float* upstream = input + Block.InputLength;
            float* hidden = upstream + Block.InputLength;
            float* sensitivities = hidden + Block.HiddenLength;
            float* tangents = sensitivities + Block.HiddenLength;
            int* selected = (int*)(tangents + 2 * Block.LayerLength);
            new Span<float>(scratch, shape.PaddedGradientLength).Clear();
            int last = FusedMlpKernels.LastRow(item, RowCount);
            int row = FusedMlpKernels.FirstRow(item, RowCount);
            while ((row = Rows.SelectNonzero(DLdGradient, shape.Inputs, row, last, selected, MlpBlock<TLanes, TVector>.RowCapacity, out int rows)) >= 0)
            {
                Rows.Gather(Input, shape.Inputs, selected, rows, input, shape.InputsPadded);
                Rows.Gather(DLdGradient, shape.Inputs, selected, rows, upstream, shape.InputsPadded);
                Block.Hidden(input, shape.InputsPadded, Kept, selected, rows, hidden);
                Block.Sensitivities(hidden, OutputWeights, rows, sensitivities);
                Block.SecondOrderLayers(upstream, hidden, sensitivities, tangents, rows, OutputIndex, scratch);
            }

            Block.StoreGradient(scratch, Partials + (nint)item * shape.ParameterCount);
        }
    }
}
