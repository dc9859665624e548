using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Device;

/// <summary>Where the elements of a CPU device's array lie, for host twins.</summary>
internal static unsafe class HostAddress
{
    /// <summary>The first element, as floats; null for an empty view.</summary>
    public static float* Of<T>(ArrayView<T> view)
        where T : unmanaged
        => view.Length == 0 ? null : (float*)view.LoadEffectiveAddressAsPtr();
}
