using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using DreamFusion.Ptx.Tests.Interpreter;
using ILGPU;
using ILGPU.Ptx;
using ILGPU.Runtime;

namespace DreamFusion.Ptx.Tests.Comparison;

/// <summary>
/// Runs a kernel on the CPU accelerator and, for the first few launches, also as PTX in the interpreter on copies of all buffers; what differs afterwards is noted.
/// </summary>
internal sealed class ComparingProgram : KernelProgram
{
    private const int SmallestGroup = 32;
    private const int DefaultGroup = 64;

    private readonly KernelEntry _entry;
    private readonly KernelProgram _cpu;
    private readonly Accelerator _accelerator;
    private readonly PtxModule _module;
    private readonly PtxProgram _program;
    private readonly KernelComparison _comparison;
    private readonly int _compared;
    private int _launches;

    public ComparingProgram(KernelEntry entry, KernelProgram cpu, Accelerator accelerator, PtxTarget target, KernelComparison comparison, int compared)
    {
        _entry = entry;
        _cpu = cpu;
        _accelerator = accelerator;
        _comparison = comparison;
        _compared = compared;
        _module = PtxCompiler.Compile(entry.Method, entry.Grouping != KernelGrouping.Explicit, target);
        _program = PtxParser.Parse(_module.Text);
        comparison.OwnFunctions = _module.OwnFunctions;
    }

    /// <summary>Whether the interpreter runs the blocks and warps from the last one on.</summary>
    public bool IsReversed { get; init; }

    public override KernelInfo Info => _cpu.Info;

    public override void Run(AcceleratorStream stream, KernelArguments arguments, Index3D extent)
    {
        // Kernels that read their group see the CPU's; groups smaller than a warp would hide how threads diverge.
        int size = Info.MinGroupSize is { } known and >= SmallestGroup ? known : DefaultGroup;
        int groups = (extent.Size + size - 1) / size;
        Compare(arguments, extent, groups == 0 ? null : ((groups, 1, 1), (size, 1, 1), 0), () => _cpu.Run(stream, arguments, extent));
    }

    public override void Run(AcceleratorStream stream, KernelArguments arguments, in KernelConfig config)
    {
        KernelConfig copy = config;
        Index3D grid = config.GridDim;
        Index3D group = config.GroupDim;
        Compare(arguments, null, ((grid.X, grid.Y, grid.Z), (group.X, group.Y, group.Z), config.SharedMemoryConfig.ArraySize), () => _cpu.Run(stream, arguments, copy));
    }

    private void Compare(KernelArguments arguments, Index3D? extent, ((int X, int Y, int Z) Grid, (int X, int Y, int Z) Group, int Shared)? shape, Action run)
    {
        if (_launches++ >= _compared || shape is not { } launch)
        {
            run();
            return;
        }

        var memory = new DeviceMemory();
        MemoryBuffer[] buffers = [.. _accelerator.LiveBuffers().Where(buffer => buffer.LengthInBytes > 0)];
        foreach (MemoryBuffer buffer in buffers)
        {
            memory.Add((ulong)buffer.NativePtr, Bytes(buffer));
        }

        byte[][] before = [.. memory.Buffers.Select(buffer => (byte[])buffer.Bytes.Clone())];
        object[] values = [.. Enumerable.Range(1, _entry.Method.GetParameters().Length - (extent is null ? 0 : 1))
            .Select(i => arguments.GetType().GetField($"Arg{i}")!.GetValue(arguments)!)];
        string? fault = null;
        try
        {
            byte[] parameters = ArgumentBytes.Of(_module, _program, extent, values);
            new Machine(_program, memory, parameters) { IsReversed = IsReversed }.Launch(launch.Grid, launch.Group, launch.Shared);
            // What atomic operations return, and sums of floats, depend on who comes first.
            bool dependsOnOrder = _program.Statements.Exists(statement => statement.Opcode == "atom" || (statement.Opcode == "red" && statement.Parts[^1][0] == 'f'));
            if (_launches == 1 && !dependsOnOrder)
            {
                RunCompiled(parameters, launch, memory, before);
            }
        }
        catch (PtxFaultException found)
        {
            fault = found.Message;
        }

        // A launch that fails on the CPU as well has nothing to compare.
        run();
        if (fault is not null)
        {
            _comparison.Faults.Add(fault);
        }

        _comparison.Launches++;
        for (int i = 0; i < buffers.Length; i++)
        {
            _comparison.Add(Bytes(buffers[i]), memory.Buffers[i].Bytes);
        }
    }

    // The program as .NET code, which the stand-in driver runs, has the same bits.
    private void RunCompiled(byte[] parameters, ((int X, int Y, int Z) Grid, (int X, int Y, int Z) Group, int Shared) launch, DeviceMemory expected, byte[][] before)
    {
        var memory = new DeviceMemory();
        for (int i = 0; i < before.Length; i++)
        {
            memory.Add(expected.Buffers[i].Address, before[i]);
        }

        var machine = new Machine(_program, memory, parameters, tracksUses: false) { IsReversed = IsReversed };
        machine.Use(machine.Compile());
        machine.Launch(launch.Grid, launch.Group, launch.Shared);
        int other = Enumerable.Range(0, before.Length).FirstOrDefault(i => !memory.Buffers[i].Bytes.AsSpan().SequenceEqual(expected.Buffers[i].Bytes), -1);
        if (other >= 0)
        {
            _comparison.Faults.Add($"{_program.Entry}: compiled, buffer {other} has other bytes than in the interpreter");
        }
    }

    private static byte[] Bytes(MemoryBuffer buffer)
    {
        byte[] bytes = new byte[buffer.LengthInBytes];
        Marshal.Copy(buffer.NativePtr, bytes, 0, bytes.Length);
        return bytes;
    }
}

/// <summary>What comparing a kernel's launches has shown.</summary>
internal sealed class KernelComparison
{
    public int Launches { get; set; }

    public long Words { get; private set; }

    public long Differences { get; private set; }

    /// <summary>Largest difference relative to the larger of 1 and the CPU's number.</summary>
    public double LargestError { get; private set; }

    public IReadOnlyCollection<string> OwnFunctions { get; set; } = [];

    public List<string> Faults { get; } = [];

    /// <summary>Compares two buffers as words of 32 bits. NaN equals NaN: PTX has one.</summary>
    public void Add(byte[] expected, byte[] actual)
    {
        int whole = expected.Length / 4 * 4;
        ReadOnlySpan<uint> left = MemoryMarshal.Cast<byte, uint>(expected.AsSpan(0, whole));
        ReadOnlySpan<uint> right = MemoryMarshal.Cast<byte, uint>(actual.AsSpan(0, whole));
        for (int i = 0; i < left.Length; i++)
        {
            Words++;
            if (left[i] != right[i])
            {
                AddDifference(left[i], right[i]);
            }
        }

        for (int i = whole; i < expected.Length; i++)
        {
            Differences += expected[i] == actual[i] ? 0 : 1;
        }
    }

    private void AddDifference(uint expectedBits, uint actualBits)
    {
        const uint SmallestNormal = 0x0080_0000;
        float expected = BitConverter.UInt32BitsToSingle(expectedBits);
        float actual = BitConverter.UInt32BitsToSingle(actualBits);
        if (float.IsNaN(expected) && float.IsNaN(actual))
        {
            return;
        }

        Differences++;
        double error = Math.Abs((double)expected - actual) / Math.Max(1, Math.Abs(expected));
        // Two patterns of denormal floats are integers.
        bool areIntegers = expectedBits < SmallestNormal && actualBits < SmallestNormal;
        LargestError = double.IsNaN(error) || areIntegers ? double.PositiveInfinity : Math.Max(LargestError, error);
    }
}
