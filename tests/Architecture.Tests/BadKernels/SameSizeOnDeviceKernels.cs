using System.Runtime.InteropServices;
using ILGPU;

namespace DreamFusion.Architecture.Tests.BadKernels;

public static class SameSizeOnDeviceKernels
{
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Packed
    {
        public byte Level;
        public int Index;
    }

    [Breaks("K22", 2)]
    public static void Pack(Index1D i, ArrayView<Packed> values) =>
        values[i].Index = i;
}
