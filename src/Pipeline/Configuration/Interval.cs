namespace DreamFusion.Pipeline.Configuration;

/// <summary>A closed interval; in YAML a sequence of two numbers, <c>[3, 4]</c>.</summary>
/// <param name="Min">The lower end, in the unit of the option that holds it.</param>
/// <param name="Max">The upper end, at least <paramref name="Min"/>.</param>
public readonly record struct Interval(float Min, float Max)
{
    /// <summary>The value at <paramref name="share"/> of the way from <see cref="Min"/> (0) to <see cref="Max"/> (1).</summary>
    public float At(float share)
    {
        return Min + ((Max - Min) * share);
    }
}
