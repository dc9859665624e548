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
    /// <param name="jacobian">J [M, 3, L·F], overwritten, for <see cref="JacobianTransposedProduct"/>; empty if it is not wanted.</param>
    void Encode(
        HashGridOptions options, int activeLevels, ArrayView<float> table, ArrayView<Float3> positions, ArrayView<float> features,
        ArrayView<float> jacobian = default);

    /// <summary>dL/dT += Σ W_b dL/dy.</summary>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="activeLevels">Levels in use, 0 to L.</param>
    /// <param name="positions">Positions [M].</param>
    /// <param name="dLdFeatures">dL/dy [M, L·F].</param>
    /// <param name="dLdTable">Table gradient; accumulated.</param>
    void BackwardTable(
        HashGridOptions options, int activeLevels, ArrayView<Float3> positions, ArrayView<float> dLdFeatures, ArrayView<float> dLdTable);

    /// <summary>dL/dT += Σ (W_b dL/dy + κ_b u), first and second order in one pass over the table.</summary>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="activeLevels">Levels in use, 0 to L.</param>
    /// <param name="positions">Positions [M].</param>
    /// <param name="dLdFeatures">dL/dy [M, L·F].</param>
    /// <param name="cotangent">u [M, L·F].</param>
    /// <param name="dLdGradient">dL/dν [M].</param>
    /// <param name="dLdTable">Table gradient; accumulated.</param>
    void BackwardTable(
        HashGridOptions options, int activeLevels, ArrayView<Float3> positions, ArrayView<float> dLdFeatures,
        ArrayView<float> cotangent, ArrayView<Float3> dLdGradient, ArrayView<float> dLdTable);

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

    /// <summary>ν = Jᵀu with the J that <see cref="Encode"/> kept.</summary>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="jacobian">J [M, 3, L·F].</param>
    /// <param name="cotangent">u [M, L·F].</param>
    /// <param name="gradient">ν [M]; overwritten.</param>
    void JacobianTransposedProduct(
        HashGridOptions options, ArrayView<float> jacobian, ArrayView<float> cotangent, ArrayView<Float3> gradient);

    /// <summary>dL/du += J dL/dν with the J that <see cref="Encode"/> kept.</summary>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="jacobian">J [M, 3, L·F].</param>
    /// <param name="dLdGradient">dL/dν [M].</param>
    /// <param name="dLdCotangent">dL/du [M, L·F]; accumulated.</param>
    void JacobianProduct(
        HashGridOptions options, ArrayView<float> jacobian, ArrayView<Float3> dLdGradient, ArrayView<float> dLdCotangent);
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
    private readonly Action<Index1D, HashGridKernels.SecondOrderCotangentArgs> _secondOrderCotangent;
    private readonly Action<Index1D, HashGridKernels.JacobianArgs> _jacobianTransposedProduct;
    private readonly Action<Index1D, HashGridKernels.JacobianArgs> _jacobianProduct;
    private readonly HashGridHost<TInterpolation>? _host;
    private readonly HashGridGpu<TInterpolation>? _gpu;

    private HashGrid(Accelerator accelerator, HostThreads? host, GpuTuning? gpu)
    {
        _host = HashGridHost<TInterpolation>.Create(host);
        _gpu = HashGridGpu<TInterpolation>.Create(accelerator, gpu);
        _accelerator = accelerator;
        _encode = accelerator.LoadAutoGroupedStreamKernel<Index1D, HashGridKernels.EncodeArgs>(HashGridKernels.Encode<TInterpolation>);
        _backwardTable = accelerator.LoadAutoGroupedStreamKernel<Index1D, HashGridKernels.BackwardTableArgs>(
            HashGridKernels.BackwardTable<TInterpolation>);
        _backwardPosition = accelerator.LoadAutoGroupedStreamKernel<Index1D, HashGridKernels.PositionGradientArgs>(
            HashGridKernels.BackwardPosition<TInterpolation>);
        _positionGradient = accelerator.LoadAutoGroupedStreamKernel<Index1D, HashGridKernels.PositionGradientArgs>(
            HashGridKernels.PositionGradient<TInterpolation>);
        _secondOrderCotangent = accelerator.LoadAutoGroupedStreamKernel<Index1D, HashGridKernels.SecondOrderCotangentArgs>(
            HashGridKernels.PositionGradientBackwardCotangent<TInterpolation>);
        _jacobianTransposedProduct = accelerator.LoadAutoGroupedStreamKernel<Index1D, HashGridKernels.JacobianArgs>(
            HashGridKernels.JacobianTransposedProduct);
        _jacobianProduct = accelerator.LoadAutoGroupedStreamKernel<Index1D, HashGridKernels.JacobianArgs>(HashGridKernels.JacobianProduct);
    }

    /// <inheritdoc/>
    public static HashGrid<TInterpolation> Load(Accelerator accelerator) => new(accelerator, null, null);

    /// <summary>Bytes of a GPU's memory that the kernels for GPUs keep for a grid between launches: sums in fixed point or in 16 bits, the table in 16 bits.</summary>
    /// <param name="options">Shape of the grid.</param>
    /// <param name="gpu">How the kernels work.</param>
    public static long GpuBytes(HashGridOptions options, GpuTuning gpu)
    {
        ArgumentNullException.ThrowIfNull(gpu);
        return HashGridGpu<TInterpolation>.KeptBytes(new HashGridLayout(options), gpu);
    }

    /// <inheritdoc/>
    public static HashGrid<TInterpolation> Load(Accelerator accelerator, HostThreads? host) => new(accelerator, host, null);

    /// <inheritdoc/>
    public static HashGrid<TInterpolation> Load(Accelerator accelerator, HostThreads? host, GpuTuning? gpu) => new(accelerator, host, gpu);

    /// <inheritdoc/>
    public void Encode(
        HashGridOptions options, int activeLevels, ArrayView<float> table, ArrayView<Float3> positions, ArrayView<float> features,
        ArrayView<float> jacobian = default)
    {
        HashGridKernels.Grid grid = Bind(options, activeLevels, table, positions, features);
        if (jacobian.Length > 0)
        {
            RequireJacobian(options, positions.Length, jacobian);
        }

        var args = new HashGridKernels.EncodeArgs { Grid = grid, Positions = positions, Features = features, Jacobian = jacobian };
        if (positions.Length > 0 && _host is not null)
        {
            _host.Encode(_layouts[options].Layout, args);
        }
        else if (positions.Length > 0 && _gpu is not null && HashGridGpu<TInterpolation>.Takes(options))
        {
            _gpu.Encode(_layouts[options].Layout, args);
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
        var args = new HashGridKernels.BackwardTableArgs
        {
            Grid = Bind(options, activeLevels, dLdTable, positions, dLdFeatures),
            Positions = positions,
            DLdFeatures = dLdFeatures,
            DLdTable = dLdTable,
        };
        LaunchTable(options, activeLevels, args);
    }

    /// <inheritdoc/>
    public void BackwardTable(
        HashGridOptions options, int activeLevels, ArrayView<Float3> positions, ArrayView<float> dLdFeatures,
        ArrayView<float> cotangent, ArrayView<Float3> dLdGradient, ArrayView<float> dLdTable)
    {
        var args = new HashGridKernels.BackwardTableArgs
        {
            Grid = Bind(options, activeLevels, dLdTable, positions, dLdFeatures),
            Positions = positions,
            DLdFeatures = dLdFeatures,
            Cotangent = cotangent,
            DLdGradient = dLdGradient,
            DLdTable = dLdTable,
        };
        RequireLength("cotangents", dLdFeatures.Length, cotangent.Length);
        RequireLength("position gradients", positions.Length, dLdGradient.Length);
        LaunchTable(options, activeLevels, args);
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
        var args = new HashGridKernels.BackwardTableArgs
        {
            Grid = Bind(options, activeLevels, dLdTable, positions, cotangent),
            Positions = positions,
            Cotangent = cotangent,
            DLdGradient = dLdGradient,
            DLdTable = dLdTable,
        };
        RequireLength("position gradients", positions.Length, dLdGradient.Length);
        LaunchTable(options, activeLevels, args);
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

    /// <inheritdoc/>
    public void JacobianTransposedProduct(
        HashGridOptions options, ArrayView<float> jacobian, ArrayView<float> cotangent, ArrayView<Float3> gradient)
    {
        HashGridKernels.JacobianArgs args = BindJacobian(options, jacobian, cotangent, gradient);
        if (gradient.Length > 0)
        {
            _jacobianTransposedProduct(gradient.IntLength, args);
        }
    }

    /// <inheritdoc/>
    public void JacobianProduct(
        HashGridOptions options, ArrayView<float> jacobian, ArrayView<Float3> dLdGradient, ArrayView<float> dLdCotangent)
    {
        HashGridKernels.JacobianArgs args = BindJacobian(options, jacobian, dLdCotangent, dLdGradient);
        if (dLdGradient.Length > 0)
        {
            _jacobianProduct(dLdGradient.IntLength, args);
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
        _gpu?.Dispose();
    }

    private void LaunchTable(HashGridOptions options, int activeLevels, in HashGridKernels.BackwardTableArgs args)
    {
        if (args.Positions.Length > 0 && activeLevels > 0 && _host is not null)
        {
            _host.BackwardTable(_layouts[options].Layout, args);
        }
        else if (args.Positions.Length > 0 && activeLevels > 0 && _gpu is not null && HashGridGpu<TInterpolation>.Takes(options))
        {
            _gpu.BackwardTable(_layouts[options].Layout, args);
        }
        else if (args.Positions.Length > 0 && activeLevels > 0)
        {
            _backwardTable(activeLevels, args);
        }
    }

    private static HashGridKernels.JacobianArgs BindJacobian(
        HashGridOptions options, ArrayView<float> jacobian, ArrayView<float> features, ArrayView<Float3> vectors)
    {
        ArgumentNullException.ThrowIfNull(options);
        RequireLength("features", vectors.Length * options.FeatureCount, features.Length);
        RequireJacobian(options, vectors.Length, jacobian);
        return new HashGridKernels.JacobianArgs
        {
            Jacobian = jacobian,
            FeatureCount = options.FeatureCount,
            Features = features,
            Vectors = vectors,
        };
    }

    private static void RequireJacobian(HashGridOptions options, long samples, ArrayView<float> jacobian)
    {
        RequireLength("derivatives", 3 * samples * options.FeatureCount, jacobian.Length);
        if (jacobian.Length > int.MaxValue)
        {
            throw new ArgumentException($"HashGrid: {jacobian.Length} derivatives, at most {int.MaxValue} fit one launch; lower the sample budget.");
        }
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
