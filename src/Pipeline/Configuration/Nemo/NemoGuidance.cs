using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration.Nemo;

/// <summary>
/// What NeMo's group <c>guidance</c> says about the model: <c>model_key</c> (a name on a hub), <c>checkpoint</c>, <c>plan_dir</c>,
/// <c>sampler_type</c>. Nothing is downloaded: a key counts as the model if it is a folder, else <c>--model</c> must name what replaces it.
/// </summary>
internal static class NemoGuidance
{
    private const string Group = "guidance";
    private const string Model = "model";
    private const string Precision = "precision";

    // The first that is written names the model.
    private static readonly string[] _models = ["model_key", "checkpoint"];

    // The second is the key that NeMo's sd_trt.yaml has by a misprint.
    private static readonly string[] _unused = ["plan_dir", "sampler_type=", "sampler_type"];

    /// <summary>The model that a file's group names; null if it names none.</summary>
    public static string? ModelOf(ConfigurationMapping options)
    {
        return options.Find(Group) is ConfigurationMapping group
            ? _models.Select(group.Find).OfType<ConfigurationScalar>().FirstOrDefault(key => !key.IsNull)?.Text
            : null;
    }

    /// <summary>Writes the keys as this program's options.</summary>
    /// <param name="tree">All sources merged.</param>
    /// <param name="preset">Origin of the preset's values: those do not count as written.</param>
    /// <param name="allowsIncomplete">Whether a key that is no folder may stand as it is.</param>
    /// <param name="problems">Added to.</param>
    /// <param name="notes">Added to.</param>
    public static ConfigurationMapping Translate(
        ConfigurationMapping tree, ConfigurationOrigin preset, bool allowsIncomplete, List<string> problems, List<string> notes)
    {
        if (tree.Find(Group) is not ConfigurationMapping group)
        {
            return tree;
        }

        string? named = _models.FirstOrDefault(key => group.Find(key) is not null);
        ConfigurationNode? written = tree.Find(Model)?.Origin == preset ? null : tree.Find(Model);
        if (named is not null)
        {
            tree = Replace(tree, group.Find(named)!, named, written, allowsIncomplete, problems, notes);
        }

        group = group.Without([.. _models, .. _unused]);
        return tree.With(Group, group.Find(Precision) is ConfigurationScalar precision ? group.With(Precision, Width(precision)) : group);
    }

    private static ConfigurationMapping Replace(
        ConfigurationMapping tree, ConfigurationNode key, string name, ConfigurationNode? written, bool allowsIncomplete, List<string> problems, List<string> notes)
    {
        if (key is not ConfigurationScalar { IsNull: false } scalar)
        {
            problems.Add($"{key.Origin}: {Group}.{name}: expected the folder of a model, got {key.Describe()}");
            return tree;
        }

        if (written is ConfigurationScalar model)
        {
            notes.Add($"{key.Origin}: {Group}.{name} '{scalar.Text}' is replaced by {model.Origin.Source} {model.Text}.");
            return tree;
        }

        if (!allowsIncomplete && !Directory.Exists(scalar.Text))
        {
            problems.Add(
                $"{key.Origin}: {Group}.{name}: '{scalar.Text}' is no folder here, and nothing is downloaded; say what replaces it: "
                + "--model DIR (a folder in the diffusers ONNX layout), or --model toybox for the embedded prior");
        }

        return tree.With(Model, new ConfigurationScalar(key.Origin, scalar.Text, Quoted: true));
    }

    // The spellings of PyTorch Lightning and of people.
    private static ConfigurationScalar Width(ConfigurationScalar precision)
    {
        string width = precision.Text.ToLowerInvariant() switch
        {
            "16" or "16-mixed" or "16-true" or "fp16" or "half" => "16",
            "32" or "32-true" or "fp32" or "float" => "32",
            "bf16" or "bf16-mixed" or "bf16-true" => "bf16",
            _ => precision.Text,
        };
        return precision with { Text = width };
    }
}
