using System;
using System.Collections.Generic;
using DreamFusion.Pipeline;

namespace DreamFusion.Fuzz;

/// <summary>A valid file that inputs are made from.</summary>
/// <param name="File">Where the input is put before parsing, relative to the target's folder.</param>
/// <param name="Bytes">Its content.</param>
internal sealed record FuzzSeed(string File, byte[] Bytes);

/// <summary>Makes another input of one; may use other seeds of the same target.</summary>
internal delegate byte[] InputMutation(RandomSource random, byte[] input, FuzzTarget target);

/// <summary>What one parser may allocate for an input: PerByte · (size of the input) + Constant bytes, at most Most.</summary>
/// <param name="PerByte">Bytes for each byte of the input.</param>
/// <param name="Constant">Bytes in any case.</param>
/// <param name="Most">Upper limit whatever the input.</param>
internal readonly record struct AllocationBound(long PerByte, long Constant, long Most = long.MaxValue)
{
    /// <summary>The bound for an input of some bytes.</summary>
    public long For(int size) => Math.Min(Most, (PerByte * size) + Constant);
}

/// <summary>A parser under test.</summary>
internal sealed record FuzzTarget
{
    /// <summary>Name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>What is parsed, for the report.</summary>
    public required string What { get; init; }

    /// <summary>Valid inputs.</summary>
    public required IReadOnlyList<FuzzSeed> Seeds { get; init; }

    /// <summary>Files that stay as they are beside the input, by relative path.</summary>
    public IReadOnlyDictionary<string, byte[]> Companions { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Ways to change an input that know its format; changes of single bytes come with every target.</summary>
    public required IReadOnlyList<InputMutation> Mutations { get; init; }

    /// <summary>Parses the input that lies in a file of a folder; throws what the parser throws.</summary>
    public required Action<string, string> Parse { get; init; }

    /// <summary>The parser's documented error.</summary>
    public required Type Error { get; init; }

    /// <summary>The parser's documented bound.</summary>
    public required AllocationBound Allocation { get; init; }

    /// <summary>Most milliseconds of processor time for one input.</summary>
    public int MaxMilliseconds { get; init; } = 1000;

    /// <summary>Largest input that is made.</summary>
    public int MaxInput { get; init; } = 1 << 16;

    /// <summary>Whether an exception is the documented answer to a bad file: that type, and exit code 3.</summary>
    public bool IsRefusal(Exception error) => Error.IsInstanceOfType(error) && error is DfkException { ExitCode: ExitCode.BadInput };
}
