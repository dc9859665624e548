using System;

namespace DreamFusion.Kernels.Device;

/// <summary>
/// Asks a compiler for devices to write the method's loops out in full where their number of trips is a constant of at most <paramref name="maximumTrips"/>;
/// 0 forbids it. Without the attribute loops stay loops, unless a local array needs constant indices. Means nothing on the CPU.
/// </summary>
/// <param name="maximumTrips">Largest number of trips to write out, 0 to 256.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnrollAttribute(int maximumTrips) : Attribute
{
    /// <summary>Largest number of trips to write out; 0 for none.</summary>
    public int MaximumTrips { get; } = maximumTrips;
}
