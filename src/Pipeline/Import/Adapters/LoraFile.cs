using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.CompilerServices;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Adapters;

/// <summary>
/// A LoRA to be merged: LoRA and LoCon, LoHa or LoKr for the UNet, the text encoder or both, with the key forms of kohya, PEFT and
/// diffusers. Opening checks everything: every key belongs to a known weight and makes up its shape with the others, every value is
/// finite. Values are read again when a weight is merged, one weight at a time.
/// </summary>
public sealed class LoraFile : IDisposable
{
    // Thousands of names; several files of one import share them.
    private static readonly ConditionalWeakTable<StableDiffusionArchitecture, LoraTargets> _targets = [];

    private readonly SafeTensorsReader _reader;
    private readonly Dictionary<(LoraComponent Component, string Parameter), LoraModule> _modules = [];

    private LoraFile(string path, float weight)
    {
        (Path, Weight) = (path, weight);
        _reader = SafeTensorsReader.Open(path);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Factor of all changes; 0 leaves every weight as it is.</summary>
    public float Weight { get; }

    /// <summary>Weights of the UNet that it changes.</summary>
    public int UNetCount => _modules.Keys.Count(k => k.Component == LoraComponent.UNet);

    /// <summary>Weights of the text encoder that it changes.</summary>
    public int TextEncoderCount => _modules.Count - UNetCount;

    /// <summary>Opens and checks a file.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <param name="weight">Factor of its changes, any finite number; 1 is as trained.</param>
    /// <param name="architecture">The base model that it is for, with all layers of its text encoder.</param>
    /// <returns>The file, open.</returns>
    /// <exception cref="DfkException">
    /// With <see cref="ExitCode.BadInput"/>: no whole safetensors file, a LoRA of another base (with both text widths), a key that is
    /// left over or of a kind that cannot be merged (DoRA, OFT, IA3, ...), a wrong shape, a value that is not finite.
    /// </exception>
    public static LoraFile Open(string path, float weight, StableDiffusionArchitecture architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        if (!float.IsFinite(weight))
        {
            throw new InvalidModelException(string.Create(CultureInfo.InvariantCulture, $"LoRA {path}: its weight is {weight}, expected a finite number. Correct --lora."));
        }

        LoraFile? file = null;
        try
        {
            file = new LoraFile(path, weight);
            file.Collect(architecture);
            file.CheckValues();
            return file;
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Canonical names of the weights of a component that it changes.</summary>
    /// <param name="component">The component.</param>
    public IEnumerable<string> Changed(LoraComponent component) => _modules.Keys.Where(k => k.Component == component).Select(k => k.Parameter);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _reader.Dispose();

    /// <summary>The change of a weight, null if the file has none.</summary>
    internal LoraModule? Find(LoraComponent component, string parameter) => _modules.GetValueOrDefault((component, parameter));

    /// <summary>Values of a tensor.</summary>
    /// <exception cref="DfkException">Its type is not read, or a value is not finite.</exception>
    internal float[] Read(TensorEntry entry)
    {
        float[] values = AdapterValues.Read($"LoRA {Path}", _reader, entry);
        return AdapterValues.IsFinite(values)
            ? values
            : throw new InvalidModelException($"LoRA {Path}: '{entry.Name}' holds NaN or infinity, which would spoil the whole model. Its training failed or the file is damaged; take another.");
    }

    private void Collect(StableDiffusionArchitecture architecture)
    {
        LoraTargets targets = _targets.GetValue(architecture, of => new LoraTargets(of));
        List<string> unknown = [];
        foreach (TensorEntry entry in _reader.Tensors)
        {
            if (LoraKey.Parse(entry.Name) is { } key && targets.Find(key.Module) is { } target)
            {
                if (!_modules.TryGetValue((target.Component, target.Parameter), out LoraModule? module))
                {
                    module = new LoraModule(Path, target, key.Module);
                    _modules.Add((target.Component, target.Parameter), module);
                }

                module.Add(key.Part, entry);
            }
            else
            {
                unknown.Add(entry.Name);
            }
        }

        RefuseOtherBase(architecture);
        RefuseKnown(unknown);
        if (unknown.Count > 0 || _modules.Count == 0)
        {
            throw new InvalidModelException(unknown.Count == 0
                ? $"LoRA {Path}: it holds no tensors; expected LoRA weights. Download it again."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"LoRA {Path}: {unknown.Count} of its {_reader.Tensors.Count} keys belong to no weight of {architecture.Name}, the first is '{unknown[0]}'. Leaving them out would change what it does; take a LoRA, LoHa or LoKr made for this base."));
        }

        PeftMetadata metadata = new(Path, _reader.Metadata);
        foreach (LoraModule module in _modules.Values)
        {
            module.Check(architecture.Name);
            module.SetScale(Read, metadata);
        }
    }

    private void RefuseKnown(List<string> unknown)
    {
        foreach (string key in unknown)
        {
            if (LoraKey.RefusedKind(key) is { } kind)
            {
                throw new InvalidModelException($"LoRA {Path}: '{key}' is {kind}, which is not merged. Take a LoRA, LoHa or LoKr made for Stable Diffusion 1 or 2.");
            }
        }
    }

    // What attends to the text tells the base: 768 wide in Stable Diffusion 1, 1024 in 2, 2048 in XL. Only where no weight tells it,
    // the trainer's metadata does.
    private void RefuseOtherBase(StableDiffusionArchitecture architecture)
    {
        int width = architecture.UNet.CrossAttentionWidth;
        LoraModule[] telling = [.. _modules.Values.Where(m => m.Target.TextWidth)];
        LoraModule? other = telling.FirstOrDefault(m => m.Columns != m.Target.Columns);
        long? found = other?.Columns ?? (telling.Length > 0 ? null : WidthOfMetadata());
        if (found is { } got && got != width)
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"LoRA {Path}: it was trained for a text width of {got}{BaseOf(got)}, {architecture.Name} has {width}{(other is null ? "" : $" ('{other.Keys.First()}')")}. Take a LoRA made for this base."));
        }
    }

    private long? WidthOfMetadata()
    {
        string version = _reader.Metadata.GetValueOrDefault("ss_base_model_version", "");
        return version.StartsWith("sdxl", StringComparison.OrdinalIgnoreCase) ? 2048
            : version.StartsWith("sd_v2", StringComparison.OrdinalIgnoreCase) || _reader.Metadata.GetValueOrDefault("ss_v2", "") == "True" ? 1024
            : version.StartsWith("sd_v1", StringComparison.OrdinalIgnoreCase) ? 768
            : null;
    }

    private static string BaseOf(long width) => width switch
    {
        768 => " (Stable Diffusion 1)",
        1024 => " (Stable Diffusion 2)",
        2048 => " (Stable Diffusion XL)",
        _ => "",
    };

    private void CheckValues()
    {
        foreach (TensorEntry entry in _reader.Tensors)
        {
            Read(entry);
        }
    }
}
