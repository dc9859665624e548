using System.Collections.Generic;
using DreamFusion.Ptx.Tests.Interpreter;

namespace DreamFusion.Ptx.Tests.StandIn;

/// <summary>Memory of the stand-in device, and which streams have used it since the host last waited for all.</summary>
internal sealed class Allocation(DeviceBuffer buffer)
{
    private readonly List<Use> _uses = [];

    public DeviceBuffer Buffer { get; } = buffer;

    public bool IsFreed { get; set; }

    /// <summary>Notes a use; throws if one that it must not overlap with is not ordered before it.</summary>
    public void Touch(nint stream, Clock now, long first, long end, bool isWrite, string what)
    {
        foreach (Use use in _uses)
        {
            bool overlaps = use.First < end && first < use.End;
            if (overlaps && (use.IsWrite || isWrite) && use.Stream != stream && now[use.Stream] < use.Time)
            {
                throw new DriverException(
                    DriverError.LaunchFailed,
                    $"{what} in stream {stream:x} {(isWrite ? "writes" : "reads")} bytes {first} to {end} of the buffer at {Buffer.Address:x}, which {use.What} in stream {use.Stream:x} {(use.IsWrite ? "writes" : "reads")}: nothing orders the two");
            }
        }

        _uses.RemoveAll(use => use.Stream == stream && use.IsWrite == isWrite && use.First >= first && use.End <= end);
        _uses.Add(new Use(stream, now[stream], first, end, isWrite, what));
    }

    private readonly record struct Use(nint Stream, long Time, long First, long End, bool IsWrite, string What);
}
