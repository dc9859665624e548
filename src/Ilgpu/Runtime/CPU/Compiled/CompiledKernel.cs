using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx;
using ILGPU.Ptx.Code;
using ILGPU.Ptx.Passes;
using ILGPU.Ptx.Translation;
using ILGPU.Runtime.Cuda;

namespace ILGPU.Runtime.CPU.Compiled;

/// <summary>
/// A cooperative kernel as .NET code that runs all threads of a group on one core: the compiler's code for devices, cut where threads meet, each piece a loop over
/// threads. Threads run in the order of their positions between two meetings.
/// </summary>
internal sealed class CompiledKernel : IDisposable
{
    private static readonly Dictionary<int, object> _noConstants = [];

    private readonly ConcurrentBag<CompiledGroup> _free = [];

    private CompiledKernel(KernelEntry entry, KernelCode code, SegmentGraph graph, KernelLayout layout)
    {
        Layout = layout;
        Meetings = [.. graph.Meetings];
        HasWarpMeetings = Meetings.Any(meeting => meeting.IsOfWarp);
        Regions = [.. Enumerable.Range(0, graph.Entries.Count).Select(region => RegionCompiler.Compile(entry.Name, graph, layout, region))];
        Arguments = new ArgumentBlock(entry, code.Parameters);
        IsIndexed = entry.Grouping != KernelGrouping.Explicit;
    }

    /// <summary>The regions' code.</summary>
    public RegionCode[] Regions { get; }

    /// <summary>The meeting before each region but the first.</summary>
    public Meeting[] Meetings { get; }

    /// <summary>True if the threads of a warp meet anywhere.</summary>
    public bool HasWarpMeetings { get; }

    public KernelLayout Layout { get; }

    public ArgumentBlock Arguments { get; }

    /// <summary>True if the first parameter is the extent.</summary>
    public bool IsIndexed { get; }

    /// <summary>Compiles a kernel.</summary>
    /// <param name="entry">Kernel.</param>
    /// <param name="accelerator">Accelerator.</param>
    /// <param name="usesWarps">Whether it asks for anything of its warp.</param>
    /// <param name="reason">Why it cannot be compiled; null if it can.</param>
    public static CompiledKernel? TryCompile(KernelEntry entry, CPUAccelerator accelerator, bool usesWarps, out string? reason)
    {
        reason = accelerator.Context.Properties.EnableAssertions ? "the context asks for assertions, which only the executor checks"
            : usesWarps && accelerator.WarpSize != CompiledGroup.WarpSize ? $"the device's warps have {accelerator.WarpSize} threads, compiled code has {CompiledGroup.WarpSize}"
            : null;
        if (reason is not null)
        {
            return null;
        }

        try
        {
            var target = new PtxTarget { Architecture = 90, IsHost = true };
            KernelCode code = Translator.Translate(entry.Method, entry.Grouping != KernelGrouping.Explicit, target, _noConstants, null);
            PassPipeline.Run(code);
            SegmentGraph graph = SegmentGraph.Of(code);
            var layout = new KernelLayout(code, graph, accelerator.MaxNumThreadsPerGroup);
            if (layout.SharedBytes > accelerator.MaxSharedMemoryPerGroup)
            {
                reason = $"it declares {layout.SharedBytes} bytes of shared memory, a group has {accelerator.MaxSharedMemoryPerGroup}";
                return null;
            }

            return new CompiledKernel(entry, code, graph, layout);
        }
        catch (NotSupportedException exception)
        {
            // What the compiler refuses says so in one line: method, source line and reason.
            reason = exception.Message;
            return null;
        }
    }

    /// <summary>Runs the groups [begin, end) of a launch; <paramref name="current"/> is the thread that failed if an exception leaves.</summary>
    public void RunGroups(KernelArguments arguments, in LaunchShape shape, long begin, long end, ref long current)
    {
        if (!_free.TryTake(out CompiledGroup? group))
        {
            group = new CompiledGroup(this);
        }

        try
        {
            group.Begin(arguments, shape);
            for (long i = begin; i < end; i++)
            {
                group.Run(shape, i, ref current);
            }
        }
        finally
        {
            _free.Add(group);
        }
    }

    public void Dispose()
    {
        while (_free.TryTake(out CompiledGroup? group))
        {
            group.Dispose();
        }
    }
}
