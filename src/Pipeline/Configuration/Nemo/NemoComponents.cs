using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration.Nemo;

/// <summary>NeMo's classes, as its YAML names them by <c>_target_</c>: the last part of a Python path picks the component.</summary>
internal static class NemoComponents
{
    /// <summary>The whole model.</summary>
    public const string Model = "DreamFusion";

    /// <summary>The renderer on nerfacc.</summary>
    public const string Nerfacc = "NerfaccVolumeBaseRenderer";

    // Group and variant of each class that stands for a group. StableDiffusion is the name of three classes; the module tells them apart.
    private static readonly Dictionary<string, (string Group, string Variant)> _groups = new(StringComparer.Ordinal)
    {
        ["TorchNGPNerf"] = ("nerf", "torchngp"),
        ["TCNNNerf"] = ("nerf", "tcnn"),
        ["StaticBackground"] = ("background", "static"),
        ["RandomBackground"] = ("background", "random"),
        ["TorchNGPBackground"] = ("background", "torchngp"),
        ["TCNNBackground"] = ("background", "tcnn"),
        ["BasicShading"] = ("material", "basic_shading"),
        ["TorchNGPVolumeRenderer"] = ("renderer", "torchngp_raymarching"),
        [Nerfacc] = ("renderer", "nerfacc"),
        ["NVDiffRastRenderer"] = ("renderer", "nvdiffrast"),
        ["StableDiffusion"] = ("guidance", "sd_huggingface"),
        ["AggregatorDataModule"] = ("data", "data"),
    };

    // Classes inside the group data; they have one meaning here, and say nothing more.
    private static readonly string[] _dataSets = ["RandomPosesDataset", "CirclePosesDataset"];

    /// <summary>The last part of a Python path.</summary>
    public static string LastName(string target) => target[(target.LastIndexOf('.') + 1)..];

    /// <summary>Whether the path names one of the classes that draw cameras.</summary>
    public static bool IsDataSet(string target) => _dataSets.Contains(LastName(target));

    /// <summary>Group and variant of a path; null if its class is none of a group.</summary>
    public static (string Group, string Variant)? Find(string target)
    {
        if (!_groups.TryGetValue(LastName(target), out (string Group, string Variant) component))
        {
            return null;
        }

        return component.Group != "guidance" ? component
            : target.Contains("stablediffusion_nemo", StringComparison.Ordinal) ? ("guidance", "sd_nemo")
            : target.Contains("stablediffusion_trt", StringComparison.Ordinal) ? ("guidance", "sd_trt")
            : component;
    }

    /// <summary>The message for a class that is not known.</summary>
    public static string Unknown(string where, string target, ConfigurationOrigin origin)
    {
        return $"{origin}: {where}: unknown component '{LastName(target)}'; known are {string.Join(", ", [Model, .. _groups.Keys, .. _dataSets])}";
    }
}
