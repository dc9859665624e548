using ILGPU;

namespace DreamFusion.Bench.LoopDriver;

/// <summary>A ReLU network 32-64-64-4, one row per index, activations in local memory: the compute-bound kernel.</summary>
public static class MlpKernel
{
    public const int InputWidth = 32;
    public const int HiddenWidth = 64;
    public const int OutputWidth = 4;
    public const int WeightCount = (InputWidth * HiddenWidth) + (HiddenWidth * HiddenWidth) + (HiddenWidth * OutputWidth);

    public struct Args
    {
        /// <summary>Rows [M, InputWidth].</summary>
        public ArrayView<float> Input;

        /// <summary>Weights, one output after the other [WeightCount].</summary>
        public ArrayView<float> Weights;

        /// <summary>Rows [M, OutputWidth].</summary>
        public ArrayView<float> Output;
    }

    public static void Forward(Index1D i, Args a)
    {
        ArrayView<float> first = LocalMemory.Allocate<float>(HiddenWidth);
        ArrayView<float> second = LocalMemory.Allocate<float>(HiddenWidth);
        for (int o = 0; o < HiddenWidth; o++)
        {
            float sum = 0;
            for (int k = 0; k < InputWidth; k++)
            {
                sum += a.Weights[(o * InputWidth) + k] * a.Input[(i * InputWidth) + k];
            }

            first[o] = sum > 0 ? sum : 0;
        }

        int offset = InputWidth * HiddenWidth;
        for (int o = 0; o < HiddenWidth; o++)
        {
            float sum = 0;
            for (int k = 0; k < HiddenWidth; k++)
            {
                sum += a.Weights[offset + (o * HiddenWidth) + k] * first[k];
            }

            second[o] = sum > 0 ? sum : 0;
        }

        offset += HiddenWidth * HiddenWidth;
        for (int o = 0; o < OutputWidth; o++)
        {
            float sum = 0;
            for (int k = 0; k < HiddenWidth; k++)
            {
                sum += a.Weights[offset + (o * HiddenWidth) + k] * second[k];
            }

            a.Output[(i * OutputWidth) + o] = sum;
        }
    }
}
