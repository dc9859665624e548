using System;
using System.Collections.Generic;

namespace DreamFusion.Pipeline.Training.Watchdog;

/// <summary>What can be wrong with a run, the gravest first: where several hold, the first is named.</summary>
public enum Symptom
{
    /// <summary>A value is NaN or infinite.</summary>
    NotFinite,

    /// <summary>There is nothing to see.</summary>
    Empty,

    /// <summary>The whole region is opaque.</summary>
    OverFull,

    /// <summary>The whole region is translucent, and nothing in it is a surface.</summary>
    Fog,

    /// <summary>Nothing moves any more.</summary>
    Frozen,
}

/// <summary>The symptoms in words.</summary>
internal static class SymptomWords
{
    private static readonly Dictionary<string, Symptom> _names = new(StringComparer.Ordinal)
    {
        ["nan"] = Symptom.NotFinite,
        ["empty"] = Symptom.Empty,
        ["over-full"] = Symptom.OverFull,
        ["fog"] = Symptom.Fog,
        ["frozen"] = Symptom.Frozen,
    };

    /// <summary>The name in <c>run.json</c>, metrics and messages.</summary>
    public static string Name(this Symptom symptom)
    {
        foreach ((string name, Symptom value) in _names)
        {
            if (value == symptom)
            {
                return name;
            }
        }
        throw new ArgumentOutOfRangeException(nameof(symptom), symptom, "Unknown symptom.");
    }

    /// <summary>The symptom of a name, or null.</summary>
    public static Symptom? Parse(string? name) => name is not null && _names.TryGetValue(name, out Symptom symptom) ? symptom : null;

    /// <summary>A sentence about the field.</summary>
    public static string Sentence(this Symptom symptom) => symptom switch
    {
        Symptom.NotFinite => "a value is NaN or infinite",
        Symptom.Empty => "the scene is empty",
        Symptom.OverFull => "the whole region is filled and opaque",
        Symptom.Fog => "the scene is fog without a surface",
        Symptom.Frozen => "the field is frozen",
        _ => throw new ArgumentOutOfRangeException(nameof(symptom), symptom, "Unknown symptom."),
    };
}
