using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Mlp;

/// <summary>
/// Host twin of <see cref="FusedMlpKernels"/> for ReLU networks: blocks of rows go through all layers as matrix products in register
/// tiles (<see cref="MatrixTile{TLanes, TVector, TEpilogue}"/>). Row ranges, the order of every sum and the rows that are skipped are the kernels', so
/// the bits are theirs too, for any number of threads and any vector width. One launch at a time.
/// </summary>
internal abstract class FusedMlpHost : IDisposable
{
    /// <summary>The twin with the widest vectors of this machine.</summary>
    public static FusedMlpHost Create(HostThreads threads)
        => Vector512.IsHardwareAccelerated ? new FusedMlpHost<Lanes512, Vector512<float>>(threads)
            : Vector256.IsHardwareAccelerated ? new FusedMlpHost<Lanes256, Vector256<float>>(threads)
            : Vector128.IsHardwareAccelerated ? new FusedMlpHost<Lanes128, Vector128<float>>(threads)
            : new FusedMlpHost<Lanes32, float>(threads);

    /// <summary>Twin of <see cref="FusedMlpKernels.Forward"/>.</summary>
    public abstract void Forward(MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> output);

    /// <summary>Twin of <see cref="FusedMlpKernels.Backward"/> and the summation of its row ranges.</summary>
    public abstract void Backward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> dLdOutput,
        ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch);

    /// <summary>Twin of <see cref="FusedMlpKernels.InputGradient"/>.</summary>
    public abstract void InputGradient(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> gradient);

    /// <summary>Twin of <see cref="FusedMlpKernels.InputGradientBackward"/> and the summation of its row ranges.</summary>
    public abstract void InputGradientBackward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex,
        ArrayView<float> dLdGradient, ArrayView<float> dLdParameters, ArrayView<float> scratch);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>The twin for one vector width.</summary>
/// <typeparam name="TLanes">Vector width.</typeparam>
/// <typeparam name="TVector">Vector.</typeparam>
internal sealed unsafe class FusedMlpHost<TLanes, TVector>(HostThreads threads) : FusedMlpHost
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private float* _packed;
    private int _packedLength;

    public override void Forward(MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> output)
    {
        MlpBlock<TLanes, TVector> block = Bind(options, parameters);
        int rows = (int)(input.Length / options.InputCount);
        threads.Run(ItemCount(rows), block.ForwardLength, new ForwardWork
        {
            Block = block,
            Input = Address(input),
            Output = Address(output),
            RowCount = rows,
        });
    }

    public override void Backward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, ArrayView<float> dLdOutput,
        ArrayView<float> dLdParameters, ArrayView<float> dLdInput, ArrayView<float> scratch)
    {
        MlpBlock<TLanes, TVector> block = Bind(options, parameters);
        threads.Run(FusedMlpKernels.ChunkCount, block.BackwardLength, new BackwardWork
        {
            Block = block,
            Input = Address(input),
            DLdOutput = Address(dLdOutput),
            DLdInput = Address(dLdInput),
            Partials = Address(scratch),
            RowCount = (int)(input.Length / options.InputCount),
        });
        SumPartials(scratch, dLdParameters);
    }

    public override void InputGradient(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex, ArrayView<float> gradient)
    {
        MlpBlock<TLanes, TVector> block = Bind(options, parameters);
        int rows = (int)(input.Length / options.InputCount);
        threads.Run(ItemCount(rows), block.InputGradientLength, new InputGradientWork
        {
            Block = block,
            Input = Address(input),
            Gradient = Address(gradient),
            OutputWeights = OutputWeights(block.Shape, parameters, outputIndex),
            RowCount = rows,
        });
    }

    public override void InputGradientBackward(
        MlpOptions options, ArrayView<float> parameters, ArrayView<float> input, int outputIndex,
        ArrayView<float> dLdGradient, ArrayView<float> dLdParameters, ArrayView<float> scratch)
    {
        MlpBlock<TLanes, TVector> block = Bind(options, parameters);
        threads.Run(FusedMlpKernels.ChunkCount, block.SecondOrderLength, new InputGradientBackwardWork
        {
            Block = block,
            Input = Address(input),
            DLdGradient = Address(dLdGradient),
            OutputWeights = OutputWeights(block.Shape, parameters, outputIndex),
            Partials = Address(scratch),
            RowCount = (int)(input.Length / options.InputCount),
            OutputIndex = outputIndex,
        });
        SumPartials(scratch, dLdParameters);
    }

    public override void Dispose()
    {
        NativeMemory.AlignedFree(_packed);
        _packed = null;
        _packedLength = 0;
    }

    private static int ItemCount(int rows) => (rows + MlpBlock<TLanes, TVector>.RowsPerItem - 1) / MlpBlock<TLanes, TVector>.RowsPerItem;

    private static float* Address(ArrayView<float> view) => view.Length == 0 ? null : (float*)view.LoadEffectiveAddressAsPtr();

    private static float* OutputWeights(in MlpShape shape, ArrayView<float> parameters, int outputIndex)
        => Address(parameters) + shape.ParameterOffset(shape.Hidden) + outputIndex * shape.Width;

    private MlpBlock<TLanes, TVector> Bind(MlpOptions options, ArrayView<float> parameters)
    {
        MlpShape shape = MlpShape.Create<TLanes, TVector>(options);
        if (shape.PackedLength > _packedLength)
        {
            Dispose();
            _packed = (float*)NativeMemory.AlignedAlloc((nuint)shape.PackedLength * sizeof(float), 64);
            _packedLength = shape.PackedLength;
        }

        shape.Pack(Address(parameters), _packed, TLanes.Count);
        return new MlpBlock<TLanes, TVector> { Shape = shape, Packed = _packed };
    }

    private void SumPartials(ArrayView<float> partials, ArrayView<float> dLdParameters)
    {
        int count = dLdParameters.IntLength;
        int items = (count + SumWork.ParametersPerItem - 1) / SumWork.ParametersPerItem;
        threads.Run(items, 0, new SumWork { Partials = Address(partials), DLdParameters = Address(dLdParameters), Count = count });
    }

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

    private struct BackwardWork : IHostWork
    {
        public MlpBlock<TLanes, TVector> Block;
        public float* Input;
        public float* DLdOutput;
        public float* DLdInput;
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
                Block.Hidden(input, shape.InputsPadded, rows, hidden);
                float* first = Block.BackwardLayers(input, hidden, dLdOutput, delta, rows, scratch);
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
                Block.Hidden(input, shape.InputsPadded, rows, hidden);
                Block.Sensitivities(hidden, OutputWeights, rows, sensitivities);
                Block.SecondOrderLayers(upstream, hidden, sensitivities, tangents, rows, OutputIndex, scratch);
            }

            Block.StoreGradient(scratch, Partials + (nint)item * shape.ParameterCount);
        }
    }

    private struct SumWork : IHostWork
    {
        public const int ParametersPerItem = 1024;

        public float* Partials;
        public float* DLdParameters;
        public int Count;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            int last = Math.Min(Count, (item + 1) * ParametersPerItem);
            int i = item * ParametersPerItem;
            for (; i + TLanes.Count <= last; i += TLanes.Count)
            {
                TVector sum = TLanes.Broadcast(0f);
                for (int chunk = 0; chunk < FusedMlpKernels.ChunkCount; chunk++)
                {
                    sum = TLanes.Add(sum, TLanes.Load(Partials + (nint)chunk * Count + i));
                }

                TLanes.Store(TLanes.Add(TLanes.Load(DLdParameters + i), sum), DLdParameters + i);
            }

            for (; i < last; i++)
            {
                float sum = 0f;
                for (int chunk = 0; chunk < FusedMlpKernels.ChunkCount; chunk++)
                {
                    sum += Partials[(nint)chunk * Count + i];
                }

                DLdParameters[i] += sum;
            }
        }
    }
}
