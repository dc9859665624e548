using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration.Presets;

/// <summary>The built-in configurations by name.</summary>
public static class PresetCatalogue
{
    // In the order in which help and messages list them.
    private static readonly Preset[] _all =
    [
        ToyboxPreset.Value, DraftPreset.Value, QualityPreset.Value, StableDreamFusionPreset.Value, DreamFusionPreset.Value, ThreestudioPreset.Value,
    ];

    /// <summary>The names that <c>--preset</c> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. _all.Select(preset => preset.Name)];

    /// <summary>The options of a preset; their <c>preset</c> is its name.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if there is none of that name.</exception>
    public static RunConfiguration Get(string name)
    {
        Preset preset = Find(name);
        return preset.Configuration with { Preset = preset.Name };
    }

    /// <summary>The preset of that name.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if there is none.</exception>
    public static Preset Find(string name)
    {
        return Array.Find(_all, preset => preset.Name == name)
            ?? throw new DfkException(ExitCode.BadInput, Missing(name) + ".");
    }

    /// <summary>The message for a name that is none of <see cref="Names"/>.</summary>
    internal static string Missing(string name) => $"preset '{name}' does not exist; this version has: {string.Join(", ", Names)}";
}
