using System.Collections.Generic;

namespace DreamFusion.Fuzz;

/// <summary>An input that did what no input may do.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Kind">What went wrong: exception, time or allocation.</param>
/// <param name="Detail">First line of the exception, or the measurement.</param>
/// <param name="File">Where the input was saved; null if enough of the kind are saved.</param>
internal sealed record FuzzFailure(long Index, string Kind, string Detail, string? File);

/// <summary>What a run over one target found; also the state that it goes on from.</summary>
internal sealed class FuzzFigures
{
    /// <summary>The target.</summary>
    public required string Target { get; init; }

    /// <summary>Seed of the run.</summary>
    public required ulong Seed { get; init; }

    /// <summary>First input of the run.</summary>
    public required long From { get; init; }

    /// <summary>The input that comes next.</summary>
    public required long Next { get; set; }

    /// <summary>Inputs that were parsed without complaint.</summary>
    public long Accepted { get; set; }

    /// <summary>Inputs that were refused with the documented error.</summary>
    public long Refused { get; set; }

    /// <summary>Inputs that did neither, or broke a bound.</summary>
    public long Failed { get; set; }

    /// <summary>Longest processor time, the best of three; milliseconds.</summary>
    public double SlowestMilliseconds { get; set; }

    /// <summary>Its input.</summary>
    public long SlowestIndex { get; set; }

    /// <summary>Its size, bytes.</summary>
    public int SlowestSize { get; set; }

    /// <summary>Most managed bytes allocated for one input.</summary>
    public long PeakAllocation { get; set; }

    /// <summary>Its input.</summary>
    public long PeakIndex { get; set; }

    /// <summary>Its size, bytes.</summary>
    public int PeakSize { get; set; }

    /// <summary>Largest share of the bound that an input took, 1 = all of it.</summary>
    public double LargestShareOfBound { get; set; }

    /// <summary>Wall time, seconds.</summary>
    public double Seconds { get; set; }

    /// <summary>Largest resident size of the process so far, native memory included; bytes.</summary>
    public long PeakResident { get; set; }

    /// <summary>The first failures.</summary>
    public List<FuzzFailure> Failures { get; init; } = [];

    /// <summary>Inputs so far.</summary>
    public long Inputs => Next - From;
}
