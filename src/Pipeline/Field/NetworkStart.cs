using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Mlp;

namespace DreamFusion.Pipeline.Field;

/// <summary>Random start of a network.</summary>
internal static class NetworkStart
{
    /// <summary>Weights and hidden biases uniform in ± 1/√inputs (as PyTorch's Linear), the last bias zero.</summary>
    /// <param name="options">Shape of the network.</param>
    /// <param name="key">Key of the draws.</param>
    /// <param name="lane">Lane of the draws.</param>
    public static float[] Uniform(MlpOptions options, RandomKey key, uint lane)
    {
        float[] network = new float[options.ParameterCount];
        for (int layer = 0; layer <= options.HiddenLayers; layer++)
        {
            float reach = 1f / MathF.Sqrt(options.LayerInputs(layer));
            int end = layer == options.HiddenLayers ? options.BiasOffset(layer) : options.WeightOffset(layer + 1);
            for (int i = options.WeightOffset(layer); i < end; i++)
            {
                network[i] = ((2f * CounterRandom.Uniform(key, (uint)i, lane)) - 1f) * reach;
            }
        }
        return network;
    }
}
