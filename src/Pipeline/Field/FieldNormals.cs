using DreamFusion.Kernels.Shade;

namespace DreamFusion.Pipeline.Field;

/// <summary>How normals are had from the density.</summary>
public abstract record FieldNormals
{
    /// <summary>Through encoding and network, by the chain rule.</summary>
    public static FieldNormals Analytic { get; } = new AnalyticFieldNormals();
}

/// <summary>n = -∇σ/‖∇σ‖ through encoding and network.</summary>
public sealed record AnalyticFieldNormals : FieldNormals;

/// <summary>
/// n = -∇σ/‖∇σ‖ by differences: the density is evaluated at four or six more points for each sample. Beyond the sphere of a field in a
/// sphere the taps see the field that the networks go on to describe, not the emptiness that is rendered there: a cliff at the bound would
/// turn every normal next to it.
/// </summary>
/// <param name="Differences">Scheme, step and the cube to which taps are clamped.</param>
public sealed record DifferenceFieldNormals(FiniteDifferenceOptions Differences) : FieldNormals;
