using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Import.Adapters;

/// <summary>
/// Merges LoRAs into weights as they are read, in float32: W' = W + Σ_files weight · (α / r) · ΔW. Source: Hu et al. 2021, section
/// 4.1; the forms of ΔW are in <see cref="Forms"/>.
/// </summary>
public static class LoraMerge
{
    /// <summary>Weights with the changes of some LoRAs.</summary>
    /// <param name="weights">Weights of one component.</param>
    /// <param name="component">Which one.</param>
    /// <param name="files">The LoRAs, added in this order; they stay open while the result is read, and belong to the caller.</param>
    /// <returns>The changed weights; <paramref name="weights"/> itself if no file changes the component, as with a weight of 0.</returns>
    public static IWeightSource Apply(IWeightSource weights, LoraComponent component, IReadOnlyList<LoraFile> files)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(files);
        LoraFile[] changing = [.. files.Where(f => f.Weight != 0 && (component == LoraComponent.UNet ? f.UNetCount : f.TextEncoderCount) > 0)];
        return changing.Length == 0 ? weights : new MergedWeights(weights, component, changing);
    }

    private sealed class MergedWeights(IWeightSource weights, LoraComponent component, LoraFile[] files) : IWeightSource
    {
        public bool Contains(string name) => weights.Contains(name);

        public long[] Shape(string name) => weights.Shape(name);

        public float[] Read(string name)
        {
            float[] values = weights.Read(name);
            foreach (LoraFile file in files)
            {
                file.Find(component, name)?.AddTo(values, file.Weight, file.Read);
            }

            return values;
        }
    }
}
