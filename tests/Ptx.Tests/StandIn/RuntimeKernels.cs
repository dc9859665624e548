using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Ptx.Tests.StandIn;

/// <summary>Kernels for the tests of the runtime.</summary>
public static class RuntimeKernels
{
    public struct Shape
    {
        [LaunchConstant]
        public int Length;

        public float Factor;
    }

    public static void Scale(Index1D i, ArrayView<float> x, float factor) => x[i] *= factor;

    public static void Add(Index1D i, ArrayView<float> x, ArrayView<float> y) => y[i] += x[i];

    public static void PastTheEnd(Index1D i, ArrayView<float> x) => x[i + 100_000] = 1f;

    public static void SumOfRows(Index1D i, ArrayView<float> x, ArrayView<float> sums, Shape shape)
    {
        ArrayView<float> row = LocalMemory.Allocate<float>(16);
        for (int k = 0; k < shape.Length; k++)
        {
            row[k] = x[(i * shape.Length) + k] * shape.Factor;
        }

        float sum = 0f;
        for (int k = 0; k < shape.Length; k++)
        {
            sum += row[k] * (k + 1);
        }

        sums[i] = sum;
    }

    public static void Choose(Index1D i, ArrayView<int> x, SpecializedValue<int> mode) => x[i] = mode.Value == 1 ? x[i] + 1 : x[i] * 2;

    public static void LargeTile(ArrayView<float> x)
    {
        ArrayView<float> tile = SharedMemory.GetDynamic<float>();
        int far = tile.IntLength - 1 - Group.IdxX;
        tile[far] = x[Group.IdxX];
        Group.Barrier();
        x[Group.IdxX] = tile[tile.IntLength - Group.DimX + Group.IdxX];
    }
}
