using System;
using System.Collections.Generic;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>One thread.</summary>
public sealed unsafe class Lane
{
    public Lane(int number, PtxProgram program)
    {
        Number = number;
        Registers = GC.AllocateArray<ulong>(Math.Max(1, program.Registers.Count), pinned: true);
        RegisterPointer = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref Registers[0]);
        IsDefined = new bool[program.Registers.Count];
        Local = new Scratch(program.LocalBytes);
    }

    public Block Block { get; private set; } = null!;

    public Warp Warp { get; private set; } = null!;

    /// <summary>Number in the block.</summary>
    public int Number { get; }

    public int LaneNumber => Number & 31;

    public ulong[] Registers { get; }

    /// <summary>Where the registers lie; they do not move.</summary>
    public byte* RegisterPointer { get; }

    public bool[] IsDefined { get; }

    public Scratch Local { get; }

    public bool HasEnded { get; set; }

    public (int X, int Y, int Z) Index => (Number % Block.Size.X, Number / Block.Size.X % Block.Size.Y, Number / Block.Size.X / Block.Size.Y);

    public Access Access(bool isAtomic) => new(1 + (Block.Linear * Block.ThreadCount) + Number, Block.Launch, 1 + Block.Linear, Block.Epoch, Warp.Number, Warp.Epoch, isAtomic);

    /// <summary>Becomes a thread of a block: nothing of the one it was before is left.</summary>
    public void Begin(Block block, Warp warp)
    {
        Block = block;
        Warp = warp;
        HasEnded = false;
        Copies.Clear();
        Array.Fill(IsDefined, !block.TracksUses);
        Array.Clear(Local.IsDefined);
    }

    /// <summary>Copies that have begun.</summary>
    public List<Action> Copies { get; } = [];

    public void FinishCopies()
    {
        Copies.ForEach(copy => copy());
        Copies.Clear();
    }

    public void Set(int register, ulong value)
    {
        Registers[register] = value;
        IsDefined[register] = true;
    }

    public override string ToString() => $"thread {Number} of block {Block.Linear}";
}

/// <summary>Threads that share memory and meet at barriers.</summary>
public sealed class Block
{
    public required (int X, int Y, int Z) Index { get; init; }

    public required (int X, int Y, int Z) Size { get; init; }

    public required (int X, int Y, int Z) GridSize { get; init; }

    public required Scratch Shared { get; init; }

    public required int DynamicSharedBytes { get; init; }

    /// <summary>Number of the launch in the process.</summary>
    public required int Launch { get; init; }

    /// <summary>Whether registers without a value and races are looked for.</summary>
    public required bool TracksUses { get; init; }

    /// <summary>Barriers passed.</summary>
    public int Epoch { get; set; }

    public int ThreadCount => Size.X * Size.Y * Size.Z;

    public int Linear => (((Index.Z * GridSize.Y) + Index.Y) * GridSize.X) + Index.X;
}

/// <summary>Where addresses of each space lie in the generic address space.</summary>
public static class Windows
{
    public const ulong Local = 0x4000_0000_0000_0000;
    public const ulong Shared = 0x5000_0000_0000_0000;
    public const ulong Size = 0x0100_0000_0000_0000;

    public static bool IsIn(ulong address, ulong window) => address >= window && address - window < Size;
}

/// <summary>Bits of numbers in registers.</summary>
public static class Bits
{
    public static float ToSingle(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    public static double ToDouble(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    public static ulong Of(float value) => BitConverter.SingleToUInt32Bits(value);

    public static ulong Of(double value) => BitConverter.DoubleToUInt64Bits(value);

    public static ulong Of(int value) => (uint)value;

    public static ulong Of(bool value) => value ? 1ul : 0ul;
}
