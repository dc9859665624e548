using System;

namespace DreamFusion.Bench.Measurement;

/// <summary>
/// Bytes that one operation of a benchmark has to read and write once if nothing it needs is in a cache, so that <see cref="TrafficColumn"/> can
/// say how fast it moves them.
/// </summary>
/// <param name="bytes">Bytes per operation, reads and writes together; a <c>+=</c> reads and writes.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TrafficAttribute(int bytes) : Attribute
{
    public int Bytes { get; } = bytes;
}
