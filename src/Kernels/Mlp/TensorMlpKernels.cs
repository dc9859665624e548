using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Mlp;

/// <summary>
/// The network on tensor cores, all layers in one kernel: formulas of <see cref="FusedMlpKernels"/>. Numbers are stored in 16 bits and summed in 32. A group keeps the weights in
/// shared memory, takes 16 rows a warp, then the next ones; hidden values never leave it. Gradients are stored times a power of two that puts the largest one near 2⁶, so that neither
/// end of the 16-bit range is met; what is larger than it holds becomes its largest number instead of infinity, and NaN stays NaN. Weight gradients: every group sums its rows in
/// shared memory and writes them once, <see cref="SumPartials"/> adds the groups in order; which rows a group has depends on their number only. So the same launch gives the same bits.
/// </summary>
public static partial class TensorMlpKernels
{
    /// <summary>Values for which one thread of <see cref="Largest"/> takes the maximum.</summary>
    public const int LargestRun = 64;

    private const int WarpThreads = GpuTuning.WarpSize;

    /// <summary>Factor of stored sensitivities do_σ/da, which are about as large as weights.</summary>
    private const float SensitivityScale = 64f;

    /// <summary>Exponent of the largest stored gradient, and of the largest tangent of curved activations.</summary>
    private const int GradientTarget = 6;
    private const int TangentTarget = 2;

    /// <summary>o = network(y), and q = do_σ/dy; either one only if there is room for it.</summary>
    /// <typeparam name="TActivation">Hidden activation φ.</typeparam>
    /// <param name="a">Arguments.</param>
    [Unroll(4)]
    [NoLocalMemory]
    public static void Forward<TActivation>(ForwardArgs a)
        where TActivation : struct, IHiddenActivation
    {
        ArrayView<ushort> shared = SharedMemory.GetDynamic<ushort>();
        ArrayView<uint> words = SharedMemory.GetDynamic<uint>();
        TensorNetwork n = a.Network;
        int rows = RowsOfGroup;
        int own = OwnRow;
        StageWeights(n, words);
        Group.Barrier();
        for (int tile = Grid.IdxX * rows; tile < a.RowCount; tile += Grid.DimX * rows)
        {
            ComputeHidden<TActivation>(n, a.Input, shared, words, tile, rows, a.RowCount);
            if (a.Output.Length > 0)
            {
                WriteOutput(n, shared, words, a.Output, tile, rows, a.RowCount);
            }

            if (a.Gradient.Length > 0)
            {
                Warp.Barrier();
                SeedSensitivities<TActivation>(n, words, a.OutputIndex, FirstOrder(n, n.Network.HiddenLayers, rows), own);
                for (int layer = n.Network.HiddenLayers - 1; layer > 0; layer--)
                {
                    Warp.Barrier();
                    SendBack<TActivation, SlopeStore<TActivation>>(n, shared, words, layer, TensorMlpLayout.Units(n, layer + 1, rows), FirstOrder(n, layer, rows), own);
                }

                Warp.Barrier();
                WriteInputGradient(n, shared, words, a.Gradient, TensorMlpLayout.Units(n, 1, rows), tile, a.RowCount, 1f / SensitivityScale, 0);
            }

            Warp.Barrier();
        }
    }

    /// <summary>Weight gradients of each group's rows, and dL/dy.</summary>
    /// <typeparam name="TActivation">Hidden activation φ.</typeparam>
    /// <param name="a">Arguments.</param>
    [Unroll(4)]
    [NoLocalMemory]
    public static void Backward<TActivation>(BackwardArgs a)
        where TActivation : struct, IHiddenActivation
    {
        ArrayView<ushort> shared = SharedMemory.GetDynamic<ushort>();
        ArrayView<uint> words = SharedMemory.GetDynamic<uint>();
        TensorNetwork n = a.Network;
        int rows = RowsOfGroup;
        int own = OwnRow;
        ArrayView<float> sums = SumsOf(n, SharedMemory.GetDynamic<float>(), a.Sums, TensorMlpLayout.BackwardHalves(n, rows));
        int delta = TensorMlpLayout.Delta(n, rows);
        float scale = Scale(a.Largest[0], GradientTarget);
        StageWeights(n, words);
        ClearSums(n, sums);
        Group.Barrier();
        for (int tile = Grid.IdxX * rows; tile < a.RowCount; tile += Grid.DimX * rows)
        {
            ComputeHidden<TActivation>(n, a.Input, shared, words, tile, rows, a.RowCount);
            LoadRows(a.DLdOutput, n.Network.OutputCount, words, delta, tile, a.RowCount, scale);
            Group.Barrier();
            AddWeightGradient(n, shared, sums, n.Network.HiddenLayers, delta, TensorMlpLayout.Units(n, n.Network.HiddenLayers, rows), rows);
            AddBiasGradient(n, shared, sums, n.Network.HiddenLayers, delta, rows);
            for (int layer = n.Network.HiddenLayers; layer > 0; layer--)
            {
                Group.Barrier();
                int above = layer == n.Network.HiddenLayers ? delta : TensorMlpLayout.Units(n, layer + 1, rows);
                SendBack<TActivation, SlopeStore<TActivation>>(n, shared, words, layer, above, FirstOrder(n, layer, rows), own);
                Group.Barrier();
                int below = TensorMlpLayout.Units(n, layer, rows);
                AddWeightGradient(n, shared, sums, layer - 1, below, TensorMlpLayout.Units(n, layer - 1, rows), rows);
                AddBiasGradient(n, shared, sums, layer - 1, below, rows);
            }

            if (a.WantsInput != 0)
            {
                WriteInputGradient(n, shared, words, a.DLdInput, TensorMlpLayout.Units(n, 1, rows), tile, a.RowCount, 1f / scale, 1);
            }

            Group.Barrier();
        }

        WritePartials(n, sums, a.Partials, 1f / scale);
    }

    /// <summary>Weight gradients by way of q, of each group's rows, and of curved activations dL/dy.</summary>
    /// <typeparam name="TActivation">Hidden activation φ.</typeparam>
    /// <param name="a">Arguments.</param>
    [Unroll(4)]
    [NoLocalMemory]
    public static void InputGradientBackward<TActivation>(SecondOrderArgs a)
        where TActivation : struct, IHiddenActivation
    {
        ArrayView<ushort> shared = SharedMemory.GetDynamic<ushort>();
        ArrayView<uint> words = SharedMemory.GetDynamic<uint>();
        TensorNetwork n = a.Network;
        int rows = RowsOfGroup;
        int own = OwnRow;
        ArrayView<float> sums = SumsOf(n, SharedMemory.GetDynamic<float>(), a.Sums, TensorMlpLayout.SecondOrderHalves(n, rows));
        // Curvatures are products of sensitivities and tangents: those are stored with less.
        float scale = Scale(a.Largest[0], TActivation.IsPiecewiseLinear != 0 ? GradientTarget : TangentTarget);
        StageWeights(n, words);
        ClearSums(n, sums);
        Group.Barrier();
        for (int tile = Grid.IdxX * rows; tile < a.RowCount; tile += Grid.DimX * rows)
        {
            ComputeHidden<TActivation>(n, a.Input, shared, words, tile, rows, a.RowCount);
            SeedSensitivities<TActivation>(n, words, a.OutputIndex, SecondOrder<TActivation>(n, n.Network.HiddenLayers, rows), own);
            for (int layer = n.Network.HiddenLayers - 1; layer > 0; layer--)
            {
                Warp.Barrier();
                SendBack<TActivation, SlopeStore<TActivation>>(
                    n, shared, words, layer, TensorMlpLayout.Sensitivities(n, layer + 1, rows), SecondOrder<TActivation>(n, layer, rows), own);
            }

            LoadRows(a.DLdGradient, n.Network.InputCount, words, TensorMlpLayout.InputTangents(n, rows), tile, a.RowCount, scale);
            for (int layer = 0; layer < n.Network.HiddenLayers; layer++)
            {
                Group.Barrier();
                int tangents = layer == 0 ? TensorMlpLayout.InputTangents(n, rows) : Tangents<TActivation>(n, layer, rows);
                AddWeightGradient(n, shared, sums, layer, TensorMlpLayout.Sensitivities(n, layer + 1, rows), tangents, rows);
                if (TActivation.IsPiecewiseLinear == 0)
                {
                    // Tangents replace the sensitivities that all warps have just read.
                    Group.Barrier();
                }

                TilePlace place = SecondOrder<TActivation>(n, layer + 1, rows);
                place.Target = Tangents<TActivation>(n, layer + 1, rows);
                SendTangents<TActivation>(n, shared, words, layer, tangents, place, own);
            }

            Group.Barrier();
            AddOutputRow(n, shared, sums, a.OutputIndex, Tangents<TActivation>(n, n.Network.HiddenLayers, rows), rows);
            if (TActivation.IsPiecewiseLinear == 0)
            {
                AddCurvatures<TActivation>(a, shared, words, sums, tile, rows, 1f / (scale * SensitivityScale));
            }

            Group.Barrier();
        }

        WritePartials(n, sums, a.Partials, 1f / (scale * SensitivityScale));
    }

    /// <summary>Bits of the largest magnitude among some values; NaN is above all numbers. One work item for 64 values.</summary>
    /// <param name="run">Run of values.</param>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
    public static void Largest(Index1D run, LargestArgs a)
    {
        int end = (run.X + 1) * LargestRun;
        int count = a.Values.IntLength;
        uint largest = 0u;
        for (int i = run.X * LargestRun; i < end && i < count; i++)
        {
            uint bits = Interop.FloatAsInt(a.Values[i]) & 0x7FFF_FFFFu;
            largest = bits > largest ? bits : largest;
        }

        if (largest > 0u)
        {
            Atomic.Max(ref a.Result[0], largest);
        }
    }

    /// <summary>dL/dparameter += Σ over groups, in order. One work item per parameter.</summary>
    /// <param name="parameter">Parameter.</param>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
    public static void SumPartials(Index1D parameter, SumArgs a)
    {
        int count = a.DLdParameters.IntLength;
        float sum = 0f;
        for (int group = 0; group < a.GroupCount; group++)
        {
            sum += a.Partials[group * count + parameter.X];
        }

        a.DLdParameters[parameter] += sum;
    }

    // η_k = ε_k + φ'(a_k) ∘ W_{k+1}ᵀ η_{k+1}, and what they add to weights, biases and dL/dy, as δ does in the first order.
    [Unroll(4)]
    private static void AddCurvatures<TActivation>(
        SecondOrderArgs a, ArrayView<ushort> shared, ArrayView<uint> words, ArrayView<float> sums, int tile, int rows, float factor)
        where TActivation : struct, IHiddenActivation
    {
        TensorNetwork n = a.Network;
        for (int layer = n.Network.HiddenLayers - 1; layer > 0; layer--)
        {
            int eta = TensorMlpLayout.Curvatures(n, layer + 1, rows);
            AddWeightGradient(n, shared, sums, layer, eta, TensorMlpLayout.Units(n, layer, rows), rows);
            AddBiasGradient(n, shared, sums, layer, eta, rows);
            SendBack<TActivation, CurvatureStore<TActivation>>(n, shared, words, layer, eta, SecondOrder<TActivation>(n, layer, rows), OwnRow);
            Group.Barrier();
        }

        int first = TensorMlpLayout.Curvatures(n, 1, rows);
        AddWeightGradient(n, shared, sums, 0, first, TensorMlpLayout.Units(n, 0, rows), rows);
        AddBiasGradient(n, shared, sums, 0, first, rows);
        if (a.WantsInput != 0)
        {
            WriteInputGradient(n, shared, words, a.DLdInput, first, tile, a.RowCount, factor, 1);
        }
    }

    // δ replaces the units, which nobody needs any more.
    private static TilePlace FirstOrder(TensorNetwork n, int layer, int rows)
        => new() { Target = TensorMlpLayout.Units(n, layer, rows), Slopes = TensorMlpLayout.Slopes(n, layer, rows), Curvatures = -1 };

    private static TilePlace SecondOrder<TActivation>(TensorNetwork n, int layer, int rows)
        where TActivation : struct, IHiddenActivation => new()
        {
            Target = TensorMlpLayout.Sensitivities(n, layer, rows),
            Slopes = TensorMlpLayout.Slopes(n, layer, rows),
            Curvatures = TActivation.IsPiecewiseLinear != 0 ? -1 : TensorMlpLayout.Curvatures(n, layer, rows),
        };

    // Tangents replace the sensitivities of curved activations; of others the units, of which only the slope is needed and kept: a tangent is 0 where it was 0.
    private static int Tangents<TActivation>(TensorNetwork n, int layer, int rows)
        where TActivation : struct, IHiddenActivation
        => TActivation.IsPiecewiseLinear != 0 ? TensorMlpLayout.Units(n, layer, rows) : TensorMlpLayout.Sensitivities(n, layer, rows);
}
