using System;
using DreamFusion.Bench.Baselines;

namespace DreamFusion.Bench.WholeStep;

/// <summary>How the lines of the feature table are counted.</summary>
public enum LineReading
{
    /// <summary>Each line once in a pass.</summary>
    Distinct,

    /// <summary>Each line once for every sample and level.</summary>
    BySample,
}

/// <summary>
/// The least that a part has to do: its floating-point operations and the cache lines that it has to read, write and update. A line that is
/// updated crosses the bus twice, in and out, like a line of a copy that is read and another that is written.
/// </summary>
/// <param name="Flop">Floating-point operations, a multiply-add being two. What a pass computes again because it did not keep it is not counted.</param>
/// <param name="Read">Bytes read from plain arrays.</param>
/// <param name="Written">Bytes written to plain arrays.</param>
/// <param name="Updated">Bytes read and written back.</param>
/// <param name="TableReads">Times that the table is read at the samples' corners.</param>
/// <param name="TableUpdates">Times that its gradient is updated there.</param>
public readonly record struct PartFloor(double Flop, double Read, double Written, double Updated = 0, int TableReads = 0, int TableUpdates = 0)
{
    private const double LineBytes = 64;

    /// <summary>Both parts as one that hands nothing from one to the other through memory counts less; this is the plain sum.</summary>
    public static PartFloor operator +(PartFloor a, PartFloor b) => new(
        a.Flop + b.Flop, a.Read + b.Read, a.Written + b.Written, a.Updated + b.Updated, a.TableReads + b.TableReads, a.TableUpdates + b.TableUpdates);

    /// <summary>Cache lines that have to move.</summary>
    /// <param name="lines">Lines of the table.</param>
    /// <param name="reading">How they are counted.</param>
    /// <param name="updatesOnce">Whether a line that is read and written back counts once.</param>
    public double Lines(TouchedLines lines, LineReading reading, bool updatesOnce)
    {
        double table = reading == LineReading.Distinct ? lines.Distinct : lines.BySample;
        double update = updatesOnce ? 1 : 2;
        return ((Read + Written + (update * Updated)) / LineBytes) + (table * (TableReads + (update * TableUpdates)));
    }

    /// <summary>Seconds at the machine's peaks: the longer of arithmetic and memory.</summary>
    public double Seconds(MachineSpeed speed, TouchedLines lines, LineReading reading, bool updatesOnce)
        => Math.Max(Flop / speed.Flops, Lines(lines, reading, updatesOnce) * LineBytes / speed.CopyBytes);
}
