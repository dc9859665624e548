namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>
/// Who touched each byte last, in which stretch between barriers. Whole words are marked as one until somebody touches a part of one.
/// </summary>
public sealed class AccessLog(int size)
{
    private const int Word = 4;

    private int _unit = Word;
    private Access[] _writes = new Access[(size + Word - 1) / Word];
    private Access[] _reads = new Access[(size + Word - 1) / Word];

    /// <summary>Notes a read; returns another thread's write that it races with, or null.</summary>
    public int? Read(int at, int count, in Access reader)
    {
        Refine(at, count);
        int? race = null;
        for (int i = at / _unit; i < (at + count) / _unit; i++)
        {
            race ??= Conflict(_writes[i], reader);
            // A second reader hides the first: of two readers either one would race with a later write of a third thread, and so does a reader of all. What the warp itself
            // read before its last barrier is in order.
            ref Access before = ref _reads[i];
            bool isShared = before.Thread != 0 && before.Thread != reader.Thread && before.Launch == reader.Launch && before.Block == reader.Block && before.Epoch == reader.Epoch;
            bool isOfWarp = before.Warp == reader.Warp && before.Thread != Access.Several;
            bool isBehind = isOfWarp && before.WarpEpoch < reader.WarpEpoch;
            before = isShared && !isBehind ? reader with { Thread = isOfWarp ? Access.SeveralOfAWarp : Access.Several } : reader;
        }

        return race;
    }

    /// <summary>Notes a write; returns another thread that it races with, or null.</summary>
    public int? Write(int at, int count, in Access writer)
    {
        Refine(at, count);
        int? race = null;
        for (int i = at / _unit; i < (at + count) / _unit; i++)
        {
            race ??= Conflict(_writes[i], writer) ?? Conflict(_reads[i], writer);
            _writes[i] = writer;
        }

        return race;
    }

    // From the first access to a part of a word on every byte has its own mark.
    private void Refine(int at, int count)
    {
        if (_unit == 1 || (at % Word == 0 && count % Word == 0))
        {
            return;
        }

        (Access[] writes, Access[] reads) = (_writes, _reads);
        _unit = 1;
        _writes = new Access[Word * writes.Length];
        _reads = new Access[Word * reads.Length];
        for (int i = 0; i < _writes.Length; i++)
        {
            _writes[i] = writes[i / Word];
            _reads[i] = reads[i / Word];
        }
    }

    private static int? Conflict(in Access before, in Access now)
    {
        if (before.Thread == 0 || before.Thread == now.Thread || before.Launch != now.Launch)
        {
            return null;
        }

        bool isOrdered = before.Block == now.Block && (before.Epoch < now.Epoch || (before.Warp == now.Warp && before.WarpEpoch < now.WarpEpoch));
        return !isOrdered && !(before.IsAtomic && now.IsAtomic) ? before.Thread - 1 : null;
    }
}

/// <summary>One access.</summary>
/// <param name="Thread">Number of the thread in the grid plus 1; 0 for nobody.</param>
/// <param name="Launch">Number of the launch: what earlier ones did is done.</param>
/// <param name="Block">Number of the block.</param>
/// <param name="Epoch">Barriers that the block has passed.</param>
/// <param name="Warp">Number of the warp.</param>
/// <param name="WarpEpoch">Warp barriers that the warp has passed.</param>
/// <param name="IsAtomic">Whether it was atomic.</param>
public readonly record struct Access(int Thread, int Launch, int Block, int Epoch, int Warp, int WarpEpoch, bool IsAtomic)
{
    public const int Several = int.MaxValue;

    /// <summary>Several threads of one warp.</summary>
    public const int SeveralOfAWarp = int.MaxValue - 1;
}
