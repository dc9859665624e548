using System;
using System.Collections.Generic;
using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.Pipeline.Import.Keys;

/// <summary>One way in which checkpoints name a component's weights.</summary>
/// <param name="Name">Name for messages.</param>
/// <param name="Prefix">What every key begins with; empty in a file of its own.</param>
/// <param name="Place">Where a weight lies, by its canonical name, without the prefix.</param>
public sealed record KeyLayout(string Name, string Prefix, Func<string, KeyPart> Place)
{
    private const string Diffusers = "diffusers";

    /// <summary>Where a weight lies.</summary>
    /// <param name="name">Canonical name.</param>
    public KeyPart Of(string name)
    {
        KeyPart place = Place(name);
        return place with { Key = Prefix + place.Key };
    }

    /// <summary>Layouts of a UNet in a file with other components, or in one of its own.</summary>
    public static IReadOnlyList<KeyLayout> UNet(UNetArchitecture unet) =>
    [
        new("ldm", "model.diffusion_model.", name => new(UNetKeys.Ldm(name, unet))),
        new(Diffusers, "unet.", Same),
        new("ldm", "", name => new(UNetKeys.Ldm(name, unet))),
        new(Diffusers, "", Same),
    ];

    /// <summary>The moving average of a UNet.</summary>
    public static KeyLayout Average(UNetArchitecture unet) => new("ldm, moving average", "", name => new(UNetKeys.Average(name, unet)));

    /// <summary>Layouts of a VAE in a file with other components, or in one of its own.</summary>
    public static IReadOnlyList<KeyLayout> Vae(VaeArchitecture vae)
    {
        List<KeyLayout> layouts = [];
        foreach (string prefix in (string[])["first_stage_model.", "vae.", ""])
        {
            layouts.Add(new KeyLayout("ldm", prefix, name => new(VaeKeys.Ldm(name, vae))));
            layouts.Add(new KeyLayout(Diffusers, prefix, Same));
            layouts.Add(new KeyLayout("diffusers of 2022", prefix, name => new(VaeKeys.OldDiffusers(name))));
        }

        return layouts;
    }

    /// <summary>Layouts of a text encoder in a file with other components, or in one of its own.</summary>
    public static IReadOnlyList<KeyLayout> Text { get; } =
    [
        new("transformers", "cond_stage_model.transformer.", Same),
        new("transformers without text_model", "cond_stage_model.transformer.", name => new(TextKeys.WithoutRoot(name))),
        new("OpenCLIP", "cond_stage_model.model.", TextKeys.OpenClip),
        new("OpenCLIP", "conditioner.embedders.0.model.", TextKeys.OpenClip),
        new("transformers", "text_encoder.", Same),
        new("transformers without text_model", "text_encoder.", name => new(TextKeys.WithoutRoot(name))),
        new("transformers", "", Same),
        new("transformers without text_model", "", name => new(TextKeys.WithoutRoot(name))),
        new("OpenCLIP", "", TextKeys.OpenClip),
    ];

    private static KeyPart Same(string name) => new(name);
}
