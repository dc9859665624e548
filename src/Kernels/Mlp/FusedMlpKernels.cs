using ILGPU;

namespace DreamFusion.Kernels.Mlp;

/// <summary>
/// Fully connected network, all layers in one kernel. M rows, y the input, h_0 = y, H hidden layers.
/// <code>
/// a_k = W_k h_{k-1} + b_k   h_k = φ(a_k)   o = W_out h_H + b_out
/// δ_out = dL/do   δ_k = φ'(a_k) ∘ W_{k+1}ᵀ δ_{k+1}   dL/dW_k += δ_k h_{k-1}ᵀ   dL/db_k += δ_k   dL/dy += W_1ᵀ δ_1
/// q = do_σ/dy:   v_H = φ'(a_H) ∘ w_σ   v_k = φ'(a_k) ∘ W_{k+1}ᵀ v_{k+1}   q = W_1ᵀ v_1
/// backward of q, p = dL/dq:   t_0 = p   t_k = φ'(a_k) ∘ W_k t_{k-1}   dL/dW_k += v_k t_{k-1}ᵀ   dL/dw_σ += t_H
///   and for φ'' ≠ 0:   ε_k = φ''(a_k) ∘ (W_k t_{k-1}) ∘ (W_{k+1}ᵀ v_{k+1})   (W_{H+1}ᵀ v_{H+1} = w_σ)
///   η_H = ε_H   η_k = ε_k + φ'(a_k) ∘ W_{k+1}ᵀ η_{k+1}   dL/dW_k += η_k h_{k-1}ᵀ   dL/db_k += η_k   dL/dy += W_1ᵀ η_1
/// </code>
/// For piecewise linear φ (ReLU) ε = 0: biases and y receive nothing from q. Hidden values are computed
/// again instead of stored. Weight gradients are summed over a fixed number of row ranges, and the ranges in order, so the
/// bits do not depend on the number of threads.
/// </summary>
public static class FusedMlpKernels
{
    /// <summary>Row ranges over which weight gradients are summed; part of the meaning of "same seed, same bits".</summary>
    public const int ChunkCount = 64;

    private const int HiddenLength = MlpOptions.MaxHiddenLayers * MlpOptions.MaxWidth;

    /// <summary>Arguments of <see cref="Forward"/>.</summary>
    public struct ForwardArgs
    {
        /// <summary>The network.</summary>
        public MlpNetwork Network;

        /// <summary>Input y [M, inputs].</summary>
        public ArrayView<float> Input;

        /// <summary>Output o [M, outputs]; overwritten.</summary>
        public ArrayView<float> Output;
    }

    /// <summary>Arguments of <see cref="Backward"/>.</summary>
    public struct BackwardArgs
    {
        /// <summary>The network.</summary>
        public MlpNetwork Network;

        /// <summary>Input y [M, inputs].</summary>
        public ArrayView<float> Input;

        /// <summary>dL/do [M, outputs].</summary>
        public ArrayView<float> DLdOutput;

        /// <summary>dL/dy [M, inputs]; accumulated (+=). Not touched if <see cref="WantsInput"/> is 0.</summary>
        public ArrayView<float> DLdInput;

        /// <summary>Weight gradients of each row range [ChunkCount, parameters]; overwritten.</summary>
        public ArrayView<float> Partials;

        /// <summary>Number of rows M.</summary>
        public int RowCount;

        /// <summary>1 to compute dL/dy.</summary>
        public int WantsInput;
    }

    /// <summary>Arguments of <see cref="InputGradient"/>.</summary>
    public struct InputGradientArgs
    {
        /// <summary>The network.</summary>
        public MlpNetwork Network;

        /// <summary>Input y [M, inputs].</summary>
        public ArrayView<float> Input;

        /// <summary>q = do_σ/dy [M, inputs]; overwritten.</summary>
        public ArrayView<float> Gradient;

        /// <summary>Output σ whose gradient is taken.</summary>
        public int OutputIndex;
    }

    /// <summary>Arguments of <see cref="InputGradientBackward"/>.</summary>
    public struct InputGradientBackwardArgs
    {
        /// <summary>The network.</summary>
        public MlpNetwork Network;

        /// <summary>Input y [M, inputs].</summary>
        public ArrayView<float> Input;

        /// <summary>p = dL/dq [M, inputs].</summary>
        public ArrayView<float> DLdGradient;

        /// <summary>
        /// dL/dy [M, inputs]; accumulated (+=). Not touched if <see cref="WantsInput"/> is 0 or φ is piecewise linear.
        /// </summary>
        public ArrayView<float> DLdInput;

        /// <summary>Weight gradients of each row range [ChunkCount, parameters]; overwritten.</summary>
        public ArrayView<float> Partials;

        /// <summary>Number of rows M.</summary>
        public int RowCount;

        /// <summary>Output σ whose gradient was taken.</summary>
        public int OutputIndex;

        /// <summary>1 to compute dL/dy.</summary>
        public int WantsInput;
    }

    /// <summary>Arguments of <see cref="SumPartials"/>.</summary>
    public struct SumPartialsArgs
    {
        /// <summary>Weight gradients of each row range [ChunkCount, parameters].</summary>
        public ArrayView<float> Partials;

        /// <summary>dL/dparameters [parameters]; accumulated (+=), zeroed by the optimiser.</summary>
        public ArrayView<float> DLdParameters;
    }

    /// <summary>o = network(y). One work item per row.</summary>
    /// <typeparam name="TActivation">Hidden activation φ.</typeparam>
    /// <param name="row">Row, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Forward<TActivation>(Index1D row, ForwardArgs a)
        where TActivation : struct, IHiddenActivation
    {
        ArrayView<float> preactivations = LocalMemory.Allocate<float>(HiddenLength);
        ArrayView<float> hidden = LocalMemory.Allocate<float>(HiddenLength);
        MlpNetwork network = a.Network;
        network.Hidden<TActivation>(a.Input, row, preactivations, hidden);
        ArrayView<float> last = hidden.SubView((network.HiddenLayers - 1) * MlpOptions.MaxWidth, network.Width);
        network.Affine(
            network.HiddenLayers, network.HasBias, last, a.Output.SubView(row.X * network.OutputCount, network.OutputCount));
    }

    /// <summary>Weight gradients of one row range, and dL/dy of its rows. One work item per range.</summary>
    /// <typeparam name="TActivation">Hidden activation φ.</typeparam>
    /// <param name="chunk">Row range, 0 to ChunkCount - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Backward<TActivation>(Index1D chunk, BackwardArgs a)
        where TActivation : struct, IHiddenActivation
    {
        ArrayView<float> preactivations = LocalMemory.Allocate<float>(HiddenLength);
        ArrayView<float> hidden = LocalMemory.Allocate<float>(HiddenLength);
        ArrayView<float> delta = LocalMemory.Allocate<float>(MlpOptions.MaxWidth);
        ArrayView<float> previous = LocalMemory.Allocate<float>(MlpOptions.MaxWidth);
        MlpNetwork network = a.Network;
        ArrayView<float> gradient = ClearedPartial(a.Partials, chunk);
        int last = LastRow(chunk, a.RowCount);
        for (int row = FirstRow(chunk, a.RowCount); row < last; row++)
        {
            ArrayView<float> upstream = a.DLdOutput.SubView(row * network.OutputCount, network.OutputCount);
            if (IsZero(upstream))
            {
                continue;
            }

            network.Hidden<TActivation>(a.Input, row, preactivations, hidden);
            ArrayView<float> layerDelta = upstream;
            for (int layer = network.HiddenLayers; layer > 0; layer--)
            {
                int below = (layer - 1) * MlpOptions.MaxWidth;
                network.AddOuterProduct(layer, network.HasBias, layerDelta, hidden.SubView(below, network.Width), gradient);
                Clear(previous, network.Width);
                network.AddTransposed(layer, layerDelta, previous);
                MaskInto<TActivation>(preactivations.SubView(below, network.Width), previous, delta);
                layerDelta = delta;
            }

            ArrayView<float> input = a.Input.SubView(row * network.InputCount, network.InputCount);
            network.AddOuterProduct(0, network.HasBias, layerDelta, input, gradient);
            if (a.WantsInput != 0)
            {
                network.AddTransposed(0, layerDelta, a.DLdInput.SubView(row * network.InputCount, network.InputCount));
            }
        }
    }

    /// <summary>q = do_σ/dy. One work item per row.</summary>
    /// <typeparam name="TActivation">Hidden activation φ.</typeparam>
    /// <param name="row">Row, 0 to M - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void InputGradient<TActivation>(Index1D row, InputGradientArgs a)
        where TActivation : struct, IHiddenActivation
    {
        ArrayView<float> preactivations = LocalMemory.Allocate<float>(HiddenLength);
        ArrayView<float> hidden = LocalMemory.Allocate<float>(HiddenLength);
        ArrayView<float> sensitivities = LocalMemory.Allocate<float>(HiddenLength);
        MlpNetwork network = a.Network;
        network.Hidden<TActivation>(a.Input, row, preactivations, hidden);
        OutputSensitivities<TActivation>(network, a.OutputIndex, preactivations, sensitivities);
        ArrayView<float> gradient = a.Gradient.SubView(row.X * network.InputCount, network.InputCount);
        Clear(gradient, network.InputCount);
        network.AddTransposed(0, sensitivities, gradient);
    }

    /// <summary>Second-order weight gradients of one row range. One work item per range.</summary>
    /// <typeparam name="TActivation">Hidden activation φ.</typeparam>
    /// <param name="chunk">Row range, 0 to ChunkCount - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void InputGradientBackward<TActivation>(Index1D chunk, InputGradientBackwardArgs a)
        where TActivation : struct, IHiddenActivation
    {
        ArrayView<float> preactivations = LocalMemory.Allocate<float>(HiddenLength);
        ArrayView<float> hidden = LocalMemory.Allocate<float>(HiddenLength);
        ArrayView<float> sensitivities = LocalMemory.Allocate<float>(HiddenLength);
        ArrayView<float> tangent = LocalMemory.Allocate<float>(MlpOptions.MaxWidth);
        ArrayView<float> product = LocalMemory.Allocate<float>(MlpOptions.MaxWidth);
        ArrayView<float> curvature = LocalMemory.Allocate<float>(HiddenLength);
        MlpNetwork network = a.Network;
        ArrayView<float> gradient = ClearedPartial(a.Partials, chunk);
        int outputRow = network.WeightOffset(network.HiddenLayers) + a.OutputIndex * network.Width;
        int last = LastRow(chunk, a.RowCount);
        for (int row = FirstRow(chunk, a.RowCount); row < last; row++)
        {
            ArrayView<float> upstream = a.DLdGradient.SubView(row * network.InputCount, network.InputCount);
            if (IsZero(upstream))
            {
                continue;
            }

            network.Hidden<TActivation>(a.Input, row, preactivations, hidden);
            OutputSensitivities<TActivation>(network, a.OutputIndex, preactivations, sensitivities);
            if (TActivation.IsPiecewiseLinear == 0)
            {
                Curvatures<TActivation>(network, a.OutputIndex, preactivations, sensitivities, curvature);
            }

            ArrayView<float> layerTangent = upstream;
            for (int layer = 0; layer < network.HiddenLayers; layer++)
            {
                int start = layer * MlpOptions.MaxWidth;
                network.AddOuterProduct(layer, 0, sensitivities.SubView(start, network.Width), layerTangent, gradient);
                network.Affine(layer, 0, layerTangent, product.SubView(0, network.Width));
                if (TActivation.IsPiecewiseLinear == 0)
                {
                    Multiply(product, curvature.SubView(start, network.Width));
                }

                MaskInto<TActivation>(preactivations.SubView(start, network.Width), product, tangent);
                layerTangent = tangent;
            }

            for (int unit = 0; unit < network.Width; unit++)
            {
                gradient[outputRow + unit] += tangent[unit];
            }

            if (TActivation.IsPiecewiseLinear == 0)
            {
                CurvatureBackward<TActivation>(a, row, preactivations, hidden, curvature, product, gradient);
            }
        }
    }

    /// <summary>dL/dparameter += Σ over row ranges, in order. One work item per parameter.</summary>
    /// <param name="parameter">Parameter.</param>
    /// <param name="a">Arguments.</param>
    public static void SumPartials(Index1D parameter, SumPartialsArgs a)
    {
        int count = a.DLdParameters.IntLength;
        float sum = 0f;
        for (int chunk = 0; chunk < ChunkCount; chunk++)
        {
            sum += a.Partials[chunk * count + parameter.X];
        }

        a.DLdParameters[parameter] += sum;
    }

    /// <summary>v_k = do_σ/da_k for all hidden layers, layer k at k·MaxWidth.</summary>
    private static void OutputSensitivities<TActivation>(
        MlpNetwork network, int outputIndex, ArrayView<float> preactivations, ArrayView<float> sensitivities)
        where TActivation : struct, IHiddenActivation
    {
        int top = (network.HiddenLayers - 1) * MlpOptions.MaxWidth;
        ArrayView<float> row = network.Parameters.SubView(
            network.WeightOffset(network.HiddenLayers) + outputIndex * network.Width, network.Width);
        MaskInto<TActivation>(preactivations.SubView(top, network.Width), row, sensitivities.SubView(top, network.Width));
        for (int layer = network.HiddenLayers - 1; layer > 0; layer--)
        {
            ArrayView<float> below = sensitivities.SubView((layer - 1) * MlpOptions.MaxWidth, network.Width);
            Clear(below, network.Width);
            network.AddTransposed(layer, sensitivities.SubView(layer * MlpOptions.MaxWidth, network.Width), below);
            MaskInto<TActivation>(preactivations.SubView((layer - 1) * MlpOptions.MaxWidth, network.Width), below, below);
        }
    }

    /// <summary>φ''(a_k) ∘ W_{k+1}ᵀ v_{k+1} for all hidden layers, layer k at k·MaxWidth.</summary>
    private static void Curvatures<TActivation>(
        MlpNetwork network, int outputIndex, ArrayView<float> preactivations, ArrayView<float> sensitivities, ArrayView<float> curvature)
        where TActivation : struct, IHiddenActivation
    {
        int outputRow = network.WeightOffset(network.HiddenLayers) + outputIndex * network.Width;
        for (int layer = 0; layer < network.HiddenLayers; layer++)
        {
            int start = layer * MlpOptions.MaxWidth;
            ArrayView<float> result = curvature.SubView(start, network.Width);
            if (layer == network.HiddenLayers - 1)
            {
                for (int unit = 0; unit < network.Width; unit++)
                {
                    result[unit] = network.Parameters[outputRow + unit];
                }
            }
            else
            {
                Clear(result, network.Width);
                network.AddTransposed(layer + 1, sensitivities.SubView(start + MlpOptions.MaxWidth, network.Width), result);
            }

            for (int unit = 0; unit < network.Width; unit++)
            {
                result[unit] *= TActivation.SecondDerivative(preactivations[start + unit]);
            }
        }
    }

    /// <summary>η_k, and what it adds to the weights, the biases and dL/dy of one row; ε_k comes in and η_k replaces it.</summary>
    private static void CurvatureBackward<TActivation>(
        InputGradientBackwardArgs a, int row, ArrayView<float> preactivations, ArrayView<float> hidden, ArrayView<float> curvature,
        ArrayView<float> scratch, ArrayView<float> gradient)
        where TActivation : struct, IHiddenActivation
    {
        MlpNetwork network = a.Network;
        for (int layer = network.HiddenLayers - 1; layer > 0; layer--)
        {
            int below = (layer - 1) * MlpOptions.MaxWidth;
            ArrayView<float> eta = curvature.SubView(layer * MlpOptions.MaxWidth, network.Width);
            network.AddOuterProduct(layer, network.HasBias, eta, hidden.SubView(below, network.Width), gradient);
            Clear(scratch, network.Width);
            network.AddTransposed(layer, eta, scratch);
            for (int unit = 0; unit < network.Width; unit++)
            {
                curvature[below + unit] += TActivation.Derivative(preactivations[below + unit]) * scratch[unit];
            }
        }

        int first = row * network.InputCount;
        ArrayView<float> bottom = curvature.SubView(0, network.Width);
        network.AddOuterProduct(0, network.HasBias, bottom, a.Input.SubView(first, network.InputCount), gradient);
        if (a.WantsInput != 0)
        {
            network.AddTransposed(0, bottom, a.DLdInput.SubView(first, network.InputCount));
        }
    }

    /// <summary>result ∘= factors.</summary>
    private static void Multiply(ArrayView<float> factors, ArrayView<float> result)
    {
        int count = result.IntLength;
        for (int unit = 0; unit < count; unit++)
        {
            result[unit] *= factors[unit];
        }
    }

    /// <summary>result = φ'(a) ∘ values; values and result may be the same memory.</summary>
    private static void MaskInto<TActivation>(ArrayView<float> preactivations, ArrayView<float> values, ArrayView<float> result)
        where TActivation : struct, IHiddenActivation
    {
        int count = preactivations.IntLength;
        for (int unit = 0; unit < count; unit++)
        {
            result[unit] = TActivation.Derivative(preactivations[unit]) * values[unit];
        }
    }

    private static ArrayView<float> ClearedPartial(ArrayView<float> partials, int chunk)
    {
        int count = (int)(partials.Length / ChunkCount);
        ArrayView<float> partial = partials.SubView(chunk * count, count);
        Clear(partial, count);
        return partial;
    }

    private static void Clear(ArrayView<float> values, int count)
    {
        for (int i = 0; i < count; i++)
        {
            values[i] = 0f;
        }
    }

    private static bool IsZero(ArrayView<float> values)
    {
        int count = values.IntLength;
        for (int i = 0; i < count; i++)
        {
            if (values[i] != 0f)
            {
                return false;
            }
        }

        return true;
    }

    internal static int FirstRow(int chunk, int rowCount) => (int)((long)rowCount * chunk / ChunkCount);

    internal static int LastRow(int chunk, int rowCount) => (int)((long)rowCount * (chunk + 1) / ChunkCount);
}
