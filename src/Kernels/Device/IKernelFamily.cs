using ILGPU.Runtime;

namespace DreamFusion.Kernels.Device;

/// <summary>
/// A launcher: holds the compiled kernels of one family for one accelerator, checks lengths on the host, and launches.
/// Loading compiles, launching does not allocate.
/// </summary>
/// <typeparam name="TSelf">The launcher itself.</typeparam>
public interface IKernelFamily<TSelf>
    where TSelf : class, IKernelFamily<TSelf>
{
    /// <summary>Compiles the family's kernels for an accelerator. Call once per accelerator and keep the result.</summary>
    /// <param name="accelerator">Device that will run the kernels; must outlive the launcher.</param>
    static abstract TSelf Load(Accelerator accelerator);
}
