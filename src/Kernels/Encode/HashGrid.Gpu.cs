using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Encode;

/// <summary>Launches <see cref="HashGridPairKernels"/>; takes the memory for sums in fixed point when it is first needed and keeps it.</summary>
/// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
internal sealed class HashGridGpu<TInterpolation> : IDisposable
    where TInterpolation : struct, IGridInterpolation
{
    /// <summary>Samples that a pair of lanes walks where the march stays in a cell that long.</summary>
    private const int CoarseRun = 8;

    /// <summary>Vertices a side up to which it does, with 1024 steps along a diagonal.</summary>
    private const int CoarseResolution = 256;

    private const int SumBlocks = 256;

    private readonly Accelerator _accelerator;
    private readonly GpuTuning _tuning;
    private readonly Action<KernelConfig, HashGridKernels.EncodeArgs> _encode;
    private readonly Action<KernelConfig, HashGridPairKernels.TableArgs> _addFloats;
    private readonly Action<KernelConfig, HashGridPairKernels.TableArgs> _addFixed;
    private readonly Action<KernelConfig, HashGridPairKernels.TableArgs> _bound;
    private readonly Action<KernelConfig, HashGridPairKernels.TableArgs> _addSums;
    private MemoryBuffer1D<long, Stride1D.Dense>? _sums;
    private MemoryBuffer1D<uint, Stride1D.Dense>? _bounds;

    private HashGridGpu(Accelerator accelerator, GpuTuning tuning)
    {
        _accelerator = accelerator;
        _tuning = tuning;
        _encode = accelerator.LoadStreamKernel<HashGridKernels.EncodeArgs>(HashGridPairKernels.Encode<TInterpolation>);
        _addFloats = accelerator.LoadStreamKernel<HashGridPairKernels.TableArgs>(HashGridPairKernels.BackwardTable<TInterpolation, FloatAccumulation>);
        _addFixed = accelerator.LoadStreamKernel<HashGridPairKernels.TableArgs>(HashGridPairKernels.BackwardTable<TInterpolation, FixedPointAccumulation>);
        _bound = accelerator.LoadStreamKernel<HashGridPairKernels.TableArgs>(HashGridPairKernels.Bound);
        _addSums = accelerator.LoadStreamKernel<HashGridPairKernels.TableArgs>(HashGridPairKernels.AddSums);
    }

    /// <summary>The GPU's kernels, or null where the portable ones run.</summary>
    public static HashGridGpu<TInterpolation>? Create(Accelerator accelerator, GpuTuning? tuning) => tuning is null ? null : new(accelerator, tuning);

    /// <summary>Whether the kernels take such a grid: two features at a time.</summary>
    public static bool Takes(HashGridOptions options) => options.FeaturesPerLevel % 2 == 0;

    public void Encode(HashGridLayout layout, HashGridKernels.EncodeArgs args)
        => _encode((new Index2D(Groups(2L * args.Positions.Length), layout.Levels.Length), new Index2D(HashGridPairKernels.GroupSize, 1)), args);

    public void BackwardTable(HashGridLayout layout, HashGridKernels.BackwardTableArgs backward)
    {
        var args = new HashGridPairKernels.TableArgs { Backward = backward };
        int levels = backward.Grid.ActiveLevels;
        if (!_tuning.Deterministic)
        {
            Scatter(_addFloats, layout, args, levels);
            return;
        }

        // Their contents are zero between launches.
        args.Sums = Zeros(ref _sums, layout.ParameterCount);
        args.Bounds = Zeros(ref _bounds, HashGridOptions.MaxLevelCount);
        args.Bounds.MemSetToZero();
        long threads = (backward.Positions.Length + HashGridPairKernels.BoundSamples - 1) / HashGridPairKernels.BoundSamples;
        _bound(Shape(Groups(threads), levels), args);
        Scatter(_addFixed, layout, args, levels);
        _addSums(Shape(SumBlocks, levels), args);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sums?.Dispose();
        _bounds?.Dispose();
    }

    private static void Scatter(Action<KernelConfig, HashGridPairKernels.TableArgs> scatter, HashGridLayout layout, HashGridPairKernels.TableArgs args, int levels)
    {
        int coarse = 0;
        while (coarse < levels && layout.Levels[coarse].Resolution <= CoarseResolution)
        {
            coarse++;
        }

        Walk(CoarseRun, 0, coarse);
        Walk(1, coarse, levels);

        void Walk(int run, int first, int end)
        {
            if (first < end)
            {
                args.Run = run;
                args.FirstLevel = first;
                scatter(Shape(Groups(2L * ((args.Backward.Positions.Length + run - 1) / run)), end - first), args);
            }
        }
    }

    private static KernelConfig Shape(int groups, int levels) => (new Index2D(groups, levels), new Index2D(HashGridPairKernels.GroupSize, 1));

    private static int Groups(long threads) => (int)((threads + HashGridPairKernels.GroupSize - 1) / HashGridPairKernels.GroupSize);

    private ArrayView<T> Zeros<T>(ref MemoryBuffer1D<T, Stride1D.Dense>? buffer, int length)
        where T : unmanaged
    {
        if (buffer is null || buffer.Length < length)
        {
            buffer?.Dispose();
            buffer = _accelerator.Allocate1D<T>(length);
            buffer.MemSetToZero();
        }

        return buffer.View.BaseView;
    }
}
