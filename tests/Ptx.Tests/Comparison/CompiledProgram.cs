using System;
using System.Linq;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DreamFusion.Ptx.Tests.Comparison;

/// <summary>Runs every launch twice on the same buffers: as the C# method, and as the compiler's code on this machine's cores; what differs is noted.</summary>
internal sealed class CompiledProgram : KernelProgram
{
    private readonly KernelProgram _cpu;
    private readonly CPUKernelProgram _compiled;
    private readonly CPUAccelerator _accelerator;
    private readonly KernelComparison _comparison;

    public CompiledProgram(KernelEntry entry, KernelProgram cpu, CPUAccelerator accelerator, KernelComparison comparison)
    {
        _cpu = cpu;
        _accelerator = accelerator;
        _comparison = comparison;
        _compiled = new CPUKernelProgram(accelerator, entry, compilesAlways: true);
        Reason = accelerator.CooperativeKernels[^1].ExecutorReason;
    }

    /// <summary>Why the kernel is not compiled; null if it is.</summary>
    public string? Reason { get; }

    public override KernelInfo Info => _cpu.Info;

    public override void Run(AcceleratorStream stream, KernelArguments arguments, Index3D extent) => Compare(program => program.Run(stream, arguments, extent));

    public override void Run(AcceleratorStream stream, KernelArguments arguments, in KernelConfig config)
    {
        KernelConfig copy = config;
        Compare(program => program.Run(stream, arguments, copy));
    }

    private void Compare(Action<KernelProgram> run)
    {
        MemoryBuffer[] buffers = [.. _accelerator.LiveBuffers().Where(buffer => buffer.LengthInBytes > 0)];
        byte[][] before = Array.ConvertAll(buffers, Bytes);
        run(_compiled);
        byte[][] after = Array.ConvertAll(buffers, Bytes);
        for (int i = 0; i < buffers.Length; i++)
        {
            Marshal.Copy(before[i], 0, buffers[i].NativePtr, before[i].Length);
        }

        run(_cpu);
        _comparison.Launches++;
        for (int i = 0; i < buffers.Length; i++)
        {
            _comparison.Add(Bytes(buffers[i]), after[i]);
        }
    }

    private static byte[] Bytes(MemoryBuffer buffer)
    {
        byte[] bytes = new byte[buffer.LengthInBytes];
        Marshal.Copy(buffer.NativePtr, bytes, 0, bytes.Length);
        return bytes;
    }
}
