using ILGPU;

namespace DreamFusion.Bench.LoopDriver;

/// <summary>Multiresolution hash encoding (Müller et al. 2022) of 3D points, 16 levels of 2 features, one point per index: the memory-bound kernel.</summary>
public static class HashEncodeKernel
{
    public const int LevelCount = 16;
    public const int FeatureCount = 2;
    public const int TableSize = 1 << 19;
    public const float GrowthFactor = 1.3819f;
    public const float BaseResolution = 16;

    public struct Args
    {
        /// <summary>Points in [0, 1)^3 [M, 3].</summary>
        public ArrayView<float> Positions;

        /// <summary>Features [LevelCount, TableSize, FeatureCount].</summary>
        public ArrayView<float> Table;

        /// <summary>Output [M, LevelCount * FeatureCount].</summary>
        public ArrayView<float> Features;
    }

    public static void Encode(Index1D i, Args a)
    {
        float px = a.Positions[i * 3];
        float py = a.Positions[(i * 3) + 1];
        float pz = a.Positions[(i * 3) + 2];
        float resolution = BaseResolution;
        for (int level = 0; level < LevelCount; level++)
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
                int row = ((level * TableSize) + (int)(hash & (TableSize - 1))) * FeatureCount;
                first += weight * a.Table[row];
                second += weight * a.Table[row + 1];
            }

            a.Features[(i * (LevelCount * FeatureCount)) + (level * FeatureCount)] = first;
            a.Features[(i * (LevelCount * FeatureCount)) + (level * FeatureCount) + 1] = second;
            resolution *= GrowthFactor;
        }
    }
}
