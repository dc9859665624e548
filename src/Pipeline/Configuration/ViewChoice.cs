namespace DreamFusion.Pipeline.Configuration;

/// <summary>
/// How the rows of <c>view_prompts</c> become a camera's text states. The paper says both: a weighted combination (section
/// 3.2) and the nearest view (appendix A.2).
/// </summary>
public enum ViewChoice
{
    /// <summary>Those of the row that the camera is in; threestudio's way.</summary>
    Nearest,

    /// <summary>
    /// The two rows whose middles in azimuth lie on either side of the camera, mixed linearly; NeMo's and
    /// stable-dreamfusion's way. Elevation is not mixed.
    /// </summary>
    Interpolated,
}
