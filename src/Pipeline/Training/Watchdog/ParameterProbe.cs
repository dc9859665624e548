using System;
using System.Linq;
using DreamFusion.Autodiff;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training.Watchdog;

/// <summary>
/// How far a step moves the parameters, measured on the first values of the first network: every one of them has a gradient in every step,
/// which the entries of a hash table have not.
/// <code>
/// change = ‖θ_after - θ_before‖ / ‖θ_before‖
/// </code>
/// </summary>
public sealed class ParameterProbe
{
    /// <summary>Most values that are looked at.</summary>
    public const int MostValues = 4096;

    // Parameters that are all 0 are as good as this small.
    private const double SmallestSquare = 1e-30;

    private readonly ArrayView<float> _values;
    private readonly float[] _before;
    private readonly float[] _after;

    /// <summary>A probe of an arena.</summary>
    /// <param name="parameters">The arena, with at least one group.</param>
    public ParameterProbe(ParameterArena parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ParameterGroup group = parameters.Groups.FirstOrDefault(group => group.Shape.Role == ParameterRole.Network) ?? parameters.Groups[0];
        int count = (int)Math.Min(MostValues, group.Length);
        _values = parameters.Values.SubView(group.Offset, count);
        _before = new float[count];
        _after = new float[count];
    }

    /// <summary>Takes the values before a step.</summary>
    public void Remember() => _values.CopyToCPU(_before);

    /// <summary>The relative change since <see cref="Remember"/>; NaN if a value is not finite.</summary>
    public double Change()
    {
        _values.CopyToCPU(_after);
        double change = 0, size = 0;
        for (int i = 0; i < _before.Length; i++)
        {
            double difference = (double)_after[i] - _before[i];
            change += difference * difference;
            size += (double)_before[i] * _before[i];
        }
        return change == 0 ? 0 : Math.Sqrt(change / Math.Max(size, SmallestSquare));
    }
}
