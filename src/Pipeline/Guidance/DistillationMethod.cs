namespace DreamFusion.Pipeline.Guidance;

/// <summary>
/// What replaces the score in the gradient w(t)·δ. All of them keep the UNet frozen. d is the guidance direction: ε_c - ε_u, or Perp-Neg's.
/// </summary>
public enum DistillationMethod
{
    /// <summary>δ = ε̂ - ε = ε_u - ε + s·d: score distillation (Poole et al. 2022, eq. 3).</summary>
    Sds,

    /// <summary>
    /// δ = s·d: the classifier's part of the score alone (Yu et al. 2023, "Text-to-3D with classifier score distillation", eq. 8). The scale
    /// stays a factor, so that regularisers weigh as they do beside <see cref="Sds"/>.
    /// </summary>
    ClassifierScore,

    /// <summary>
    /// δ = δ_D + s·d with δ_D = ε_u for t &lt; T/5, else ε_u - ε(z_t; p_neg): noise-free score distillation (Katzir et al. 2023, "Noise-free
    /// score distillation", eqs. 5 to 8; their T/5 is t = 200). Their scale is 7.5.
    /// </summary>
    NoiseFree,
}
