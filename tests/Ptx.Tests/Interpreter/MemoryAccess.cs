using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Loads and stores of one thread, with everything that can go wrong with them.</summary>
public sealed class MemoryAccess(DeviceMemory global, bool tracksUses = true)
{
    private const int Word = 4;

    private DeviceBuffer? _last;

    /// <summary>Reads global memory without noting it.</summary>
    public T LoadGlobal<T>(Lane lane, ulong address, Statement statement)
        where T : unmanaged
        => Unsafe.ReadUnaligned<T>(ref Global<T>(lane, address, statement));

    /// <summary>Writes global memory without noting it.</summary>
    public void StoreGlobal<T>(Lane lane, ulong address, T value, Statement statement)
        where T : unmanaged
        => Unsafe.WriteUnaligned(ref Global<T>(lane, address, statement), value);

    private ref byte Global<T>(Lane lane, ulong address, Statement statement)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        RequireAligned(lane, address, size, statement);
        DeviceBuffer? buffer = _last;
        if (buffer is null || !buffer.Contains(address, size))
        {
            _last = buffer = global.Search(address, size) ?? throw OutOfBounds(lane, address, size, statement, "of global memory: it is in no buffer");
        }

        return ref buffer.Bytes[(int)(address - buffer.Address)];
    }

    /// <summary>Reads 4 bytes of shared or local memory without noting it; they must have been written.</summary>
    public ulong LoadScratch(Lane lane, Scratch scratch, ulong address, Statement statement)
    {
        int at = InScratch(lane, scratch, address, statement);
        return scratch.IsDefined.AsSpan(at, Word).Contains(false) ? throw Unwritten(lane, at + scratch.IsDefined.AsSpan(at, Word).IndexOf(false), statement) : Unsafe.ReadUnaligned<uint>(ref scratch.Bytes[at]);
    }

    /// <summary>Writes 4 bytes of shared or local memory without noting who does.</summary>
    public void StoreScratch(Lane lane, Scratch scratch, ulong address, uint value, Statement statement)
    {
        int at = InScratch(lane, scratch, address, statement);
        Unsafe.WriteUnaligned(ref scratch.Bytes[at], value);
        Unsafe.WriteUnaligned(ref Unsafe.As<bool, byte>(ref scratch.IsDefined[at]), 0x0101_0101u);
    }

    private static int InScratch(Lane lane, Scratch scratch, ulong address, Statement statement)
    {
        RequireAligned(lane, address, Word, statement);
        return address + Word <= (ulong)scratch.Bytes.Length && address < (ulong)scratch.Bytes.Length ? (int)address : throw OutOfBounds(lane, address, Word, statement, $"of {scratch.Bytes.Length} bytes of {(scratch == lane.Local ? "local" : "shared")} memory");
    }

    private static PtxFaultException Unwritten(Lane lane, int at, Statement statement) => new(FaultKind.UninitializedMemory, $"{statement}: {lane} reads byte {at}, which nobody wrote");

    /// <summary>Reads an element of 1, 2, 4 or 8 bytes, zero-extended.</summary>
    public ulong Load(Lane lane, string space, ulong address, int size, bool isAtomic, Statement statement)
    {
        (byte[] bytes, int at, AccessLog? log, bool[]? defined, DeviceBuffer? buffer) = Locate(lane, space, address, size, statement);
        buffer?.NoteRead(at, size);
        if (defined is not null && defined.AsSpan(at, size).IndexOf(false) is >= 0 and var missing)
        {
            throw Unwritten(lane, at + missing, statement);
        }

        if (log?.Read(at, size, lane.Access(isAtomic)) is { } other)
        {
            throw Race(lane, statement, other, "reads what", "wrote");
        }

        ReadOnlySpan<byte> span = bytes.AsSpan(at, size);
        return size switch
        {
            1 => span[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(span),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(span),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(span),
        };
    }

    public void Store(Lane lane, string space, ulong address, int size, ulong value, bool isAtomic, Statement statement)
    {
        (byte[] bytes, int at, AccessLog? log, bool[]? defined, DeviceBuffer? buffer) = Locate(lane, space, address, size, statement);
        buffer?.NoteWrite(at, size);
        Span<byte> span = bytes.AsSpan(at, size);
        switch (size)
        {
            case 1:
                span[0] = (byte)value;
                break;
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(span, (ushort)value);
                break;
            case 4:
                BinaryPrimitives.WriteUInt32LittleEndian(span, (uint)value);
                break;
            default:
                BinaryPrimitives.WriteUInt64LittleEndian(span, value);
                break;
        }

        defined?.AsSpan(at, size).Fill(true);
        if (log?.Write(at, size, lane.Access(isAtomic)) is { } other)
        {
            throw Race(lane, statement, other, "writes what", "touched");
        }
    }

    /// <summary>Bytes that an operation which has begun will write some time: until then nobody may read them.</summary>
    public void Forget(Lane lane, string space, ulong address, int size, Statement statement)
    {
        (_, int at, _, bool[]? defined, _) = Locate(lane, space, address, size, statement);
        defined?.AsSpan(at, size).Clear();
    }

    /// <summary>Checks the alignment of a vector access.</summary>
    public static void RequireAligned(Lane lane, ulong address, int size, Statement statement)
    {
        if (address % (ulong)size != 0)
        {
            throw new PtxFaultException(FaultKind.Misaligned, $"{statement}: {lane} accesses {size} bytes at address {address:x}");
        }
    }

    private static PtxFaultException Race(Lane lane, Statement statement, int other, string does, string did)
        => new(FaultKind.Race, $"{statement}: {lane} {does} {(other >= Access.SeveralOfAWarp - 1 ? "several threads" : $"thread {other} of the grid")} {did} without a barrier between");

    private (byte[] Bytes, int At, AccessLog? Log, bool[]? Defined, DeviceBuffer? Buffer) Locate(Lane lane, string space, ulong address, int size, Statement statement)
    {
        RequireAligned(lane, address, size, statement);
        bool isLocal = space == "local" || (space.Length == 0 && Windows.IsIn(address, Windows.Local));
        bool isShared = space == "shared" || (space.Length == 0 && Windows.IsIn(address, Windows.Shared));
        if (isLocal || isShared)
        {
            Scratch scratch = isLocal ? lane.Local : lane.Block.Shared;
            ulong window = isLocal ? Windows.Local : Windows.Shared;
            // Addresses in a window may be written with or without its start.
            ulong at = Windows.IsIn(address, window) && space.Length == 0 ? address - window : address;
            if (at > (ulong)scratch.Bytes.Length || (ulong)size > (ulong)scratch.Bytes.Length - at)
            {
                throw OutOfBounds(lane, address, size, statement, $"of {scratch.Bytes.Length} bytes of {(isLocal ? "local" : "shared")} memory");
            }

            return (scratch.Bytes, (int)at, scratch.Log, scratch.IsDefined, null);
        }

        DeviceBuffer buffer = (tracksUses ? global.Find(address, size) : global.Search(address, size)) ?? throw OutOfBounds(lane, address, size, statement, "of global memory: it is in no buffer");
        return (buffer.Bytes, (int)(address - buffer.Address), tracksUses ? buffer.Accesses() : null, null, tracksUses ? buffer : null);
    }

    private static PtxFaultException OutOfBounds(Lane lane, ulong address, int size, Statement statement, string where)
        => new(FaultKind.OutOfBounds, $"{statement}: {lane} accesses {size} bytes at address {address:x} {where}");
}
