using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Configuration.Presets;

namespace DreamFusion.Pipeline.Configuration.Nemo;

/// <summary>One of NeMo's ready-made groups.</summary>
/// <param name="Group">The group.</param>
/// <param name="Name">The file's name without <c>.yaml</c>.</param>
/// <param name="Values">All options of the group, or null if this version cannot run it.</param>
internal sealed record NemoVariant(string Group, string Name, object? Values)
{
    /// <summary>What becomes of a variant that names another library, or why this version cannot run it; else empty.</summary>
    public string Remark { get; init; } = "";

    /// <summary>Keys of NeMo's that say where a model is, with their values.</summary>
    public IReadOnlyList<(string Key, string Value)> Model { get; init; } = [];

    /// <summary>The group as written in a file.</summary>
    public ConfigurationMapping Mapping(ConfigurationOrigin origin)
    {
        ConfigurationMapping mapping = ConfigurationBinder.Unbind(Values!, origin);
        return Model.Aggregate(mapping, (group, entry) => group.With(entry.Key, new ConfigurationScalar(origin, entry.Value, Quoted: true)));
    }
}

/// <summary>
/// The files of NeMo's folder <c>examples/multimodal/x_to_nerf/config/model</c> as built-in variants of the groups, with its values.
/// Choosing one sets the whole group.
/// </summary>
internal static class NemoVariants
{
    private const string NoMesh = "which this version does not run: it trains the radiance field, not yet a mesh (DMTet)";

    private static readonly RunConfiguration _base = StableDreamFusionPreset.Value.Configuration;

    private static readonly NemoVariant[] _all =
    [
        new("nerf", "torchngp", TorchNgpNerf),
        new("nerf", "tcnn", TcnnNerf)
        {
            Remark = "tiny-cuda-nn's encoding and fused networks become this program's own, with the same levels, widths and depths",
        },
        new("background", "static", new BackgroundConfiguration { Kind = BackgroundKind.Static, Colour = new Rgb(0f, 0f, 1f) }),
        new("background", "random", new BackgroundConfiguration { Kind = BackgroundKind.Random, BaseColour = Rgb.White, RandomRatio = 0.5f }),
        new("background", "torchngp", NetworkBackground(layers: 2)),
        new("background", "tcnn", NetworkBackground(layers: 3))
        {
            Remark = "tiny-cuda-nn's hash grid over directions becomes a frequency encoding, its fused network this program's own of the same width and depth",
        },
        new("material", "basic_shading", _base.Material),
        new("renderer", "torchngp_raymarching", TorchNgpRenderer),
        new("renderer", "nerfacc", NerfaccRenderer)
        {
            Remark = "nerfacc's marching becomes this program's own, with its steps, cone and thresholds; levels beyond the bound are left out",
        },
        new("renderer", "nvdiffrast", null) { Remark = "rasterises a mesh with nvdiffrast, " + NoMesh },
        new("guidance", "sd_huggingface", _base.Guidance) { Model = [("model_key", "stabilityai/stable-diffusion-2-1-base")] },
        new("guidance", "sd_nemo", _base.Guidance)
        {
            Model = [("checkpoint", "/sd_checkpoints/nemo-1.5/sd-1.5.nemo")],
            Remark = "NeMo's own Stable Diffusion becomes a model folder, run by ONNX Runtime",
        },
        new("guidance", "sd_trt", _base.Guidance)
        {
            Model = [("checkpoint", "/sd_checkpoints/nemo-1.5/sd-1.5.nemo"), ("plan_dir", "/sd_checkpoints/nemo-1.5/plan")],
            Remark = "TensorRT's plans become a model folder, run by ONNX Runtime",
        },
        new("optim", "adan", _base.Optim with { EncoderLearningRate = _base.Optim.LearningRate }),
        new("loss", "dreamfusion", _base.Loss),
        new("loss", "dmtet", null) { Remark = "weighs the normals and the Laplacian of a mesh, " + NoMesh },
        new("data", "data", _base.Data with
        {
            Validation = _base.Data.Validation with { Size = 5 },
            Test = _base.Data.Test with { Size = 100 },
        }),
    ];

    /// <summary>The groups that have variants.</summary>
    public static IEnumerable<string> Groups => _all.Select(variant => variant.Group).Distinct();

    /// <summary>The variants of a group.</summary>
    public static IEnumerable<string> Names(string group) => _all.Where(variant => variant.Group == group).Select(variant => variant.Name);

    /// <summary>A variant; null if there is none of that name.</summary>
    public static NemoVariant? Find(string group, string name) => Array.Find(_all, variant => variant.Group == group && variant.Name == name);

    // tiny-cuda-nn counts hidden layers, of which the torchngp variant has one less than matrices.
    private static BackgroundConfiguration NetworkBackground(int layers) => new()
    {
        Kind = BackgroundKind.Torchngp,
        EncoderMultiRes = 6,
        Net = new MlpConfiguration { NumHiddenDims = 32, NumLayers = layers, Bias = true },
    };

    // Two networks of three layers; the rest is stable-dreamfusion's field.
    private static NerfConfiguration TorchNgpNerf => _base.Nerf with { SigmaNet = _base.Nerf.Net, FeaturesNet = _base.Nerf.Net };

    // Three hidden layers, which tiny-cuda-nn fuses without biases.
    private static NerfConfiguration TcnnNerf => TorchNgpNerf with
    {
        SigmaNet = _base.Nerf.Net with { NumLayers = 4, Bias = false },
        FeaturesNet = _base.Nerf.Net with { NumLayers = 4, Bias = false },
        DensityActivation = DensityActivation.Softplus,
        BlobKind = BlobKind.Linear,
        BlobDensity = 10f,
        BlobRadius = 0.5f,
    };

    private static RendererConfiguration TorchNgpRenderer => _base.Renderer with { UpdateInterval = 16 };

    // Steps of 0.001 across the diagonal of the cube of half side 1, and opacities of 0.01 in such a step.
    private static RendererConfiguration NerfaccRenderer => _base.Renderer with
    {
        StepRule = StepRule.AcrossBound,
        MaxSteps = 3464,
        EvalMaxSteps = 3464,
        DtGamma = 0.004f,
        MinNear = 0.2f,
        DensityThreshold = 10f,
    };
}
