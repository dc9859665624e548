using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Mlp;

/// <summary>A network as the kernels read it: shape and parameters.</summary>
public struct MlpNetwork
{
    /// <summary>Parameter block, layer after layer: W [out][in], then b [out] if <see cref="HasBias"/>.</summary>
    public ArrayView<float> Parameters;

    /// <summary>Inputs, 1 to 128.</summary>
    [LaunchConstant]
    public int InputCount;

    /// <summary>Width of the hidden layers, 1 to 128.</summary>
    [LaunchConstant]
    public int Width;

    /// <summary>Hidden layers H, 1 to 4.</summary>
    [LaunchConstant]
    public int HiddenLayers;

    /// <summary>Outputs, 1 to 128.</summary>
    [LaunchConstant]
    public int OutputCount;

    /// <summary>1 if every layer has a bias, else 0.</summary>
    [LaunchConstant]
    public int HasBias;

    /// <summary>First float of layer's weights; layer 0 to <see cref="HiddenLayers"/>.</summary>
    internal readonly int WeightOffset(int layer)
    {
        int first = (InputCount + HasBias) * Width;
        return layer == 0 ? 0 : first + (layer - 1) * (Width + HasBias) * Width;
    }

    internal readonly int LayerInputs(int layer) => layer == 0 ? InputCount : Width;

    internal readonly int LayerOutputs(int layer) => layer == HiddenLayers ? OutputCount : Width;

    /// <summary>h_k and a_k of one row for all hidden layers, layer k at k·MaxWidth.</summary>
    internal readonly void Hidden<TActivation>(
        ArrayView<float> input, int row, ArrayView<float> preactivations, ArrayView<float> hidden)
        where TActivation : struct, IHiddenActivation
    {
        ArrayView<float> x = input.SubView(row * InputCount, InputCount);
        for (int layer = 0; layer < HiddenLayers; layer++)
        {
            ArrayView<float> a = preactivations.SubView(layer * MlpOptions.MaxWidth, Width);
            ArrayView<float> h = hidden.SubView(layer * MlpOptions.MaxWidth, Width);
            Affine(layer, HasBias, x, a);
            for (int unit = 0; unit < Width; unit++)
            {
                h[unit] = TActivation.Value(a[unit]);
            }

            x = h;
        }
    }

    /// <summary>y = W x, + b if <paramref name="withBias"/>. Four rows at a time: four independent sums hide the latency of the fma.</summary>
    internal readonly void Affine(int layer, int withBias, ArrayView<float> x, ArrayView<float> y)
    {
        int inputs = LayerInputs(layer);
        int outputs = LayerOutputs(layer);
        int start = WeightOffset(layer);
        int bias = start + inputs * outputs;
        int unit = 0;
        for (; unit + 4 <= outputs; unit += 4)
        {
            ArrayView<float> w0 = Parameters.SubView(start + unit * inputs, inputs);
            ArrayView<float> w1 = Parameters.SubView(start + (unit + 1) * inputs, inputs);
            ArrayView<float> w2 = Parameters.SubView(start + (unit + 2) * inputs, inputs);
            ArrayView<float> w3 = Parameters.SubView(start + (unit + 3) * inputs, inputs);
            float y0 = withBias == 0 ? 0f : Parameters[bias + unit];
            float y1 = withBias == 0 ? 0f : Parameters[bias + unit + 1];
            float y2 = withBias == 0 ? 0f : Parameters[bias + unit + 2];
            float y3 = withBias == 0 ? 0f : Parameters[bias + unit + 3];
            for (int i = 0; i < inputs; i++)
            {
                float value = x[i];
                y0 = Intrinsics.Fma(w0[i], value, y0);
                y1 = Intrinsics.Fma(w1[i], value, y1);
                y2 = Intrinsics.Fma(w2[i], value, y2);
                y3 = Intrinsics.Fma(w3[i], value, y3);
            }

            y[unit] = y0;
            y[unit + 1] = y1;
            y[unit + 2] = y2;
            y[unit + 3] = y3;
        }

        for (; unit < outputs; unit++)
        {
            ArrayView<float> w = Parameters.SubView(start + unit * inputs, inputs);
            float sum = withBias == 0 ? 0f : Parameters[bias + unit];
            for (int i = 0; i < inputs; i++)
            {
                sum = Intrinsics.Fma(w[i], x[i], sum);
            }

            y[unit] = sum;
        }
    }

    /// <summary>x += Wᵀ δ. Units with δ = 0 (dead ReLUs) are skipped.</summary>
    internal readonly void AddTransposed(int layer, ArrayView<float> delta, ArrayView<float> x)
    {
        int inputs = LayerInputs(layer);
        int outputs = LayerOutputs(layer);
        int start = WeightOffset(layer);
        for (int unit = 0; unit < outputs; unit++)
        {
            float value = delta[unit];
            if (value == 0f)
            {
                continue;
            }

            ArrayView<float> w = Parameters.SubView(start + unit * inputs, inputs);
            for (int i = 0; i < inputs; i++)
            {
                x[i] = Intrinsics.Fma(w[i], value, x[i]);
            }
        }
    }

    /// <summary>dL/dW += δ xᵀ, and dL/db += δ if <paramref name="withBias"/>, into a block laid out like the parameters.</summary>
    internal readonly void AddOuterProduct(int layer, int withBias, ArrayView<float> delta, ArrayView<float> x, ArrayView<float> gradient)
    {
        int inputs = LayerInputs(layer);
        int outputs = LayerOutputs(layer);
        int start = WeightOffset(layer);
        int bias = start + inputs * outputs;
        for (int unit = 0; unit < outputs; unit++)
        {
            float value = delta[unit];
            if (value == 0f)
            {
                continue;
            }

            ArrayView<float> g = gradient.SubView(start + unit * inputs, inputs);
            for (int i = 0; i < inputs; i++)
            {
                g[i] = Intrinsics.Fma(value, x[i], g[i]);
            }

            if (withBias != 0)
            {
                gradient[bias + unit] += value;
            }
        }
    }
}
