using System;
using System.Collections.Generic;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Encode;

/// <summary>Launches the hash grid kernels of one interpolation; see <see cref="HashGridKernels"/> for the formulas.</summary>
public interface IHashGrid
{
    /// <summary>Features of M positions.</summary>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="activeLevels">Levels in use, 0 to L.</param>
    /// <param name="table">Table, <see cref="HashGridLayout.ParameterCount"/> values.</param>
    /// <param name="positions">Positions [M].</param>
    /// <param name="features">Features [M, L·F]; overwritten.</param>
    void Encode(HashGridOptions options, int activeLevels, ArrayView<float> table, ArrayView<Float3> positions, ArrayView<float> features);

    /// <summary>dL/dT += Σ W_b dL/dy.</summary>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="activeLevels">Levels in use, 0 to L.</param>
    /// <param name="positions">Positions [M].</param>
    /// <param name="dLdFeatures">dL/dy [M, L·F].</param>
    /// <param name="dLdTable">Table gradient; accumulated.</param>
    void BackwardTable(
        HashGridOptions options, int activeLevels, ArrayView<Float3> positions, ArrayView<float> dLdFeatures, ArrayView<float> dLdTable);

    /// <summary>dL/dx += Jᵀ dL/dy.</summary>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="activeLevels">Levels in use, 0 to L.</param>
    /// <param name="table">Table.</param>
    /// <param name="positions">Positions [M].</param>
    /// <param name="dLdFeatures">dL/dy [M, L·F].</param>
    /// <param name="dLdPositions">dL/dx [M]; accumulated.</param>
    void BackwardPosition(
        HashGridOptions options, int activeLevels, ArrayView<float> table, ArrayView<Float3> positions,
        ArrayView<float> dLdFeatures, ArrayView<Float3> dLdPositions);

    /// <summary>ν = Jᵀu.</summary>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="activeLevels">Levels in use, 0 to L.</param>
    /// <param name="table">Table.</param>
    /// <param name="positions">Positions [M].</param>
    /// <param name="cotangent">u [M, L·F].</param>
    /// <param name="gradient">ν [M]; overwritten.</param>
    void PositionGradient(
        HashGridOptions options, int activeLevels, ArrayView<float> table, ArrayView<Float3> positions,
        ArrayView<float> cotangent, ArrayView<Float3> gradient);

    /// <summary>dL/dT += Σ κ_b u, the second-order pass to the table.</summary>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="activeLevels">Levels in use, 0 to L.</param>
    /// <param name="positions">Positions [M].</param>
    /// <param name="cotangent">u [M, L·F].</param>
    /// <param name="dLdGradient">dL/dν [M].</param>
    /// <param name="dLdTable">Table gradient; accumulated.</param>
    void PositionGradientBackwardTable(
        HashGridOptions options, int activeLevels, ArrayView<Float3> positions, ArrayView<float> cotangent,
        ArrayView<Float3> dLdGradient, ArrayView<float> dLdTable);

    /// <summary>dL/du += J dL/dν, the second-order pass to the cotangent.</summary>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="activeLevels">Levels in use, 0 to L.</param>
    /// <param name="table">Table.</param>
    /// <param name="positions">Positions [M].</param>
    /// <param name="dLdGradient">dL/dν [M].</param>
    /// <param name="dLdCotangent">dL/du [M, L·F]; accumulated.</param>
    void PositionGradientBackwardCotangent(
        HashGridOptions options, int activeLevels, ArrayView<float> table, ArrayView<Float3> positions,
        ArrayView<Float3> dLdGradient, ArrayView<float> dLdCotangent);
}

/// <summary>Launcher of the hash grid kernels.</summary>
/// <typeparam name="TInterpolation">Blending within a cell.</typeparam>
public sealed class HashGrid<TInterpolation> : IKernelFamily<HashGrid<TInterpolation>>, IHashGrid, IDisposable
    where TInterpolation : struct, IGridInterpolation
{
    private readonly Accelerator _accelerator;
    private readonly Dictionary<HashGridOptions, DeviceLayout> _layouts = [];
    private readonly Action<Index1D, HashGridKernels.EncodeArgs> _encode;
    private readonly Action<Index1D, HashGridKernels.BackwardTableArgs> _backwardTable;
    private readonly Action<Index1D, HashGridKernels.PositionGradientArgs> _backwardPosition;
    private readonly Action<Index1D, HashGridKernels.PositionGradientArgs> _positionGradient;
    private readonly Action<Index1D, HashGridKernels.SecondOrderTableArgs> _secondOrderTable;
    private readonly Action<Index1D, HashGridKernels.SecondOrderCotangentArgs> _secondOrderCotangent;
    private readonly HashGridHost<TInterpolation>? _host;

    private HashGrid(Accelerator accelerator, HostThreads? host)
    {
        _host = HashGridHost<TInterpolation>.Create(host);
        _accelerator = accelerator;
        _encode = accelerator.LoadAutoGroupedStreamKernel<Index1D, HashGridKernels.EncodeArgs>(HashGridKernels.Encode<TInterpolation>);
        _backwardTable = accelerator.LoadAutoGroupedStreamKernel<Index1D, HashGridKernels.BackwardTableArgs>(
            HashGridKernels.BackwardTable<TInterpolation>);
        _backwardPosition = accelerator.LoadAutoGroupedStreamKernel<Index1D, HashGridKernels.PositionGradientArgs>(
            HashGridKernels.BackwardPosition<TInterpolation>);
        _positionGradient = accelerator.LoadAutoGroupedStreamKernel<Index1D, HashGridKernels.PositionGradientArgs>(
            HashGridKernels.PositionGradient<TInterpolation>);
        _secondOrderTable = accelerator.LoadAutoGroupedStreamKernel<Index1D, HashGridKernels.SecondOrderTableArgs>(
            HashGridKernels.PositionGradientBackwardTable<TInterpolation>);
        _secondOrderCotangent = accelerator.LoadAutoGroupedStreamKernel<Index1D, HashGridKernels.SecondOrderCotangentArgs>(
            HashGridKernels.PositionGradientBackwardCotangent<TInterpolation>);
    }

    /// <inheritdoc/>
    public static HashGrid<TInterpolation> Load(Accelerator accelerator) => new(accelerator, null);

    /// <inheritdoc/>
    public static HashGrid<TInterpolation> Load(Accelerator accelerator, HostThreads? host) => new(accelerator, host);

    /// <inheritdoc/>
    public void Encode(
        HashGridOptions options, int activeLevels, ArrayView<float> table, ArrayView<Float3> positions, ArrayView<float> features)
    {
        HashGridKernels.Grid grid = Bind(options, activeLevels, table, positions, features);
        var args = new HashGridKernels.EncodeArgs { Grid = grid, Positions = positions, Features = features };
        if (positions.Length > 0 && _host is not null)
        {
            _host.Encode(_layouts[options].Layout, args);
        }
        else if (positions.Length > 0)
        {
            _encode(positions.IntLength, args);
        }
    }

    /// <inheritdoc/>
    public void BackwardTable(
        HashGridOptions options, int activeLevels, ArrayView<Float3> positions, ArrayView<float> dLdFeatures, ArrayView<float> dLdTable)
    {
        HashGridKernels.Grid grid = Bind(options, activeLevels, dLdTable, positions, dLdFeatures);
        var args = new HashGridKernels.BackwardTableArgs { Grid = grid, Positions = positions, DLdFeatures = dLdFeatures, DLdTable = dLdTable };
        if (positions.Length > 0 && activeLevels > 0 && _host is not null)
        {
            _host.BackwardTable(_layouts[options].Layout, args);
        }
        else if (positions.Length > 0 && activeLevels > 0)
        {
            _backwardTable(activeLevels, args);
        }
    }

    /// <inheritdoc/>
    public void BackwardPosition(
        HashGridOptions options, int activeLevels, ArrayView<float> table, ArrayView<Float3> positions,
        ArrayView<float> dLdFeatures, ArrayView<Float3> dLdPositions)
    {
        HashGridKernels.PositionGradientArgs args = BindGradient(options, activeLevels, table, positions, dLdFeatures, dLdPositions);
        if (positions.Length > 0 && _host is not null)
        {
            _host.BackwardPosition(_layouts[options].Layout, args);
        }
        else if (positions.Length > 0)
        {
            _backwardPosition(positions.IntLength, args);
        }
    }

    /// <inheritdoc/>
    public void PositionGradient(
        HashGridOptions options, int activeLevels, ArrayView<float> table, ArrayView<Float3> positions,
        ArrayView<float> cotangent, ArrayView<Float3> gradient)
    {
        HashGridKernels.PositionGradientArgs args = BindGradient(options, activeLevels, table, positions, cotangent, gradient);
        if (positions.Length > 0 && _host is not null)
        {
            _host.PositionGradient(_layouts[options].Layout, args);
        }
        else if (positions.Length > 0)
        {
            _positionGradient(positions.IntLength, args);
        }
    }

    /// <inheritdoc/>
    public void PositionGradientBackwardTable(
        HashGridOptions options, int activeLevels, ArrayView<Float3> positions, ArrayView<float> cotangent,
        ArrayView<Float3> dLdGradient, ArrayView<float> dLdTable)
    {
        HashGridKernels.Grid grid = Bind(options, activeLevels, dLdTable, positions, cotangent);
        RequireLength("position gradients", positions.Length, dLdGradient.Length);
        var args = new HashGridKernels.SecondOrderTableArgs
        {
            Grid = grid,
            Positions = positions,
            Cotangent = cotangent,
            DLdGradient = dLdGradient,
            DLdTable = dLdTable,
        };
        if (positions.Length > 0 && activeLevels > 0 && _host is not null)
        {
            _host.PositionGradientBackwardTable(_layouts[options].Layout, args);
        }
        else if (positions.Length > 0 && activeLevels > 0)
        {
            _secondOrderTable(activeLevels, args);
        }
    }

    /// <inheritdoc/>
    public void PositionGradientBackwardCotangent(
        HashGridOptions options, int activeLevels, ArrayView<float> table, ArrayView<Float3> positions,
        ArrayView<Float3> dLdGradient, ArrayView<float> dLdCotangent)
    {
        HashGridKernels.Grid grid = Bind(options, activeLevels, table, positions, dLdCotangent);
        RequireLength("position gradients", positions.Length, dLdGradient.Length);
        var args = new HashGridKernels.SecondOrderCotangentArgs
        {
            Grid = grid,
            Positions = positions,
            DLdGradient = dLdGradient,
            DLdCotangent = dLdCotangent,
        };
        if (positions.Length > 0 && _host is not null)
        {
            _host.PositionGradientBackwardCotangent(_layouts[options].Layout, args);
        }
        else if (positions.Length > 0)
        {
            _secondOrderCotangent(positions.IntLength, args);
        }
    }

    /// <summary>Frees the level tables.</summary>
    public void Dispose()
    {
        foreach (DeviceLayout layout in _layouts.Values)
        {
            layout.Levels.Dispose();
        }

        _layouts.Clear();
    }

    private HashGridKernels.PositionGradientArgs BindGradient(
        HashGridOptions options, int activeLevels, ArrayView<float> table, ArrayView<Float3> positions,
        ArrayView<float> cotangent, ArrayView<Float3> result)
    {
        HashGridKernels.Grid grid = Bind(options, activeLevels, table, positions, cotangent);
        RequireLength("position gradients", positions.Length, result.Length);
        return new HashGridKernels.PositionGradientArgs { Grid = grid, Positions = positions, Cotangent = cotangent, Result = result };
    }

    private HashGridKernels.Grid Bind(
        HashGridOptions options, int activeLevels, ArrayView<float> table, ArrayView<Float3> positions, ArrayView<float> features)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!_layouts.TryGetValue(options, out DeviceLayout? layout))
        {
            layout = new DeviceLayout(_accelerator, new HashGridLayout(options));
            _layouts.Add(options, layout);
        }

        if (activeLevels < 0 || activeLevels > options.LevelCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(activeLevels), activeLevels, $"HashGrid: expected 0 to {options.LevelCount} active levels; clamp the level schedule.");
        }

        RequireLength("table values", layout.ParameterCount, table.Length);
        RequireLength("features", positions.Length * options.FeatureCount, features.Length);
        if (features.Length > int.MaxValue)
        {
            throw new ArgumentException($"HashGrid: {features.Length} features, at most {int.MaxValue} fit one launch; lower the sample budget.");
        }

        return new HashGridKernels.Grid
        {
            Levels = layout.Levels.View,
            Table = table,
            FeaturesPerLevel = options.FeaturesPerLevel,
            ActiveLevels = activeLevels,
            PositionScale = options.PositionScale,
            PositionOffset = options.PositionOffset,
        };
    }

    private static void RequireLength(string what, long expected, long actual)
    {
        if (expected != actual)
        {
            throw new ArgumentException($"HashGrid: expected {expected} {what}, got {actual}; pass buffers that match the options and the sample count.");
        }
    }

    private sealed class DeviceLayout
    {
        public DeviceLayout(Accelerator accelerator, HashGridLayout layout)
        {
            Layout = layout;
            ParameterCount = layout.ParameterCount;
            Levels = accelerator.Allocate1D<HashGridLevel>(layout.Levels.Length);
            HashGridLevel[] levels = [.. layout.Levels];
            Levels.CopyFromCPU(levels);
        }

        public HashGridLayout Layout { get; }

        public int ParameterCount { get; }

        public MemoryBuffer1D<HashGridLevel, Stride1D.Dense> Levels { get; }
    }
}
