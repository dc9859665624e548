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
    private readonly Action<KernelConfig, HashGridPairKernels.EncodeArgs> _encode;
    private readonly Lazy<Action<Index1D, HashGridPairKernels.PackArgs>> _pack;
    private readonly Scatter _floats;
    private readonly Scatter _fixedPoint;
    private readonly Scatter _halves;
    private readonly Lazy<Action<KernelConfig, HashGridPairKernels.TableArgs>> _bound;
    private readonly Lazy<Action<KernelConfig, HashGridPairKernels.TableArgs>> _addSums;
    private readonly Lazy<Action<KernelConfig, HashGridPairKernels.TableArgs>> _total;
    private readonly Lazy<Action<KernelConfig, HashGridPairKernels.TableArgs>> _addHalves;
    private MemoryBuffer1D<long, Stride1D.Dense>? _sums;
    private MemoryBuffer1D<uint, Stride1D.Dense>? _bounds;
    private MemoryBuffer1D<uint, Stride1D.Dense>? _halfSums;
    private MemoryBuffer1D<float, Stride1D.Dense>? _totals;
    private MemoryBuffer1D<float, Stride1D.Dense>? _halfTable;

    private HashGridGpu(Accelerator accelerator, GpuTuning tuning)
    {
        _accelerator = accelerator;
        _tuning = tuning;
        _encode = tuning.HalfGrid
            ? accelerator.LoadStreamKernel<HashGridPairKernels.EncodeArgs>(HashGridPairKernels.Encode<TInterpolation, HalfStorage>)
            : accelerator.LoadStreamKernel<HashGridPairKernels.EncodeArgs>(HashGridPairKernels.Encode<TInterpolation, FloatStorage>);
        _pack = new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, HashGridPairKernels.PackArgs>(HashGridPairKernels.PackTable));
        _floats = new(
            () => accelerator.LoadStreamKernel<HashGridPairKernels.TableArgs>(HashGridPairKernels.BackwardTable<TInterpolation, FeaturePair, FloatAccumulation>),
            () => accelerator.LoadStreamKernel<HashGridPairKernels.TableArgs>(HashGridPairKernels.BackwardTable<TInterpolation, FeatureQuad, FloatAccumulation>));
        _fixedPoint = new(
            () => accelerator.LoadStreamKernel<HashGridPairKernels.TableArgs>(HashGridPairKernels.BackwardTable<TInterpolation, FeaturePair, FixedPointAccumulation>),
            () => accelerator.LoadStreamKernel<HashGridPairKernels.TableArgs>(HashGridPairKernels.BackwardTable<TInterpolation, FeatureQuad, FixedPointAccumulation>));
        _halves = new(
            () => accelerator.LoadStreamKernel<HashGridPairKernels.TableArgs>(HashGridPairKernels.BackwardTable<TInterpolation, FeaturePair, HalfAccumulation>),
            () => accelerator.LoadStreamKernel<HashGridPairKernels.TableArgs>(HashGridPairKernels.BackwardTable<TInterpolation, FeatureQuad, HalfAccumulation>));
        _bound = new(() => accelerator.LoadStreamKernel<HashGridPairKernels.TableArgs>(HashGridPairKernels.Bound));
        _addSums = new(() => accelerator.LoadStreamKernel<HashGridPairKernels.TableArgs>(HashGridPairKernels.AddSums));
        _total = new(() => accelerator.LoadStreamKernel<HashGridPairKernels.TableArgs>(HashGridPairKernels.Total));
        _addHalves = new(() => accelerator.LoadStreamKernel<HashGridPairKernels.TableArgs>(HashGridPairKernels.AddHalves));
    }

    /// <summary>The GPU's kernels, or null where the portable ones run.</summary>
    public static HashGridGpu<TInterpolation>? Create(Accelerator accelerator, GpuTuning? tuning) => tuning is null ? null : new(accelerator, tuning);

    /// <summary>Whether the kernels take such a grid: two features at a time.</summary>
    public static bool Takes(HashGridOptions options) => options.FeaturesPerLevel % 2 == 0;

    /// <summary>Bytes that the kernels keep for a grid between launches.</summary>
    public static long KeptBytes(HashGridLayout layout, GpuTuning tuning)
    {
        if (!Takes(layout.Options))
        {
            return 0;
        }

        long halves = tuning.HalfGrid ? sizeof(ushort) * (long)layout.ParameterCount : 0;
        return halves + (tuning.Deterministic ? sizeof(long) * (long)layout.ParameterCount : halves);
    }

    public void Encode(HashGridLayout layout, HashGridKernels.EncodeArgs args)
    {
        var all = new HashGridPairKernels.EncodeArgs { Encode = args };
        if (_tuning.HalfGrid)
        {
            int pairs = layout.ParameterCount / 2;
            all.Halves = Zeros(ref _halfTable, pairs).SubView(0, pairs);
            _pack.Value(pairs, new HashGridPairKernels.PackArgs { Table = args.Grid.Table, Halves = all.Halves });
        }

        _encode((new Index2D(Groups(2L * args.Positions.Length), layout.Levels.Length), new Index2D(HashGridPairKernels.GroupSize, 1)), all);
    }

    public void BackwardTable(HashGridLayout layout, HashGridKernels.BackwardTableArgs backward)
    {
        var args = new HashGridPairKernels.TableArgs { Backward = backward };
        int levels = backward.Grid.ActiveLevels;
        int features = backward.Grid.FeaturesPerLevel;
        int coarse = 0;
        while (coarse < levels && layout.Levels[coarse].Resolution <= CoarseResolution)
        {
            coarse++;
        }

        if (_tuning.Deterministic)
        {
            // Their contents are zero between launches.
            args.Sums = Zeros(ref _sums, layout.ParameterCount);
            args.Bounds = Zeros(ref _bounds, HashGridOptions.MaxLevelCount);
            args.Bounds.MemSetToZero();
            Reduce(_bound.Value, args, 0, levels);
            Walk(_fixedPoint.For(features), args, CoarseRun, 0, coarse);
            Walk(_fixedPoint.For(features), args, 1, coarse, levels);
            _addSums.Value(Shape(SumBlocks, levels), args);
            return;
        }

        // Entries of coarse levels are met by thousands of samples: 16 bits would lose most of them.
        Walk(_floats.For(features), args, CoarseRun, 0, coarse);
        if (!_tuning.HalfGrid)
        {
            Walk(_floats.For(features), args, 1, coarse, levels);
        }
        else if (coarse < levels)
        {
            args.Halves = Zeros(ref _halfSums, layout.ParameterCount / 2);
            args.Totals = Zeros(ref _totals, HashGridOptions.MaxLevelCount);
            args.Totals.MemSetToZero();
            Reduce(_total.Value, args, coarse, levels);
            Walk(_halves.For(features), args, 1, coarse, levels);
            args.FirstLevel = coarse;
            _addHalves.Value(Shape(SumBlocks, levels - coarse), args);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sums?.Dispose();
        _bounds?.Dispose();
        _halfSums?.Dispose();
        _totals?.Dispose();
        _halfTable?.Dispose();
    }

    private static void Walk(Action<KernelConfig, HashGridPairKernels.TableArgs> scatter, HashGridPairKernels.TableArgs args, int run, int first, int end)
    {
        if (first < end)
        {
            args.Run = run;
            args.FirstLevel = first;
            scatter(Shape(Groups(2L * ((args.Backward.Positions.Length + run - 1) / run)), end - first), args);
        }
    }

    private static void Reduce(Action<KernelConfig, HashGridPairKernels.TableArgs> reduce, HashGridPairKernels.TableArgs args, int first, int end)
    {
        args.FirstLevel = first;
        long threads = (args.Backward.Positions.Length + HashGridPairKernels.BoundSamples - 1) / HashGridPairKernels.BoundSamples;
        reduce(Shape(Groups(threads), end - first), args);
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

    /// <summary>The kernels that add to a table, loaded when they are needed: two features at once, or four.</summary>
    private sealed class Scatter(Func<Action<KernelConfig, HashGridPairKernels.TableArgs>> pairs, Func<Action<KernelConfig, HashGridPairKernels.TableArgs>> quads)
    {
        private readonly Lazy<Action<KernelConfig, HashGridPairKernels.TableArgs>> _pairs = new(pairs);
        private readonly Lazy<Action<KernelConfig, HashGridPairKernels.TableArgs>> _quads = new(quads);

        public Action<KernelConfig, HashGridPairKernels.TableArgs> For(int features) => features % FeatureQuad.Count == 0 ? _quads.Value : _pairs.Value;
    }
}
