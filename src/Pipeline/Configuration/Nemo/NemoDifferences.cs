using System.Collections.Generic;
using System.Globalization;

namespace DreamFusion.Pipeline.Configuration.Nemo;

/// <summary>Where the same words mean something else here than in NeMo (revision cf73f6d55a, the last before DreamFusion left it), one sentence each.</summary>
internal static class NemoDifferences
{
    /// <summary>The differences that matter for a configuration.</summary>
    public static IReadOnlyList<string> Of(RunConfiguration c)
    {
        List<string> differences =
        [
            "handedness: NeMo's image axes are left-handed (right = forward x up, determinant -1), so its pictures are mirror images of its field; here text reads from left to right in pictures and mesh alike.",
            "rays: NeMo's directions are not of unit length, so its depths are along the view axis; here t is the distance along the ray.",
            GuidanceScale(c),
            Blob(c.Nerf),
            Normals(c.Nerf),
            "shading: NeMo's textureless light is the ambient share alone and its Lambertian adds the two shares unweighted, so it can exceed 1; here textureless is a + (1 - a) max(0, n.l) and Lambertian albedo times that.",
            Background(c.Background),
            Losses(c.Loss),
            c.EmaDecay > 0f
                ? string.Create(CultureInfo.InvariantCulture, $"moving average: NeMo keeps none; pictures here are of the average with decay {c.EmaDecay}.")
                : "moving average: none, as in NeMo (stable-dreamfusion keeps one, updated every 100 steps).",
            "precision: NeMo trains the field in float16 with automatic mixed precision; here the field is float32, and the graphs of the model folder say their own width.",
            c.Renderer.DensityThresholdByMean
                ? "occupancy: a cell counts above the smaller of density_thresh and the mean density of all cells, as in NeMo."
                : "occupancy: a cell counts above density_thresh; NeMo takes the mean density of all cells where that is smaller (renderer.density_thresh_by_mean).",
            "grid: updated on steps that are multiples of update_extra_interval and of renderer.update_interval, as in NeMo",
            "random numbers: every draw is keyed by seed and step, so the same seed gives the same bits here, but not NeMo's draws.",
        ];
        if (c.LatentIterRatio > 0f)
        {
            differences.Add("latent phase: normals as colours and opacity stand for the four latents, as in NeMo; a model with another number of latent channels is refused.");
        }

        return differences;
    }

    private static string GuidanceScale(RunConfiguration c)
    {
        float s = c.GuidanceScale;
        return c.Guidance.Convention == CfgConvention.Diffusers
            ? string.Create(CultureInfo.InvariantCulture, $"guidance scale: {s} is s in e_u + s (e_c - e_u), as in NeMo; the paper's and threestudio's number for the same guidance is {s - 1f}.")
            : string.Create(CultureInfo.InvariantCulture, $"guidance scale: {s} is the paper's number here; NeMo's for the same guidance is {s + 1f}.");
    }

    private static string Blob(NerfConfiguration nerf)
    {
        BlobKind kind = nerf.BlobKind ?? (nerf.DensityActivation == DensityActivation.Exp ? BlobKind.Gaussian : BlobKind.Linear);
        return kind switch
        {
            BlobKind.AddedGaussian => "blob: added to the density itself, as in the paper; NeMo adds it before the activation.",
            BlobKind.Gaussian => "blob: a Gaussian added before the activation, as in NeMo; with exp that multiplies the density by e^blob_density at the origin, and leaves a fog of density 1 everywhere else. The paper adds it to the density itself (nerf.blob_kind: added_gaussian).",
            _ => "blob: falls linearly and is added before the activation, as in NeMo with softplus.",
        };
    }

    private static string Normals(NerfConfiguration nerf)
    {
        return nerf.NormalType is NormalType.Analytic or NormalType.Autograd
            ? "normals: exact gradients of the density; NeMo's central differences (step 0.01) are smoother."
            : string.Create(CultureInfo.InvariantCulture, $"normals: differences of the density with step {nerf.FiniteDifferenceNormalEps}, as in NeMo (0.01).");
    }

    private static string Background(BackgroundConfiguration background)
    {
        const string Light = "; the object is composited over it after shading, so no background sees the light, the ambient share or the textureless shading, as in NeMo";
        return background.Kind switch
        {
            BackgroundKind.Static => "background: one colour" + Light + ". Final pictures are on white here.",
            BackgroundKind.Random => "background: a random colour is one for the whole image; NeMo draws one for every ray, which is noise" + Light + ".",
            _ => "background: a network of the ray's direction" + Light + ".",
        };
    }

    private static string Losses(LossConfiguration loss)
    {
        string entropy = loss.EntropyOf == EntropyOf.Weights ? "the samples' weights" : "the rays' opacity";
        string orientation = loss.OrientationOver switch
        {
            OrientationOver.Samples => "over samples",
            OrientationOver.Rays => "over rays (NeMo: over samples)",
            _ => "over rays that hit something (NeMo: over samples)",
        };
        string opacity = loss.OpacityForm == OpacityForm.Square ? "squares" : "roots (NeMo: squares)";
        string scale = loss.ScaleByLatents ? "; here the regularisers are multiplied by the number of latents besides" : "";
        return $"losses: score distillation is a sum over the latents, the regularisers are means, as in NeMo: opacity of {opacity} over rays, entropy of {entropy}, orientation {orientation}{scale}.";
    }
}
