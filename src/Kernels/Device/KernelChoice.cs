namespace DreamFusion.Kernels.Device;

/// <summary>Which code runs the operations that have more than one.</summary>
public enum KernelChoice
{
    /// <summary>The kernels as they are written, on every device.</summary>
    Portable,

    /// <summary>
    /// Code written for the device where there is some, else the kernels. On a CPU the tuned code adds in the kernels' order,
    /// so for finite values both give the same bits (a zero may change its sign).
    /// </summary>
    Tuned,

    /// <summary>
    /// As <see cref="Tuned"/>; on a GPU the hash grid's table is also read in 16 bits, and the gradients of its fine levels are summed in 16 bits: faster on GPUs before sm_90 and where
    /// the L2 cache is small, less exact. On a CPU the same as <see cref="Tuned"/>.
    /// </summary>
    Half,
}
