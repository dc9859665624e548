using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>What stands behind the object in a picture.</summary>
/// <param name="Kind">Which of the three.</param>
/// <param name="Colour">The colour, channels 0..1, sRGB; black unless there is one.</param>
public readonly record struct PictureBackground(PictureBackgroundKind Kind, Rgb Colour)
{
    /// <summary>Nothing: the picture has an alpha channel.</summary>
    public static PictureBackground None => new(PictureBackgroundKind.None, default);

    /// <summary>The background that was learnt with the field.</summary>
    public static PictureBackground Learnt => new(PictureBackgroundKind.Learnt, default);

    /// <summary>One colour.</summary>
    public static PictureBackground Of(Rgb colour) => new(PictureBackgroundKind.Colour, colour);
}

/// <summary>Kinds of backgrounds.</summary>
public enum PictureBackgroundKind
{
    /// <summary>One colour.</summary>
    Colour,

    /// <summary>Nothing.</summary>
    None,

    /// <summary>The scene's own network.</summary>
    Learnt,
}
