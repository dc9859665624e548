namespace DreamFusion.Kernels.Device;

/// <summary>How a family's kernels for GPUs shall work; families without such kernels ignore it.</summary>
/// <param name="Deterministic">Same bits every run: sums whose order depends on the schedule are taken in fixed point or in a fixed order.</param>
public sealed record GpuTuning(bool Deterministic)
{
    /// <summary>Threads of a warp on every NVIDIA GPU; kernels that exchange values between lanes are written for it.</summary>
    public const int WarpSize = 32;
}
