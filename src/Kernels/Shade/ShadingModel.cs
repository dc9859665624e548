using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Shade;

/// <summary>
/// How a surface point turns into a colour. A model is a small struct of its coefficients, so that each one compiles to a
/// kernel of its own.
/// </summary>
public interface IShadingModel
{
    /// <summary>1 if the model reads <see cref="Surface.ToViewer"/>, which then needs the directions of the rays; else 0.</summary>
    static abstract int UsesViewer { get; }

    /// <summary>Colour of a surface point.</summary>
    /// <param name="surface">The point.</param>
    Float3 Shade(in Surface surface);

    /// <summary>Gradients to albedo and normal for a gradient to the colour.</summary>
    /// <param name="surface">The point.</param>
    /// <param name="dLdColour">dL/dcolour.</param>
    SurfaceGradient Gradient(in Surface surface, Float3 dLdColour);
}

/// <summary>What a shading model sees of one point.</summary>
public struct Surface
{
    /// <summary>Albedo ρ, linear colour in [0, 1].</summary>
    public Float3 Albedo;

    /// <summary>Outward normal n, unit length or zero where the field has no gradient.</summary>
    public Float3 Normal;

    /// <summary>Unit vector l from the point to the light.</summary>
    public Float3 ToLight;

    /// <summary>Unit vector v from the point to the camera; zero for models that do not use it.</summary>
    public Float3 ToViewer;
}

/// <summary>Gradients of a shaded point.</summary>
public struct SurfaceGradient
{
    /// <summary>dL/dρ.</summary>
    public Float3 Albedo;

    /// <summary>dL/dn, not projected to the tangent plane: the normal's own backward does that.</summary>
    public Float3 Normal;
}

/// <summary>
/// Lambertian reflection, lit by an ambient and a diffuse share:
/// <code>
/// c = ρ (a + b max(0, n·l))      dL/dρ = (a + b max(0, n·l)) dL/dc      dL/dn = [n·l &gt; 0] b (ρ·dL/dc) l
/// </code>
/// Source: DreamFusion (Poole et al. 2022), eq. 4, with a = 0.1 and b = 0.9; the prior's recipe takes b = 1 - a. The kink at
/// n·l = 0 gets the derivative 0.
/// </summary>
public struct Lambertian : IShadingModel
{
    /// <summary>Ambient share a, ≥ 0.</summary>
    public float Ambient;

    /// <summary>Diffuse share b, ≥ 0.</summary>
    public float Diffuse;

    /// <summary>A model with the given shares.</summary>
    public Lambertian(float ambient, float diffuse)
    {
        Ambient = ambient;
        Diffuse = diffuse;
    }

    /// <inheritdoc/>
    public static int UsesViewer => 0;

    /// <inheritdoc/>
    public readonly Float3 Shade(in Surface surface) => surface.Albedo * Light(surface, Ambient, Diffuse);

    /// <inheritdoc/>
    public readonly SurfaceGradient Gradient(in Surface surface, Float3 dLdColour) => new()
    {
        Albedo = dLdColour * Light(surface, Ambient, Diffuse),
        Normal = NormalGradient(surface, Diffuse * Float3.Dot(surface.Albedo, dLdColour)),
    };

    /// <summary>The light's strength a + b max(0, n·l). A comparison instead of a maximum: it lets NaN through on every device.</summary>
    internal static float Light(in Surface surface, float ambient, float diffuse)
    {
        float cosine = Float3.Dot(surface.Normal, surface.ToLight);
        return cosine <= 0f ? ambient : ambient + diffuse * cosine;
    }

    /// <summary>[n·l &gt; 0] scale l.</summary>
    internal static Float3 NormalGradient(in Surface surface, float scale)
    {
        float cosine = Float3.Dot(surface.Normal, surface.ToLight);
        return cosine <= 0f ? Float3.Zero : surface.ToLight * scale;
    }
}

/// <summary>
/// Lambertian reflection of a white surface, which shows geometry alone: c = a + b max(0, n·l) in every channel, no gradient to
/// the albedo, dL/dn = [n·l &gt; 0] b (Σ dL/dc) l. Source: DreamFusion (Poole et al. 2022), section 3.1.
/// </summary>
public struct Textureless : IShadingModel
{
    /// <summary>Ambient share a, ≥ 0.</summary>
    public float Ambient;

    /// <summary>Diffuse share b, ≥ 0.</summary>
    public float Diffuse;

    /// <summary>A model with the given shares.</summary>
    public Textureless(float ambient, float diffuse)
    {
        Ambient = ambient;
        Diffuse = diffuse;
    }

    /// <inheritdoc/>
    public static int UsesViewer => 0;

    /// <inheritdoc/>
    public readonly Float3 Shade(in Surface surface) => new(Lambertian.Light(surface, Ambient, Diffuse));

    /// <inheritdoc/>
    public readonly SurfaceGradient Gradient(in Surface surface, Float3 dLdColour) => new()
    {
        Normal = Lambertian.NormalGradient(surface, Diffuse * (dLdColour.X + dLdColour.Y + dLdColour.Z)),
    };
}

/// <summary>The albedo itself, unlit: c = ρ, dL/dρ = dL/dc.</summary>
public struct AlbedoOnly : IShadingModel
{
    /// <inheritdoc/>
    public static int UsesViewer => 0;

    /// <inheritdoc/>
    public readonly Float3 Shade(in Surface surface) => surface.Albedo;

    /// <inheritdoc/>
    public readonly SurfaceGradient Gradient(in Surface surface, Float3 dLdColour) => new() { Albedo = dLdColour };
}

/// <summary>The normal as a colour: c = (n + 1) / 2, dL/dn = dL/dc / 2.</summary>
public struct NormalColour : IShadingModel
{
    /// <inheritdoc/>
    public static int UsesViewer => 0;

    /// <inheritdoc/>
    public readonly Float3 Shade(in Surface surface) => (surface.Normal + Float3.One) * 0.5f;

    /// <inheritdoc/>
    public readonly SurfaceGradient Gradient(in Surface surface, Float3 dLdColour) => new() { Normal = dLdColour * 0.5f };
}
