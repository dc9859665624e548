using System.Collections.Generic;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import;

/// <summary>A LoRA that is to be merged.</summary>
/// <param name="Path">The safetensors file.</param>
/// <param name="Weight">Factor of its change; 0 leaves every weight as it is.</param>
public sealed record LoraRequest(string Path, float Weight = 1f);

/// <summary>What is to be imported, and how.</summary>
public sealed record ImportRequest
{
    /// <summary>A safetensors file, the index of several, or a diffusers folder.</summary>
    public required string CheckpointPath { get; init; }

    /// <summary>A file whose VAE is taken in place of the checkpoint's; null for the checkpoint's own.</summary>
    public string? VaePath { get; init; }

    /// <summary>LoRAs, merged in this order.</summary>
    public IReadOnlyList<LoraRequest> Loras { get; init; } = [];

    /// <summary>Files of textual inversions.</summary>
    public IReadOnlyList<string> EmbeddingPaths { get; init; } = [];

    /// <summary>What the UNet predicts, epsilon or velocity; null for what the rules find.</summary>
    public PredictionType? Prediction { get; init; }

    /// <summary>Type of the weights in UNet and text encoder.</summary>
    public WeightPrecision Precision { get; init; } = WeightPrecision.Float32;

    /// <summary>Layers of the text encoder that are left out, counted from the base's own last one; 0 or more.</summary>
    public int ClipSkip { get; init; }

    /// <summary>Whether the UNet uses fused operators; such a folder runs on CUDA only.</summary>
    public bool Fused { get; init; }

    /// <summary>Bases that are recognised, by the width of their text; tests have small ones.</summary>
    public IReadOnlyList<StableDiffusionArchitecture> Architectures { get; init; } = [StableDiffusionArchitecture.StableDiffusion1, StableDiffusionArchitecture.StableDiffusion2];
}
