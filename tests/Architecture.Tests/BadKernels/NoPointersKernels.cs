using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class NoPointersKernels
{
    public unsafe struct Table
    {
        public fixed float Entries[4];
    }

    [Breaks("K11", 5)]
    public static unsafe void Fixed(Index1D i, ArrayView<float> values)
    {
        fixed (float* first = &values[i])
        {
            *first = 1;
        }
    }

    [Breaks("K11", 4)]
    [Breaks("K22", 3)]
    public static unsafe void FixedBuffer(Index1D i, ArrayView<float> values, Table table)
    {
        values[i] = table.Entries[i & 3];
    }
}
