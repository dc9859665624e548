using System;
using System.Linq;

namespace DreamFusion.RandomCheckpoints;

/// <summary>A weight of a component under both of its names, with random elements that depend on its diffusers name and a seed alone.</summary>
/// <param name="Component">unet, vae or text_encoder.</param>
/// <param name="Ldm">Name in single files, behind the component's prefix.</param>
/// <param name="Diffusers">Name in diffusers folders.</param>
/// <param name="Shape">Extents there.</param>
public sealed record Weight(string Component, string Ldm, string Diffusers, long[] Shape)
{
    /// <summary>Elements: about as large as trained ones, so that a deep network stays finite.</summary>
    public float[] Values(uint seed)
    {
        ulong state = seed;
        foreach (char c in $"{Component}/{Diffusers}")
        {
            state = Mix(state ^ c);
        }

        bool isVector = Shape.Length == 1;
        bool isScale = isVector && Diffusers.EndsWith(".weight", StringComparison.Ordinal);
        double fanIn = Shape.Skip(1).Aggregate(1L, (product, n) => product * n);
        bool isTable = Diffusers.Contains("embeddings.", StringComparison.Ordinal);
        float half = isVector ? 0.1f : isTable ? 0.05f : (float)Math.Sqrt(1.5 / fanIn);
        float[] values = new float[Shape.Aggregate(1L, (product, n) => product * n)];
        for (int i = 0; i < values.Length; i++)
        {
            state += 0x9E3779B97F4A7C15;
            float unit = (Mix(state) >> 40) * (1f / (1 << 24));
            values[i] = (isScale ? 1f : 0f) + (half * ((2f * unit) - 1f));
        }

        return values;
    }

    // SplitMix64 (Steele et al. 2014).
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
