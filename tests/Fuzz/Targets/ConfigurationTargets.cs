using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using DreamFusion.Fuzz.Mutation;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;

namespace DreamFusion.Fuzz.Targets;

/// <summary>YAML, and what is made of it.</summary>
internal static class ConfigurationTargets
{
    private const string File = "config.yaml";

    private const string Own = """
        # a comment
        prompt: "a \"red\" chair"
        iters: 600
        seed: 7
        nerf:
          bound: 1.2
          encoder_cfg: {num_levels: 8, level_dim: 2, log2_hashmap_size: 14}
          net_cfg: {num_hidden_dims: 32, num_layers: 2, hidden_activation: relu}
        material: {light_colour: [1, 0.9, 0.8]}
        guidance:
          t_range: [0.02, 0.98]
        loss:
          lambda_tv: [0, 10, 1000, 5000]
          lambda_opacity: 1e-3
        data:
          train_dataset: {width: [64, 32], resolution_milestones: [5], height: 64, phi_range: [-180, 180]}
        view_prompts:
          - {azimuth: [-45, 45], suffix: ", front view"}
          - azimuth: [45, 135]
            elevation: [-90, 60]
            suffix: ", side view"
          - {azimuth: [-180, 180], elevation: [-90, 90], suffix: ""}

        """;

    /// <summary>The reader alone.</summary>
    public static FuzzTarget Yaml() => new()
    {
        Name = "yaml",
        What = "YAML of a configuration, read into a tree",
        Seeds = Seeds(),
        Mutations = [TextMutations.Any],
        Parse = (folder, file) => YamlTree.ReadFile(Path.Combine(folder, file)),
        Error = typeof(DfkException),
        Allocation = new AllocationBound(1000, 1 << 20),
    };

    /// <summary>The whole way to a validated configuration and back to text.</summary>
    public static FuzzTarget Configuration() => new()
    {
        Name = "configuration",
        What = "a configuration file, resolved, validated and written again",
        Seeds = Seeds(),
        Mutations = [TextMutations.Any],
        Parse = (folder, file) =>
        {
            ConfigurationSources sources = new() { ConfigurationPath = Path.Combine(folder, file), AllowsIncomplete = true };
            ConfigurationFile.WriteWithOrigins(sources.ResolveWithOrigins());
        },
        Error = typeof(DfkException),
        Allocation = new AllocationBound(2000, 16 << 20),
    };

    private static IReadOnlyList<FuzzSeed> Seeds() =>
    [
        new(File, Encoding.UTF8.GetBytes(Own)),
        new(File, Encoding.UTF8.GetBytes(ConfigurationFile.Write(PresetCatalogue.Find("threestudio").Configuration with { Prompt = "a hamburger" }))),
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Golden", "nemo")).Order(StringComparer.Ordinal).Select(path => new FuzzSeed(File, System.IO.File.ReadAllBytes(path))),
    ];
}
