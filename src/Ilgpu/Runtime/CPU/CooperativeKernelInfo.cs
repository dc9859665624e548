namespace ILGPU.Runtime.CPU;

/// <summary>How a CPU accelerator runs a kernel whose threads wait for each other.</summary>
/// <param name="Name">The declaring type and the name of the kernel method.</param>
/// <param name="ExecutorReason">
/// Why it runs on the checked executor, which is thousands of times slower; null if it is compiled: each piece between two meetings of threads a loop over the threads
/// of the group.
/// </param>
public sealed record CooperativeKernelInfo(string Name, string? ExecutorReason);
