using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.Pipeline.Tests.Import.Adapters;

/// <summary>A small Stable Diffusion: two levels, text width 24, a vocabulary of 600.</summary>
internal static class TinyModel
{
    public static StableDiffusionArchitecture Architecture { get; } = StableDiffusionArchitecture.StableDiffusion1 with
    {
        Name = "a tiny model",
        UNet = StableDiffusionArchitecture.StableDiffusion1.UNet with { Channels = [32, 64], HeadsPerLevel = [4, 4], CrossAttentionWidth = 24, ResnetsPerLevel = 1 },
        Vae = StableDiffusionArchitecture.StableDiffusion1.Vae with { Channels = [32, 32], ResnetsPerLevel = 1 },
        Text = StableDiffusionArchitecture.StableDiffusion1.Text with
        {
            Layers = 2,
            Width = 24,
            Heads = 4,
            MlpWidth = 40,
            VocabularySize = 600,
            BeginTokenId = 598,
            EndTokenId = 599,
            PaddingTokenId = 599,
        },
    };

    public static RandomWeights UNet() => new(ParameterShapes.UNet(Architecture.UNet));

    public static RandomWeights Text() => new(ParameterShapes.Text(Architecture.Text));
}

/// <summary>Random weights in memory, the same for the same name.</summary>
internal sealed record RandomWeights(IReadOnlyDictionary<string, long[]> Shapes) : IWeightSource
{
    /// <summary>Whether every third value is -0.</summary>
    public bool NegativeZeros { get; init; }

    public IEnumerable<string> Names => Shapes.Keys;

    public bool Contains(string name) => Shapes.ContainsKey(name);

    public long[] Shape(string name) => Shapes[name];

    public float[] Read(string name)
    {
        Random random = new(name.Aggregate(17, (hash, c) => (hash * 31) + c));
        float[] values = new float[Shapes[name].Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = NegativeZeros && i % 3 == 0 ? -0f : (float)((random.NextDouble() * 2) - 1);
        }

        return values;
    }
}
