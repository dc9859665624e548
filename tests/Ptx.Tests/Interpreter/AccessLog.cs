namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Who touched each byte last, in which stretch between barriers.</summary>
public sealed class AccessLog(int size)
{
    private readonly Access[] _writes = new Access[size];
    private readonly Access[] _reads = new Access[size];

    /// <summary>Notes a read; returns the other thread's write that it races with, or null.</summary>
    public int? Read(int at, in Access reader)
    {
        int? race = Conflict(_writes[at], reader);
        // A second reader hides the first: of two readers either one would race with a later write of a third thread, and so does a reader of all.
        Access before = _reads[at];
        _reads[at] = before.Thread != 0 && before.Thread != reader.Thread && before.Block == reader.Block && before.Epoch == reader.Epoch ? reader with { Thread = Access.Several } : reader;
        return race;
    }

    /// <summary>Notes a write; returns the other thread that it races with, or null.</summary>
    public int? Write(int at, in Access writer)
    {
        int? race = Conflict(_writes[at], writer) ?? Conflict(_reads[at], writer);
        _writes[at] = writer;
        return race;
    }

    private static int? Conflict(in Access before, in Access now)
    {
        bool isOther = before.Thread != 0 && before.Thread != now.Thread;
        bool isOrdered = before.Block == now.Block && (before.Epoch < now.Epoch || (before.Warp == now.Warp && before.WarpEpoch < now.WarpEpoch));
        return isOther && !isOrdered && !(before.IsAtomic && now.IsAtomic) ? before.Thread - 1 : null;
    }
}

/// <summary>One access.</summary>
/// <param name="Thread">Number of the thread in the grid plus 1; 0 for nobody.</param>
/// <param name="Block">Number of the block.</param>
/// <param name="Epoch">Barriers that the block has passed.</param>
/// <param name="Warp">Number of the warp.</param>
/// <param name="WarpEpoch">Warp barriers that the warp has passed.</param>
/// <param name="IsAtomic">Whether it was atomic.</param>
public readonly record struct Access(int Thread, int Block, int Epoch, int Warp, int WarpEpoch, bool IsAtomic)
{
    public const int Several = int.MaxValue;
}
