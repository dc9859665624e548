using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration.Nemo;

/// <summary>
/// Keys of NeMo's groups that are no options here: other names of an option, values that only one number is possible for, values
/// that must equal another's, and keys that mean nothing here. A key that this version has as an option is left to the binder.
/// </summary>
internal sealed class NemoKeys
{
    private const string Target = "_target_";
    private const string NetworkOfTcnn = "background_net_cfg";

    // tiny-cuda-nn's names. n_hidden_layers counts hidden layers, num_layers weight matrices.
    private static readonly (string Group, string Key, string Option)[] _renamed =
    [
        ("nerf.encoder_cfg", "n_levels", "num_levels"), ("nerf.encoder_cfg", "n_features_per_level", "level_dim"),
        ("nerf.sigma_net_cfg", "n_neurons", "num_hidden_dims"), ("nerf.features_net_cfg", "n_neurons", "num_hidden_dims"),
        ("renderer", "near_plane", "min_near"), ("renderer", "cone_angle", "dt_gamma"), ("background", NetworkOfTcnn, "net_cfg"), ("background.net_cfg", "n_neurons", "num_hidden_dims"),
    ];

    private static readonly (string Path, string Value, string Because)[] _fixed =
    [
        ("background.encoder_num_input_dims", "3", "a direction has three coordinates"),
        ("background.background_net_num_output_dims", "3", "a colour has three channels"),
        ("nerf.encoder_cfg.otype", "HashGrid", "this version has no other encoding under tiny-cuda-nn's names"),
        ("nerf.sigma_net_cfg.otype", "FullyFusedMLP", "networks are fused here"),
        ("nerf.features_net_cfg.otype", "FullyFusedMLP", "networks are fused here"),
        ("nerf.sigma_net_cfg.activation", "ReLU", "layers are joined by ReLU"),
        ("nerf.features_net_cfg.activation", "ReLU", "layers are joined by ReLU"),
        ("background.net_cfg.otype", "FullyFusedMLP", "networks are fused here"),
        ("background.net_cfg.activation", "ReLU", "layers are joined by ReLU"),
        ("background.net_cfg.output_activation", "None", "colours take a sigmoid"),
        ("nerf.sigma_net_cfg.output_activation", "None", "nerf.density_activation says it"),
        ("nerf.features_net_cfg.output_activation", "None", "colours take a sigmoid"),
        ("nerf.encoder_cfg.per_level_scale", "null", "desired_resolution gives the growth of the levels"),
        ("renderer.render_step_size", "0.001", "renderer.max_steps gives the length of a step"),
        ("renderer.alpha_thre", "0.01", "renderer.density_thresh says what is dropped"),
        ("data.train_batch_size", "1", "views of a step are data.train_dataset.batch_size"),
    ];

    private static readonly (string Path, string Same)[] _equal =
    [
        ("renderer.bound", "nerf.bound"), ("background.bound", "nerf.bound"),
    ];

    private static readonly string[] _meaningless =
    [
        "optim.foreach", "data.train_shuffle", "data.val_shuffle", "data.test_shuffle", "data.val_batch_size", "data.test_batch_size",
        "data.train_dataset.internal_batch_size", "data.train_dataset.angle_overhead", "data.train_dataset.angle_front",
        "data.val_dataset.angle_overhead", "data.val_dataset.angle_front", "data.test_dataset.angle_overhead", "data.test_dataset.angle_front",
        "renderer.quartet_file", "background.encoder_cfg",
    ];

    private readonly HashSet<string> _options = [.. ConfigurationSchema.FullNames(typeof(RunConfiguration))];
    private readonly List<string> _problems;

    private NemoKeys(List<string> problems)
    {
        _problems = problems;
    }

    /// <summary>The tree with only this program's options, and whatever is not known at all.</summary>
    /// <param name="tree">All sources merged, without interpolations.</param>
    /// <param name="problems">Added to.</param>
    /// <param name="notes">Added to: one line with the keys that mean nothing.</param>
    public static ConfigurationMapping Translate(ConfigurationMapping tree, List<string> problems, List<string> notes)
    {
        NemoKeys keys = new(problems);
        tree = keys.Rename(tree);
        tree = keys.CheckFixed(tree);
        tree = keys.CheckEqual(tree);
        tree = keys.DropTargets(tree, "");
        string[] meaningless = [.. _meaningless.Where(path => keys.IsForeign(tree, path))];
        if (meaningless.Length > 0)
        {
            notes.Add($"{tree.FindPath(meaningless[0])!.Origin.Source}: these keys of NeMo's mean nothing here and are left out: {string.Join(", ", meaningless)}.");
        }

        return meaningless.Aggregate(tree, (under, path) => under.WithoutPath(path));
    }

    private ConfigurationMapping Rename(ConfigurationMapping tree)
    {
        foreach ((string group, string key, string option) in _renamed)
        {
            if (IsForeign(tree, $"{group}.{key}"))
            {
                tree = Replace(tree.WithoutPath($"{group}.{key}"), group, option, tree.FindPath($"{group}.{key}")!);
            }
        }

        foreach (string group in (string[])["nerf.sigma_net_cfg", "nerf.features_net_cfg", "background.net_cfg"])
        {
            string path = group + ".n_hidden_layers";
            if (tree.FindPath(path) is ConfigurationScalar layers && int.TryParse(layers.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int hidden))
            {
                string matrices = (hidden + 1L).ToString(CultureInfo.InvariantCulture);
                tree = Replace(tree.WithoutPath(path), group, "num_layers", layers with { Text = matrices });
            }
        }

        // tiny-cuda-nn begins the names of interpolations with a capital.
        return tree.FindPath("nerf.encoder_cfg.interpolation") is ConfigurationScalar { Text: "Smoothstep" or "Linear" } capital
            ? Replace(tree, "nerf.encoder_cfg", "interpolation", capital with { Text = capital.Text.ToLowerInvariant() })
            : tree;
    }

    private ConfigurationMapping CheckFixed(ConfigurationMapping tree)
    {
        foreach ((string path, string value, string because) in _fixed)
        {
            if (!IsForeign(tree, path))
            {
                continue;
            }

            ConfigurationNode node = tree.FindPath(path)!;
            if (!Same(node, new ConfigurationScalar(node.Origin, value, Quoted: false)))
            {
                _problems.Add($"{node.Origin}: {path}: expected {value}, as {because}, got {node.Describe()}");
            }

            tree = tree.WithoutPath(path);
        }

        return tree;
    }

    private ConfigurationMapping CheckEqual(ConfigurationMapping tree)
    {
        foreach ((string path, string other) in _equal)
        {
            if (!IsForeign(tree, path))
            {
                continue;
            }

            (ConfigurationNode node, ConfigurationNode same) = (tree.FindPath(path)!, tree.FindPath(other)!);
            if (node is not ConfigurationRefused && node.Origin.Source == same.Origin.Source && !Same(node, same))
            {
                // A value from another source, such as --set, was written for the whole program and wins.
                _problems.Add($"{node.Origin}: {path}: expected the value of {other}, {same.Describe()}, got {node.Describe()}");
            }

            tree = tree.WithoutPath(path);
        }

        return tree;
    }

    private ConfigurationMapping DropTargets(ConfigurationMapping group, string prefix)
    {
        if (group.Find(Target) is { } target)
        {
            if (target is not ConfigurationScalar { Text: var path } || !NemoComponents.IsDataSet(path))
            {
                _problems.Add(NemoComponents.Unknown(prefix + Target, (target as ConfigurationScalar)?.Text ?? "", target.Origin));
            }

            group = group.Without(Target);
        }

        return group with
        {
            Entries = [.. group.Entries.Select(entry => entry.Value is ConfigurationMapping inner ? new(entry.Key, DropTargets(inner, $"{prefix}{entry.Key}.")) : entry)],
        };
    }

    private bool IsForeign(ConfigurationMapping tree, string path) => !_options.Contains(path) && tree.FindPath(path) is not null;

    private static ConfigurationMapping Replace(ConfigurationMapping tree, string group, string key, ConfigurationNode value)
    {
        ConfigurationMapping node = new(value.Origin, [new(key, value)]);
        foreach (string name in group.Split('.').Reverse())
        {
            node = new ConfigurationMapping(value.Origin, [new(name, node)]);
        }

        return tree.Merge(node);
    }

    // 10 and 10.0 are the same number.
    private static bool Same(ConfigurationNode a, ConfigurationNode b)
    {
        return (a, b) is (ConfigurationScalar x, ConfigurationScalar y)
            && (x.Text == y.Text || (x.IsNull && y.IsNull)
                || (float.TryParse(x.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out float first)
                    && float.TryParse(y.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out float second) && first == second));
    }
}
