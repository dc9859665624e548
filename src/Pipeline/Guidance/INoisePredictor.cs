using System.Collections.Generic;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>A frozen diffusion model as score distillation sees it: predicted noise under texts.</summary>
public interface INoisePredictor
{
    /// <summary>Elements of a latent, C·H·W.</summary>
    int LatentLength { get; }

    /// <summary>Predicted noise ε̂ of one noisy latent under several texts.</summary>
    /// <param name="noisy">Noisy latent z_t [C·H·W], channels first.</param>
    /// <param name="timestep">Timestep, 0 to T - 1.</param>
    /// <param name="texts">Text states, at least one.</param>
    /// <returns>ε̂ [C·H·W] for each text, in their order.</returns>
    IReadOnlyList<float[]> Predict(float[] noisy, int timestep, IReadOnlyList<TextEmbedding> texts);
}
