using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration.Nemo;

/// <summary>
/// A configuration file with what is NeMo's about it taken apart: the ready-made groups it chooses (<c>defaults</c>, <c>_target_</c>,
/// <c>nerf: tcnn</c>), its own options, and the part around the model (<c>trainer</c>, <c>exp_manager</c>, …). A file that uses none of
/// this has only its own options.
/// </summary>
internal sealed class NemoFile
{
    private const string Target = "_target_";
    private const string Defaults = "defaults";
    private const string Self = "_self_";
    private const string ModelGroup = "model";
    private const string Optimizer = "optim";
    private const string MovingAverage = "ema_decay";

    private readonly List<string> _problems;
    private readonly List<string> _notes;
    private readonly List<KeyValuePair<string, ConfigurationMapping>> _before = [];
    private readonly List<KeyValuePair<string, ConfigurationMapping>> _after = [];

    private NemoFile(List<string> problems, List<string> notes)
    {
        _problems = problems;
        _notes = notes;
    }

    /// <summary>Whether the file describes a whole model of NeMo's, so that what it leaves out is NeMo's default.</summary>
    public bool IsWholeModel { get; private set; }

    /// <summary>Whether the file is written in NeMo's way, as a whole or in one group.</summary>
    public bool IsNemo { get; private set; }

    /// <summary>The part around the model; empty if there is none.</summary>
    public ConfigurationMapping Around { get; private set; } = new(default, []);

    /// <summary>The file's own options.</summary>
    public ConfigurationMapping Own { get; private set; } = new(default, []);

    /// <summary>Takes a file apart.</summary>
    /// <param name="file">The file as written.</param>
    /// <param name="problems">Added to.</param>
    /// <param name="notes">Added to.</param>
    public static NemoFile Read(ConfigurationMapping file, List<string> problems, List<string> notes)
    {
        NemoFile nemo = new(problems, notes);
        nemo.TakeApart(file);
        return nemo;
    }

    /// <summary>Puts the file over other options: groups that it chooses are replaced, its own options merged.</summary>
    public ConfigurationMapping Over(ConfigurationMapping tree)
    {
        tree = IsWholeModel ? tree.With(MovingAverage, new ConfigurationScalar(new("NeMo's defaults", 0), "0", Quoted: false)) : tree;
        tree = _before.Aggregate(tree, (under, group) => under.With(group.Key, group.Value));
        tree = NemoViewPrompts.Merge(LensRanges.Yield(tree, Own), Own, _problems);
        return _after.Aggregate(tree, (under, group) => under.With(group.Key, group.Value));
    }

    /// <summary>A group as one of NeMo's variants, or null with a problem added.</summary>
    public static ConfigurationMapping? Choose(string group, string name, ConfigurationOrigin origin, List<string> problems, List<string> notes)
    {
        NemoVariant? variant = NemoVariants.Find(group, name);
        if (variant is null)
        {
            problems.Add($"{origin}: {group}: there is no variant '{name}'; known are {string.Join(", ", NemoVariants.Names(group))}");
            return null;
        }

        if (variant.Values is null)
        {
            problems.Add($"{origin}: {group}: '{name}' {variant.Remark}");
            return null;
        }

        if (variant.Remark.Length > 0)
        {
            notes.Add($"{origin}: {group} '{name}': {variant.Remark}.");
        }

        return variant.Mapping(origin with { Source = $"NeMo's {group}/{name} by {origin.Source}" });
    }

    private void TakeApart(ConfigurationMapping file)
    {
        ConfigurationMapping own = file;
        if (file.Find(ModelGroup) is ConfigurationMapping inner)
        {
            // NeMo's config.yaml: the model is one group among the trainer's.
            (Around, own, IsWholeModel) = (file.Without(ModelGroup), inner, true);
        }
        else if (NemoAround.Keys.Any(key => file.Find(key) is not null))
        {
            (Around, own) = (file with { Entries = [.. file.Entries.Where(entry => NemoAround.Keys.Contains(entry.Key))] }, file.Without(NemoAround.Keys));
        }

        own = NemoAround.Lift(Around, own, _problems, _notes);
        own = Unwrap(own);
        TakeDefaults(ref own);
        Own = own with { Entries = [.. own.Entries.Select(TakeVariant).OfType<KeyValuePair<string, ConfigurationNode>>()] };
        IsNemo = IsWholeModel || Around.Entries.Count > 0 || _before.Count > 0 || _after.Count > 0;
        if (IsNemo && Own.Find(Optimizer) is ConfigurationMapping optimizer)
        {
            Own = Own.With(Optimizer, OneRate(optimizer));
        }
    }

    // NeMo gives all parameters one learning rate.
    private static ConfigurationMapping OneRate(ConfigurationMapping optimizer)
    {
        return optimizer.Find("lr") is { } rate
            ? ((string[])["encoder_lr", "background_lr"]).Where(key => optimizer.Find(key) is null).Aggregate(optimizer, (group, key) => group.With(key, rate))
            : optimizer;
    }

    // `_target_` at the top: the whole model, or one group alone.
    private ConfigurationMapping Unwrap(ConfigurationMapping own)
    {
        if (own.Find(Target) is not { } target)
        {
            return own;
        }

        string path = (target as ConfigurationScalar)?.Text ?? "";
        if (NemoComponents.LastName(path) == NemoComponents.Model)
        {
            IsWholeModel = true;
            return own.Without(Target);
        }

        if (NemoComponents.Find(path) is var (group, _))
        {
            return new ConfigurationMapping(own.Origin, [new(group, own)]);
        }

        _problems.Add(NemoComponents.Unknown(Target, path, target.Origin));
        return own.Without(Target);
    }

    private void TakeDefaults(ref ConfigurationMapping own)
    {
        ConfigurationNode? list = own.Find(Defaults);
        own = own.Without(Defaults);
        if (list is null)
        {
            return;
        }

        IsWholeModel = true;
        if (list is not ConfigurationSequence sequence)
        {
            _problems.Add($"{list.Origin}: {Defaults}: expected a list such as '- nerf: torchngp', got {list.Describe()}");
            return;
        }

        // Without _self_ the file's own options come last, as Hydra has it.
        List<KeyValuePair<string, ConfigurationMapping>> into = _before;
        foreach (ConfigurationNode item in sequence.Items)
        {
            if (item is ConfigurationScalar { Text: Self })
            {
                into = _after;
            }
            else if (item is ConfigurationMapping { Entries: [(string group, ConfigurationScalar name)] } && NemoVariants.Groups.Contains(group))
            {
                Add(into, group, name.Text, name.Origin);
            }
            else
            {
                _problems.Add($"{item.Origin}: {Defaults}: expected '{Self}' or a group with the name of its variant, such as 'nerf: torchngp'; groups are {string.Join(", ", NemoVariants.Groups)}");
            }
        }
    }

    // A group that names its component or its variant starts from that variant's values.
    private KeyValuePair<string, ConfigurationNode>? TakeVariant(KeyValuePair<string, ConfigurationNode> entry)
    {
        if (!NemoVariants.Groups.Contains(entry.Key))
        {
            return entry;
        }

        if (entry.Value is ConfigurationScalar { IsNull: false } name)
        {
            Add(_before, entry.Key, name.Text, name.Origin);
            return null;
        }

        if (entry.Value is not ConfigurationMapping group || group.Find(Target) is not { } target)
        {
            return entry;
        }

        string path = (target as ConfigurationScalar)?.Text ?? "";
        if (NemoComponents.Find(path) is var (found, variant) && found == entry.Key)
        {
            Add(_before, entry.Key, variant, target.Origin);
        }
        else
        {
            _problems.Add(NemoComponents.Unknown(entry.Key + "." + Target, path, target.Origin));
        }

        // nerfacc's levels reach beyond the bound; ours end there.
        return new(entry.Key, NemoComponents.LastName(path) == NemoComponents.Nerfacc ? group.Without(Target, "grid_levels") : group.Without(Target));
    }

    private void Add(List<KeyValuePair<string, ConfigurationMapping>> into, string group, string variant, ConfigurationOrigin origin)
    {
        if (Choose(group, variant, origin, _problems, _notes) is { } mapping)
        {
            into.Add(new(group, mapping));
        }
    }
}
