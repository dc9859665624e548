using System;
using System.Globalization;

namespace ILGPU.Runtime.CPU;

/// <summary>A kernel that was prepared for the cores of this machine.</summary>
internal sealed class CPUKernelProgram : KernelProgram
{
    private readonly CPUAccelerator _accelerator;
    private readonly KernelEntry _entry;
    private readonly KernelLoop _loop;

    public CPUKernelProgram(CPUAccelerator accelerator, KernelEntry entry)
    {
        _accelerator = accelerator;
        _entry = entry;
        _loop = LoopCompiler.Compile(entry);
        Info = new KernelInfo(entry.Name, accelerator.MaxNumThreadsPerGroup, accelerator.NumMultiprocessors);
    }

    /// <inheritdoc/>
    public override KernelInfo Info { get; }

    /// <inheritdoc/>
    public override void Run(AcceleratorStream stream, KernelArguments arguments, Index3D extent)
    {
        long count = CountOf(extent);
        if (count == 0)
        {
            return;
        }

        if (_accelerator.Workers.Run(_loop, arguments, extent, count) is { } failure)
        {
            throw Describe(failure, extent, count);
        }
    }

    /// <inheritdoc/>
    public override void Run(AcceleratorStream stream, KernelArguments arguments, in KernelConfig config)
        => throw new NotSupportedException($"Kernel '{_entry.Name}' has an index; launch it with an extent.");

    private long CountOf(in Index3D extent)
    {
        if (extent.X < 0 || extent.Y < 0 || extent.Z < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(extent), $"Kernel '{_entry.Name}': the extent {extent} has a negative component, expected 0 or more.");
        }

        return extent.LongSize;
    }

    private KernelException Describe(KernelFailure failure, in Index3D extent, long count)
    {
        bool line = extent.Y == 1 && extent.Z == 1;
        string index = line
            ? failure.Index.ToString(CultureInfo.InvariantCulture)
            : new Index3D((int)(failure.Index % extent.X), (int)(failure.Index / extent.X % extent.Y), (int)(failure.Index / extent.X / extent.Y)).ToString();
        string of = line ? count.ToString(CultureInfo.InvariantCulture) : extent.ToString();
        return new KernelException($"Kernel '{_entry.Name}' failed at index {index} of {of}: {failure.Exception.Message}", failure.Exception);
    }
}
