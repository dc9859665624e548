using System.Collections.Generic;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DreamFusion.Pipeline.Machine;

/// <summary>The vector instructions of this processor that .NET uses here.</summary>
public static class CpuFeatures
{
    /// <summary>Bits of the widest accelerated vector: 512, 256, 128, or 0 without any.</summary>
    public static int VectorBits => Vector512.IsHardwareAccelerated ? 512
        : Vector256.IsHardwareAccelerated ? 256
        : Vector128.IsHardwareAccelerated ? 128
        : 0;

    /// <summary>Names of the instruction sets that matter to the kernels.</summary>
    public static IReadOnlyList<string> Names
    {
        get
        {
            List<string> names = [];
            foreach ((string name, bool supported) in new[]
            {
                ("avx512f", Avx512F.IsSupported), ("avx2", Avx2.IsSupported), ("fma", Fma.IsSupported),
                ("sse4.2", Sse42.IsSupported), ("neon", AdvSimd.Arm64.IsSupported),
            })
            {
                if (supported)
                {
                    names.Add(name);
                }
            }

            return names;
        }
    }
}
