using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Reading;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Keys;

/// <summary>The three components of a checkpoint, every tensor of it accounted for.</summary>
internal sealed class CheckpointMatch
{
    private const int MostListed = 8;

    // Fewer are the counters that training leaves behind, not a moving average of the network.
    private const int LeastOfAverage = 100;

    private readonly CheckpointFiles _checkpoint;
    private readonly WeightFiles? _vaeFiles;
    private readonly HashSet<string> _aside = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];

    private CheckpointMatch(CheckpointFiles checkpoint, WeightFiles? vaeFiles, StableDiffusionArchitecture architecture)
    {
        (_checkpoint, _vaeFiles, Architecture) = (checkpoint, vaeFiles, architecture);
        (UNetShapes, VaeShapes, TextShapes) = (ParameterShapes.UNet(architecture.UNet), ParameterShapes.Vae(architecture.Vae), ParameterShapes.Text(architecture.Text));
        UNet = MatchUNet();
        Vae = MatchVae();
        Text = MatchText();
    }

    /// <summary>The base.</summary>
    public StableDiffusionArchitecture Architecture { get; }

    /// <summary>Weights of the UNet.</summary>
    public ComponentMatch UNet { get; }

    /// <summary>Weights of the VAE.</summary>
    public ComponentMatch Vae { get; }

    /// <summary>Weights of the text encoder.</summary>
    public ComponentMatch Text { get; }

    /// <summary>Shapes of the UNet's weights.</summary>
    public IReadOnlyDictionary<string, long[]> UNetShapes { get; }

    /// <summary>Shapes of the VAE's weights.</summary>
    public IReadOnlyDictionary<string, long[]> VaeShapes { get; }

    /// <summary>Shapes of the text encoder's weights.</summary>
    public IReadOnlyDictionary<string, long[]> TextShapes { get; }

    /// <summary>What was decided, one line each.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Finds base and components, and requires that every tensor is one of them, with its shape, or a known extra.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="vaeFiles">A file whose VAE is taken instead; null for none.</param>
    /// <param name="architectures">Bases that are recognised.</param>
    /// <exception cref="InvalidModelException">Another model, or keys that are missing, left over or of another shape; the message names them.</exception>
    public static CheckpointMatch Find(CheckpointFiles checkpoint, WeightFiles? vaeFiles, IReadOnlyList<StableDiffusionArchitecture> architectures)
    {
        foreach (WeightFiles files in (IEnumerable<WeightFiles>)[.. checkpoint.All, .. vaeFiles is null ? Array.Empty<WeightFiles>() : [vaeFiles]])
        {
            Refusals.Check(files);
            files.Keys.Select(files.Entry).Where(entry => entry!.Type.FileName().StartsWith("F8", StringComparison.Ordinal)).Take(1).ToList().ForEach(entry => files.RequireReadable(entry!));
        }

        StableDiffusionArchitecture architecture = BaseOf(checkpoint, architectures);
        CheckpointMatch match = new(checkpoint, vaeFiles, checkpoint.IsFolder ? FolderConfiguration.Apply(checkpoint.FilePath, architecture) : architecture);
        match.RequireExact(architectures);
        return match;
    }

    private bool IsWhole(KeyLayout layout) => _checkpoint.IsFolder == (layout.Prefix.Length == 0);

    private ComponentMatch MatchUNet()
    {
        WeightFiles files = _checkpoint.UNet;
        IEnumerable<KeyLayout> layouts = KeyLayout.UNet(Architecture.UNet).Where(IsWhole);
        int average = files.Keys.Count(key => key.StartsWith(UNetKeys.AveragePrefix, StringComparison.Ordinal));
        if (average > LeastOfAverage)
        {
            ComponentMatch? plain = ComponentMatch.Find(files, layouts, UNetShapes);
            _aside.UnionWith(plain?.Used ?? []);
            _notes.Add("UNet: the moving average (model_ema) was taken, not the weights beside it.");
            return ComponentMatch.Find(files, [KeyLayout.Average(Architecture.UNet)], UNetShapes)
                ?? throw new InvalidModelException($"{files.FilePath}: its {average} tensors under {UNetKeys.AveragePrefix} are not the moving average of a {Architecture.Name} UNet. Use a checkpoint without them.");
        }

        if (average > 0)
        {
            _aside.UnionWith(files.Keys.Where(key => key.StartsWith(UNetKeys.AveragePrefix, StringComparison.Ordinal)));
            _notes.Add(string.Create(CultureInfo.InvariantCulture, $"UNet: {average} tensors under {UNetKeys.AveragePrefix} are too few for a moving average and were left aside."));
        }

        return ComponentMatch.Find(files, layouts, UNetShapes) ?? throw Lacks("UNet", "It cannot be given apart; use a whole checkpoint.");
    }

    private ComponentMatch MatchVae()
    {
        IReadOnlyList<KeyLayout> layouts = KeyLayout.Vae(Architecture.Vae);
        ComponentMatch? own = _checkpoint.Vae is null ? null : ComponentMatch.Find(_checkpoint.Vae, layouts.Where(IsWhole), VaeShapes);
        if (_vaeFiles is null)
        {
            return own ?? throw Lacks("VAE", "Give one with --vae FILE.");
        }

        if (own is not null)
        {
            _aside.UnionWith(own.Layout.Prefix.Length == 0 ? own.Files.Keys : own.Files.Keys.Where(key => key.StartsWith(own.Layout.Prefix, StringComparison.Ordinal)));
            _notes.Add("VAE: that of --vae was taken, not the checkpoint's own.");
        }

        return ComponentMatch.Find(_vaeFiles, layouts, VaeShapes)
            ?? throw new InvalidModelException($"{_vaeFiles.FilePath} holds no VAE of Stable Diffusion, expected tensors such as decoder.conv_in.weight or first_stage_model.decoder.conv_in.weight. Give a VAE's file with --vae.");
    }

    private ComponentMatch MatchText() =>
        (_checkpoint.Text is null ? null : ComponentMatch.Find(_checkpoint.Text, KeyLayout.Text.Where(IsWhole), TextShapes))
        ?? throw Lacks("text encoder", "It cannot be given apart; use a whole checkpoint.");

    private InvalidModelException Lacks(string component, string advice) => new(
        $"{_checkpoint.FilePath} has no {component}: it was cut down to its other parts. {advice}");

    private void RequireExact(IReadOnlyList<StableDiffusionArchitecture> architectures)
    {
        if (Refusals.Distilled([.. UNet.Missing], UNetShapes.Keys) is { } distilled)
        {
            throw Refusals.Named(UNet.Files.FilePath, distilled);
        }

        RequireSameBase(architectures);
        List<string> problems = [];
        foreach ((string name, ComponentMatch match) in ((string, ComponentMatch)[])[("UNet", UNet), ("VAE", Vae), ("text encoder", Text)])
        {
            Add(problems, $"missing in the {name}", [.. match.Missing.Select(missing => match.Places[missing].Key).Distinct()]);
            Add(problems, $"of another shape in the {name}", match.WrongShapes);
        }

        Add(problems, "left over, which belong to nothing", [.. LeftOver()]);
        if (problems.Count > 0)
        {
            throw new InvalidModelException($"{_checkpoint.FilePath}: its tensors are not exactly those of {Architecture.Name}:\n  {string.Join("\n  ", problems)}\nUse an unchanged checkpoint.");
        }

        foreach (ComponentMatch match in (ComponentMatch[])[UNet, Vae, Text])
        {
            foreach (string key in match.Used)
            {
                match.Files.RequireReadable(match.Files.Entry(key)!);
            }
        }
    }

    private void RequireSameBase(IReadOnlyList<StableDiffusionArchitecture> architectures)
    {
        const string Table = TextKeys.Root + "embeddings.token_embedding.weight";
        long? width = Text.Files.Entry(Text.Places[Table].Key) is { Shape: [_, var w] } ? w : null;
        if (width != Architecture.Text.Width && architectures.FirstOrDefault(other => other.Text.Width == width) is { } other)
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"{_checkpoint.FilePath} mixes two bases: its UNet attends to texts of width {Architecture.UNet.CrossAttentionWidth} ({Architecture.Name}), its text encoder gives width {width} ({other.Name}). Use a checkpoint whose parts belong together."));
        }
    }

    private IEnumerable<string> LeftOver()
    {
        HashSet<string> used = [.. UNet.Used, .. Vae.Used, .. Text.Used];
        string prefix = Text.Layout.Prefix;
        // Of a whole checkpoint given with --vae only the VAE matters.
        IEnumerable<WeightFiles> all = _vaeFiles is not null && Vae.Layout.Prefix.Length == 0 ? [.. _checkpoint.All, _vaeFiles] : _checkpoint.All;
        return all.SelectMany(files => files.Keys.Where(key => !used.Contains(key) && !_aside.Contains(key) && !KnownExtras.Contains(key)
            && !(files == Text.Files && key.StartsWith(prefix, StringComparison.Ordinal) && KnownExtras.OfText(key[prefix.Length..], Architecture.Text))));
    }

    private static void Add(List<string> problems, string what, IReadOnlyList<string> keys)
    {
        if (keys.Count > 0)
        {
            string more = keys.Count > MostListed ? string.Create(CultureInfo.InvariantCulture, $" and {keys.Count - MostListed} more") : "";
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"{keys.Count} {what}: {string.Join(", ", keys.Take(MostListed))}{more}"));
        }
    }

    // The width of the text that the second transformer attends to; diffusers takes version 1 where nothing matches, which only delays the error.
    private static StableDiffusionArchitecture BaseOf(CheckpointFiles checkpoint, IReadOnlyList<StableDiffusionArchitecture> architectures)
    {
        WeightFiles files = checkpoint.UNet;
        long? found = null;
        foreach (StableDiffusionArchitecture architecture in architectures)
        {
            string name = FormattableString.Invariant($"down_blocks.0.attentions.{architecture.UNet.ResnetsPerLevel - 1}.transformer_blocks.0.attn2.to_k.weight");
            IEnumerable<KeyLayout> layouts = [.. KeyLayout.UNet(architecture.UNet).Where(layout => checkpoint.IsFolder == (layout.Prefix.Length == 0)), KeyLayout.Average(architecture.UNet)];
            long? width = layouts.Select(layout => files.Entry(layout.Of(name).Key)).FirstOrDefault(entry => entry is { Shape.Length: 2 })?.Shape[1];
            if (width == architecture.UNet.CrossAttentionWidth)
            {
                return architecture;
            }

            found ??= width;
        }

        throw new InvalidModelException(found is { } other
            ? string.Create(CultureInfo.InvariantCulture, $"{files.FilePath}: its UNet attends to texts of width {other}, expected {string.Join(" or ", architectures.Select(a => FormattableString.Invariant($"{a.UNet.CrossAttentionWidth} ({a.Name})")))}. Use a checkpoint of these.")
            : PartAlone.Explain(files, architectures[0]));
    }
}
