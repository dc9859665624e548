namespace DreamFusion.Pipeline.Configuration;

/// <summary>One row of the view table: which words are appended to the prompt for cameras in a range of directions.</summary>
public sealed record ViewPrompt
{
    /// <summary>Azimuth of the camera in degrees, from +Z (front) towards +X; counted modulo 360, so [157.5, 202.5] is the back.</summary>
    public Interval Azimuth { get; init; } = new(-180f, 180f);

    /// <summary>Elevation of the camera in degrees above the horizon, 90 is straight above; -90 to 90.</summary>
    public Interval Elevation { get; init; } = new(-90f, 90f);

    /// <summary>Appended to the prompt as it stands, usually <c>", front view"</c>.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>Whether a camera at this azimuth and elevation (degrees) falls into the row; both ends belong to it.</summary>
    public bool Matches(float azimuthDegrees, float elevationDegrees)
    {
        if (!(elevationDegrees >= Elevation.Min && elevationDegrees <= Elevation.Max))
        {
            return false;
        }

        float fromStart = (azimuthDegrees - Azimuth.Min) % 360f;
        fromStart += fromStart < 0f ? 360f : 0f;
        return fromStart <= Azimuth.Max - Azimuth.Min;
    }
}
