using System;
using DreamFusion.Bench.LoopDriver;

namespace DreamFusion.Bench.Baselines;

/// <summary>
/// The arithmetic of the three loop-driver kernels as plain C# loops over pointers and stackalloc, on one thread, without any type of src/Ilgpu.
/// </summary>
public static unsafe class PointerLoops
{
    public static void HashEncode(float* positions, float* table, float* features, int count)
    {
        for (int i = 0; i < count; i++)
        {
            float px = positions[i * 3];
            float py = positions[(i * 3) + 1];
            float pz = positions[(i * 3) + 2];
            float resolution = HashEncodeKernel.BaseResolution;
            for (int level = 0; level < HashEncodeKernel.LevelCount; level++)
            {
                float x = px * resolution;
                float y = py * resolution;
                float z = pz * resolution;
                int x0 = (int)x;
                int y0 = (int)y;
                int z0 = (int)z;
                x -= x0;
                y -= y0;
                z -= z0;
                float first = 0;
                float second = 0;
                for (int corner = 0; corner < 8; corner++)
                {
                    int dx = corner & 1;
                    int dy = (corner >> 1) & 1;
                    int dz = corner >> 2;
                    float weight = (dx == 0 ? 1 - x : x) * (dy == 0 ? 1 - y : y) * (dz == 0 ? 1 - z : z);
                    uint hash = (uint)(x0 + dx) ^ ((uint)(y0 + dy) * 2654435761u) ^ ((uint)(z0 + dz) * 805459861u);
                    int row = ((level * HashEncodeKernel.TableSize) + (int)(hash & (HashEncodeKernel.TableSize - 1))) * HashEncodeKernel.FeatureCount;
                    first += weight * table[row];
                    second += weight * table[row + 1];
                }

                features[(i * (HashEncodeKernel.LevelCount * HashEncodeKernel.FeatureCount)) + (level * HashEncodeKernel.FeatureCount)] = first;
                features[(i * (HashEncodeKernel.LevelCount * HashEncodeKernel.FeatureCount)) + (level * HashEncodeKernel.FeatureCount) + 1] = second;
                resolution *= HashEncodeKernel.GrowthFactor;
            }
        }
    }

    public static void Mlp(float* input, float* weights, float* output, int count)
    {
        float* first = stackalloc float[MlpKernel.HiddenWidth];
        float* second = stackalloc float[MlpKernel.HiddenWidth];
        for (int i = 0; i < count; i++)
        {
            for (int o = 0; o < MlpKernel.HiddenWidth; o++)
            {
                float sum = 0;
                for (int k = 0; k < MlpKernel.InputWidth; k++)
                {
                    sum += weights[(o * MlpKernel.InputWidth) + k] * input[(i * MlpKernel.InputWidth) + k];
                }

                first[o] = sum > 0 ? sum : 0;
            }

            int offset = MlpKernel.InputWidth * MlpKernel.HiddenWidth;
            for (int o = 0; o < MlpKernel.HiddenWidth; o++)
            {
                float sum = 0;
                for (int k = 0; k < MlpKernel.HiddenWidth; k++)
                {
                    sum += weights[offset + (o * MlpKernel.HiddenWidth) + k] * first[k];
                }

                second[o] = sum > 0 ? sum : 0;
            }

            offset += MlpKernel.HiddenWidth * MlpKernel.HiddenWidth;
            for (int o = 0; o < MlpKernel.OutputWidth; o++)
            {
                float sum = 0;
                for (int k = 0; k < MlpKernel.HiddenWidth; k++)
                {
                    sum += weights[offset + (o * MlpKernel.HiddenWidth) + k] * second[k];
                }

                output[(i * MlpKernel.OutputWidth) + o] = sum;
            }
        }
    }

    public static void Composite(int* rays, float* sigma, float* delta, float* rgb, float* weights, float* image, int count)
    {
        for (int ray = 0; ray < count; ray++)
        {
            int first = rays[ray * 2];
            int end = first + rays[(ray * 2) + 1];
            float transmittance = 1;
            float red = 0;
            float green = 0;
            float blue = 0;
            for (int s = first; s < end; s++)
            {
                float alpha = 1 - MathF.Exp(-sigma[s] * delta[s]);
                float weight = transmittance * alpha;
                red += weight * rgb[s * 3];
                green += weight * rgb[(s * 3) + 1];
                blue += weight * rgb[(s * 3) + 2];
                weights[s] = weight;
                transmittance *= 1 - alpha;
            }

            image[ray * 4] = red;
            image[(ray * 4) + 1] = green;
            image[(ray * 4) + 2] = blue;
            image[(ray * 4) + 3] = 1 - transmittance;
        }
    }
}
