using System;
using System.Collections.Concurrent;

namespace ILGPU.Runtime.CPU;

/// <summary>The cooperative groups of an accelerator: as many as run at the same time, kept for the next launch.</summary>
internal sealed class CooperativeExecutor(CPUDevice device) : IDisposable
{
    private readonly ConcurrentBag<CooperativeGroup> _free = [];

    /// <summary>Runs the groups [begin, end) of a launch one after the other; <paramref name="current"/> is the failing thread if an exception leaves.</summary>
    public void RunGroups(KernelLoop loop, KernelArguments arguments, in LaunchShape shape, long begin, long end, ref long current)
    {
        if (!_free.TryTake(out CooperativeGroup? group))
        {
            group = new CooperativeGroup(device.WarpSize, device.MaxSharedMemoryPerGroup);
        }

        try
        {
            for (long i = begin; i < end; i++)
            {
                group.Run(loop, arguments, shape, i, ref current);
            }
        }
        finally
        {
            _free.Add(group);
        }
    }

    public void Dispose()
    {
        while (_free.TryTake(out CooperativeGroup? group))
        {
            group.Dispose();
        }
    }
}
