using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Keys;

namespace DreamFusion.Pipeline.Import.Adapters;

/// <summary>A weight that an adapter changes.</summary>
/// <param name="Component">The network.</param>
/// <param name="Parameter">Canonical name of the weight.</param>
/// <param name="Shape">[out, in] or [out, in, kh, kw].</param>
/// <param name="TextWidth">Whether its inputs are text states, so that their number tells the base.</param>
internal sealed record LoraTarget(LoraComponent Component, string Parameter, long[] Shape, bool TextWidth)
{
    /// <summary>Inputs of one output: in·kh·kw.</summary>
    public long Columns => Shape.Skip(1).Aggregate(1L, (product, size) => product * size);
}

/// <summary>
/// All weights that an adapter can change, by every name that files give them. A file's underscored name is looked up among the
/// underscored names of all known modules; splitting it would be ambiguous.
/// </summary>
internal sealed class LoraTargets
{
    private const string Weight = ".weight";
    private readonly Dictionary<string, LoraTarget> _byName = new(StringComparer.Ordinal);

    /// <summary>Collects the names.</summary>
    /// <param name="architecture">The base model.</param>
    public LoraTargets(StableDiffusionArchitecture architecture)
    {
        foreach ((string parameter, long[] shape) in ParameterShapes.UNet(architecture.UNet).Where(IsTarget))
        {
            string module = parameter[..^Weight.Length];
            bool text = module.EndsWith(".attn2.to_k", StringComparison.Ordinal) || module.EndsWith(".attn2.to_v", StringComparison.Ordinal);
            LoraTarget target = new(LoraComponent.UNet, parameter, shape, text);
            Add(target, "lora_unet_" + Underscored(module), "lora_unet_" + Underscored(UNetKeys.Ldm(parameter, architecture.UNet)[..^Weight.Length]));
            AddDotted(target, "unet.", module);
            // The oldest form, of the UNet alone, has no component's name.
            AddDotted(target, "", module);
        }

        foreach ((string parameter, long[] shape) in ParameterShapes.Text(architecture.Text).Where(IsTarget))
        {
            string module = parameter[..^Weight.Length];
            LoraTarget target = new(LoraComponent.TextEncoder, parameter, shape, TextWidth: !module.EndsWith(".fc2", StringComparison.Ordinal));
            // Newer transformers have left "text_model." out.
            foreach (string name in (string[])[module, module.Replace("text_model.", "", StringComparison.Ordinal)])
            {
                Add(target, "lora_te_" + Underscored(name));
                AddDotted(target, "text_encoder.", name);
            }
        }
    }

    /// <summary>The weight of a module's name in a file, null if there is none.</summary>
    public LoraTarget? Find(string module) => _byName.GetValueOrDefault(module);

    private static bool IsTarget(KeyValuePair<string, long[]> parameter) =>
        parameter.Value.Length is 2 or 4 && parameter.Key.EndsWith(Weight, StringComparison.Ordinal) && !parameter.Key.Contains(".embeddings.", StringComparison.Ordinal);

    private static string Underscored(string module) => module.Replace('.', '_');

    // "to_out_lora" is to_out.0 or out_proj, the text encoder's "to_q_lora" is q_proj; the key's "_lora" is cut off before.
    private void AddDotted(LoraTarget target, string prefix, string module)
    {
        Add(target, prefix + module);
        int last = module.LastIndexOf(".self_attn.", StringComparison.Ordinal);
        string? old = module.EndsWith(".to_out.0", StringComparison.Ordinal) ? module[..^2]
            : last >= 0 ? module[..last] + ".self_attn.to_" + module[(last + ".self_attn.".Length)..].Replace("_proj", "", StringComparison.Ordinal)
            : null;
        if (old is not null)
        {
            Add(target, prefix + old);
        }
    }

    private void Add(LoraTarget target, params string[] names)
    {
        foreach (string name in names)
        {
            if (!_byName.TryAdd(name, target) && _byName[name] != target)
            {
                throw new InvalidOperationException($"LoraTargets: '{name}' names both {_byName[name].Parameter} and {target.Parameter}.");
            }
        }
    }
}
