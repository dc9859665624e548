using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Mlp;

/// <summary>
/// The ReLU network on tensor cores, all layers in one kernel: formulas of <see cref="FusedMlpKernels"/>. Numbers are stored in 16 bits and summed in 32. A group keeps the weights in
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

    /// <summary>o = network(y), and q = do_σ/dy; either one only if there is room for it.</summary>
    /// <param name="a">Arguments.</param>
    [Unroll(4)]
    public static void Forward(ForwardArgs a)
    {
        ArrayView<ushort> shared = SharedMemory.GetDynamic<ushort>();
        ArrayView<uint> words = SharedMemory.GetDynamic<uint>();
        MlpNetwork n = a.Network;
        int rows = RowsOfGroup;
        int own = OwnRow;
        StageWeights(n, words);
        Group.Barrier();
        for (int tile = Grid.IdxX * rows; tile < a.RowCount; tile += Grid.DimX * rows)
        {
            ComputeHidden(n, a.Input, shared, words, tile, rows, a.RowCount);
            if (a.Output.Length > 0)
            {
                WriteOutput(n, shared, a.Output, tile, rows, a.RowCount);
            }

            if (a.Gradient.Length > 0)
            {
                Warp.Barrier();
                int last = TensorMlpLayout.Units(n, n.HiddenLayers, rows);
                SeedSensitivities(n, words, a.OutputIndex, last, last, own);
                for (int layer = n.HiddenLayers - 1; layer > 0; layer--)
                {
                    Warp.Barrier();
                    int units = TensorMlpLayout.Units(n, layer, rows);
                    SendBack(n, shared, words, layer, TensorMlpLayout.Units(n, layer + 1, rows), units, units, own);
                }

                Warp.Barrier();
                WriteInputGradient(n, shared, a.Gradient, TensorMlpLayout.Units(n, 1, rows), tile, a.RowCount, 1f / SensitivityScale, 0);
            }

            Warp.Barrier();
        }
    }

    /// <summary>Weight gradients of each group's rows, and dL/dy.</summary>
    /// <param name="a">Arguments.</param>
    [Unroll(4)]
    public static void Backward(BackwardArgs a)
    {
        ArrayView<ushort> shared = SharedMemory.GetDynamic<ushort>();
        ArrayView<uint> words = SharedMemory.GetDynamic<uint>();
        ArrayView<float> floats = SharedMemory.GetDynamic<float>();
        MlpNetwork n = a.Network;
        int rows = RowsOfGroup;
        int own = OwnRow;
        int halves = TensorMlpLayout.BackwardHalves(n, rows);
        int delta = TensorMlpLayout.Delta(n, rows);
        float scale = Scale(a.Largest[0]);
        StageWeights(n, words);
        ClearSums(n, floats, halves);
        Group.Barrier();
        for (int tile = Grid.IdxX * rows; tile < a.RowCount; tile += Grid.DimX * rows)
        {
            ComputeHidden(n, a.Input, shared, words, tile, rows, a.RowCount);
            LoadRows(a.DLdOutput, n.OutputCount, words, delta, tile, a.RowCount, scale);
            Group.Barrier();
            AddWeightGradient(n, shared, floats, n.HiddenLayers, delta, TensorMlpLayout.Units(n, n.HiddenLayers, rows), rows, halves);
            AddBiasGradient(n, shared, floats, n.HiddenLayers, delta, rows, halves);
            for (int layer = n.HiddenLayers; layer > 0; layer--)
            {
                Group.Barrier();
                int units = TensorMlpLayout.Units(n, layer, rows);
                SendBack(n, shared, words, layer, layer == n.HiddenLayers ? delta : TensorMlpLayout.Units(n, layer + 1, rows), units, units, own);
                Group.Barrier();
                AddWeightGradient(n, shared, floats, layer - 1, units, TensorMlpLayout.Units(n, layer - 1, rows), rows, halves);
                AddBiasGradient(n, shared, floats, layer - 1, units, rows, halves);
            }

            if (a.WantsInput != 0)
            {
                WriteInputGradient(n, shared, a.DLdInput, TensorMlpLayout.Units(n, 1, rows), tile, a.RowCount, 1f / scale, 1);
            }

            Group.Barrier();
        }

        WritePartials(n, floats, a.Partials, halves, 1f / scale);
    }

    /// <summary>Weight gradients by way of q, of each group's rows.</summary>
    /// <param name="a">Arguments.</param>
    [Unroll(4)]
    public static void InputGradientBackward(SecondOrderArgs a)
    {
        ArrayView<ushort> shared = SharedMemory.GetDynamic<ushort>();
        ArrayView<uint> words = SharedMemory.GetDynamic<uint>();
        ArrayView<float> floats = SharedMemory.GetDynamic<float>();
        MlpNetwork n = a.Network;
        int rows = RowsOfGroup;
        int own = OwnRow;
        int halves = TensorMlpLayout.SecondOrderHalves(n, rows);
        float scale = Scale(a.Largest[0]);
        StageWeights(n, words);
        ClearSums(n, floats, halves);
        Group.Barrier();
        for (int tile = Grid.IdxX * rows; tile < a.RowCount; tile += Grid.DimX * rows)
        {
            ComputeHidden(n, a.Input, shared, words, tile, rows, a.RowCount);
            int last = TensorMlpLayout.Units(n, n.HiddenLayers, rows);
            SeedSensitivities(n, words, a.OutputIndex, last, TensorMlpLayout.Sensitivities(n, n.HiddenLayers, rows), own);
            for (int layer = n.HiddenLayers - 1; layer > 0; layer--)
            {
                Warp.Barrier();
                SendBack(
                    n, shared, words, layer, TensorMlpLayout.Sensitivities(n, layer + 1, rows), TensorMlpLayout.Units(n, layer, rows),
                    TensorMlpLayout.Sensitivities(n, layer, rows), own);
            }

            // From here on the units hold the tangents t: t_0 = p.
            LoadRows(a.DLdGradient, n.InputCount, words, TensorMlpLayout.Units(n, 0, rows), tile, a.RowCount, scale);
            for (int layer = 0; layer < n.HiddenLayers; layer++)
            {
                Group.Barrier();
                int tangents = TensorMlpLayout.Units(n, layer, rows);
                AddWeightGradient(n, shared, floats, layer, TensorMlpLayout.Sensitivities(n, layer + 1, rows), tangents, rows, halves);
                SendTangents(n, shared, words, layer, tangents, TensorMlpLayout.Units(n, layer + 1, rows), own);
            }

            Group.Barrier();
            AddOutputRow(n, shared, floats, a.OutputIndex, last, rows, halves);
            Group.Barrier();
        }

        WritePartials(n, floats, a.Partials, halves, 1f / (scale * SensitivityScale));
    }

    /// <summary>Bits of the largest magnitude among some values; NaN is above all numbers. One work item for 64 values.</summary>
    /// <param name="run">Run of values.</param>
    /// <param name="a">Arguments.</param>
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
}
