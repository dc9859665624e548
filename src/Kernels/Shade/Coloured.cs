using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Shade;

/// <summary>
/// A model under light of a colour ℓ, component by component:
/// <code>
/// c = ℓ model(ρ, n, l, v)      dL/dρ, dL/dn = model's gradients of ℓ dL/dc
/// </code>
/// The colour is a factor on all that the model lights with: ambient, diffuse and highlight. Source: DreamFusion (Poole et al. 2022), eq. 4,
/// with the light's colour ℓρ and the ambient colour ℓa of one hue.
/// </summary>
/// <typeparam name="TModel">The model of white light.</typeparam>
public struct Coloured<TModel> : IShadingModel
    where TModel : unmanaged, IShadingModel
{
    /// <summary>The model of white light.</summary>
    public TModel Model;

    /// <summary>Colour of the light ℓ, channels ≥ 0.</summary>
    public Float3 Colour;

    /// <summary>A model under light of a colour.</summary>
    public Coloured(TModel model, Float3 colour)
    {
        Model = model;
        Colour = colour;
    }

    /// <inheritdoc/>
    public static int UsesViewer => TModel.UsesViewer;

    /// <inheritdoc/>
    public readonly Float3 Shade(in Surface surface) => Colour * Model.Shade(surface);

    /// <inheritdoc/>
    public readonly SurfaceGradient Gradient(in Surface surface, Float3 dLdColour) => Model.Gradient(surface, Colour * dLdColour);
}
