using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Optimize;

/// <summary>
/// Launcher of <see cref="ShampooKernels"/>. It is meant for the matrices of the networks; a hash table, of which every step
/// touches a few rows, takes Adam or Adan.
/// </summary>
public sealed class Shampoo : IKernelFamily<Shampoo>, IDisposable
{
    private readonly GradientInspection _inspection;
    private readonly Action<Index1D, ShampooKernels.StatisticsArgs> _accumulate;
    private readonly Action<Index1D, ShampooKernels.ProductArgs> _multiply;
    private readonly Action<Index1D, ShampooKernels.NormArgs> _rowNorms;
    private readonly Action<Index1D, ShampooKernels.NormArgs> _multiplier;
    private readonly Action<Index1D, ShampooKernels.UpdateArgs> _update;

    private Shampoo(Accelerator accelerator, HostThreads? host)
    {
        _inspection = GradientInspection.Load(accelerator, host);
        _accumulate = accelerator.LoadAutoGroupedStreamKernel<Index1D, ShampooKernels.StatisticsArgs>(ShampooKernels.Accumulate);
        _multiply = accelerator.LoadAutoGroupedStreamKernel<Index1D, ShampooKernels.ProductArgs>(ShampooKernels.Multiply);
        _rowNorms = accelerator.LoadAutoGroupedStreamKernel<Index1D, ShampooKernels.NormArgs>(ShampooKernels.RowNorms);
        _multiplier = accelerator.LoadAutoGroupedStreamKernel<Index1D, ShampooKernels.NormArgs>(ShampooKernels.Multiplier);
        _update = accelerator.LoadAutoGroupedStreamKernel<Index1D, ShampooKernels.UpdateArgs>(ShampooKernels.Update);
    }

    /// <inheritdoc/>
    public static Shampoo Load(Accelerator accelerator) => Load(accelerator, null);

    /// <inheritdoc/>
    public static Shampoo Load(Accelerator accelerator, HostThreads? host)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return new(accelerator, host);
    }

    /// <summary>
    /// One step of the matrices. Finiteness and norm are those of the whole gradient arena, so this comes before the optimiser of the
    /// other parameters, whose gradients stay. If any gradient is not finite, nothing is updated, the whole gradient is zeroed, the
    /// report says so, and the caller leaves the other optimiser's step out as well and repeats the step number.
    /// </summary>
    /// <param name="state">State of the matrices.</param>
    /// <param name="groups">Where each matrix of the state lies, row-major, in the same order.</param>
    /// <param name="step">t, from 1: the number of steps applied, this one included.</param>
    /// <param name="parameters">Parameter arena.</param>
    /// <param name="gradients">Gradient arena of the same length; zeroed where the matrices lie.</param>
    public OptimizerReport Step(ShampooState state, ReadOnlySpan<OptimizerGroup> groups, int step, ArrayView<float> parameters, ArrayView<float> gradients)
    {
        Check(state, groups, step, parameters.Length, gradients.Length);
        OptimizerReport report = _inspection.Inspect(gradients, state.Options.MaxGradientNorm);
        if (!report.Applied)
        {
            gradients.MemSetToZero();
            return report;
        }

        for (int i = 0; i < groups.Length; i++)
        {
            UpdateStatistics(state, i, gradients.SubView(groups[i].Start, groups[i].Length), report.ClipFactor);
        }

        bool isPreconditioned = step > state.Options.PlainSteps;
        if (isPreconditioned && (step == state.Options.PlainSteps + 1 || (step - 1) % state.Options.RootInterval == 0))
        {
            state.ComputeRoots();
        }

        long offset = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            Move(state, i, groups[i], offset, isPreconditioned, (float)report.ClipFactor, parameters, gradients);
            offset += groups[i].Length;
        }

        return report;
    }

    /// <summary>Frees the scratch buffers.</summary>
    public void Dispose() => _inspection.Dispose();

    private static void Check(ShampooState state, ReadOnlySpan<OptimizerGroup> groups, int step, long parameterCount, long gradientCount)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        OptimizerGroup.RequireValid("Shampoo", groups, parameterCount);
        if (gradientCount != parameterCount)
        {
            throw new ArgumentException($"Shampoo: expected {parameterCount} gradients, got {gradientCount}; allocate them like the parameters.");
        }

        if (groups.Length != state.Matrices.Count)
        {
            throw new ArgumentException($"Shampoo: expected {state.Matrices.Count} groups, one per matrix of the state, got {groups.Length}.", nameof(groups));
        }

        for (int i = 0; i < groups.Length; i++)
        {
            if (groups[i].Length != state.Matrices[i].Length)
            {
                throw new ArgumentException($"Shampoo: group {i} has {groups[i].Length} parameters, its matrix {state.Matrices[i]} has {state.Matrices[i].Length}; give groups and matrices in the same order.", nameof(groups));
            }
        }
    }

    private void UpdateStatistics(ShampooState state, int matrix, ArrayView<float> gradients, double clip)
    {
        int columns = state.Matrices[matrix].Columns;
        double beta2 = state.Options.Beta2;
        float share = (float)((beta2 == 1d ? 1d : 1d - beta2) * clip * clip);
        foreach (ShampooState.Block block in state.BlocksOf(matrix))
        {
            ArrayView<float> blockGradients = gradients.SubView((long)block.Row * columns + block.Column);
            if (block.LeftOffset >= 0)
            {
                Launch(block.LeftOffset, block.Rows, columns, 1, block.Columns);
            }

            if (block.RightOffset >= 0)
            {
                Launch(block.RightOffset, block.Columns, 1, columns, block.Rows);
            }

            void Launch(int offset, int size, int outerStride, int innerStride, int innerCount) => _accumulate(size * size, new ShampooKernels.StatisticsArgs
            {
                Gradients = blockGradients,
                Statistics = state.Statistics.SubView(offset, size * size),
                Size = size,
                OuterStride = outerStride,
                InnerStride = innerStride,
                InnerCount = innerCount,
                Decay = (float)beta2,
                Share = share,
            });
        }
    }

    private void Move(
        ShampooState state, int matrix, OptimizerGroup group, long offset, bool isPreconditioned, float clip, ArrayView<float> parameters, ArrayView<float> gradients)
    {
        ShampooMatrix shape = state.Matrices[matrix];
        ArrayView<float> matrixGradients = gradients.SubView(group.Start, group.Length);
        ArrayView<float> directions = state.Directions.SubView(offset, group.Length);
        int graftsSign = state.Options.Grafting == ShampooGrafting.SqrtN ? 1 : 0;
        if (isPreconditioned)
        {
            foreach (ShampooState.Block block in state.BlocksOf(matrix))
            {
                Precondition(state, block, shape.Columns, matrixGradients, directions);
            }

            var norms = new ShampooKernels.NormArgs
            {
                Gradients = matrixGradients,
                Directions = directions,
                Norms = state.Norms,
                Multiplier = state.Multiplier,
                Rows = shape.Rows,
                Columns = shape.Columns,
                GraftsSign = graftsSign,
                ClipFactor = clip,
            };
            _rowNorms(shape.Rows, norms);
            _multiplier(1, norms);
        }

        _update((int)group.Length, new ShampooKernels.UpdateArgs
        {
            Parameters = parameters.SubView(group.Start, group.Length),
            Gradients = matrixGradients,
            Momenta = state.Momenta.SubView(offset, group.Length),
            Directions = directions,
            Multiplier = state.Multiplier,
            IsPreconditioned = isPreconditioned ? 1 : 0,
            GraftsSign = graftsSign,
            ClipFactor = clip,
            Beta1 = (float)state.Options.Beta1,
            LearningRate = (float)group.LearningRate,
            WeightDecay = (float)group.WeightDecay,
        });
    }

    /// <summary>P = L^(-1/p) G R^(-1/p) of one block; a side without statistics is left out.</summary>
    private void Precondition(ShampooState state, ShampooState.Block block, int columns, ArrayView<float> gradients, ArrayView<float> directions)
    {
        long start = (long)block.Row * columns + block.Column;
        ArrayView<float> target = directions.SubView(start);
        ArrayView<float> turned = gradients.SubView(start);
        int turnedStride = columns;
        if (block.LeftOffset >= 0)
        {
            bool isLast = block.RightOffset < 0;
            ArrayView<float> product = isLast ? target : state.Product;
            int productStride = isLast ? columns : block.Columns;
            _multiply(block.Rows * block.Columns, new ShampooKernels.ProductArgs
            {
                Left = state.Roots.SubView(block.LeftOffset, block.Rows * block.Rows),
                Right = turned,
                Product = product,
                LeftStride = block.Rows,
                RightStride = turnedStride,
                ProductStride = productStride,
                InnerCount = block.Rows,
                Columns = block.Columns,
            });
            turned = product;
            turnedStride = productStride;
        }

        if (block.RightOffset >= 0)
        {
            _multiply(block.Rows * block.Columns, new ShampooKernels.ProductArgs
            {
                Left = turned,
                Right = state.Roots.SubView(block.RightOffset, block.Columns * block.Columns),
                Product = target,
                LeftStride = turnedStride,
                RightStride = block.Columns,
                ProductStride = columns,
                InnerCount = block.Columns,
                Columns = block.Columns,
            });
        }
    }
}
