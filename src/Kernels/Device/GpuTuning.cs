namespace DreamFusion.Kernels.Device;

/// <summary>How a family's kernels for GPUs shall work; families without such kernels ignore it.</summary>
/// <param name="Deterministic">Same bits every run: sums whose order depends on the schedule are taken in fixed point or in a fixed order.</param>
/// <param name="HalfGrid">
/// The hash grid's forward pass reads a copy of the table in 16 bits, and gradients of its fine levels are summed in pairs of 16-bit floats unless <paramref name="Deterministic"/>.
/// </param>
public sealed record GpuTuning(bool Deterministic, bool HalfGrid = false)
{
    /// <summary>Bytes of shared memory that a group may have, if the device has as many: less shows how kernels work on smaller devices.</summary>
    public int SharedMemoryLimit { get; init; } = int.MaxValue;

    /// <summary>Threads of a warp on every NVIDIA GPU; kernels that exchange values between lanes are written for it.</summary>
    public const int WarpSize = 32;
}
