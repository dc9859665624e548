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

    /// <summary>
    /// The same with host twins: families that have tuned code for the CPU override this and run it on <paramref name="host"/>.
    /// </summary>
    /// <param name="accelerator">Device that will run the kernels; must outlive the launcher.</param>
    /// <param name="host">Threads for host twins, only with a CPU accelerator and <see cref="KernelChoice.Tuned"/>; else null.</param>
    static virtual TSelf Load(Accelerator accelerator, HostThreads? host) => TSelf.Load(accelerator);

    /// <summary>The same with kernels that are written for GPUs: families that have some override this and run them.</summary>
    /// <param name="accelerator">Device that will run the kernels; must outlive the launcher.</param>
    /// <param name="host">Threads for host twins, or null.</param>
    /// <param name="gpu">How the kernels for GPUs work, only with a GPU and <see cref="KernelChoice.Tuned"/>; else null.</param>
    static virtual TSelf Load(Accelerator accelerator, HostThreads? host, GpuTuning? gpu) => TSelf.Load(accelerator, host);
}
