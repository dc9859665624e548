using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import.Reading;

namespace DreamFusion.Pipeline.Import.Keys;

/// <summary>How the weights of a component are found in a checkpoint, and which are not.</summary>
internal sealed class ComponentMatch
{
    private ComponentMatch(WeightFiles files, KeyLayout layout, IReadOnlyDictionary<string, KeyPart> places)
    {
        Files = files;
        Layout = layout;
        Places = places;
    }

    /// <summary>Where they are.</summary>
    public WeightFiles Files { get; }

    /// <summary>The layout.</summary>
    public KeyLayout Layout { get; }

    /// <summary>Place of each weight, whether or not it is there.</summary>
    public IReadOnlyDictionary<string, KeyPart> Places { get; }

    /// <summary>Canonical names of weights that are not there.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Weights with another shape, in words.</summary>
    public required IReadOnlyList<string> WrongShapes { get; init; }

    /// <summary>Keys that are used.</summary>
    public IEnumerable<string> Used => Places.Values.Select(place => place.Key).Distinct();

    /// <summary>Finds the layout in which most weights are there.</summary>
    /// <param name="files">The checkpoint.</param>
    /// <param name="layouts">Layouts in order of preference.</param>
    /// <param name="shapes">Shape of each weight by its canonical name.</param>
    /// <returns>Null if no layout has any of them.</returns>
    public static ComponentMatch? Find(WeightFiles files, IEnumerable<KeyLayout> layouts, IReadOnlyDictionary<string, long[]> shapes)
    {
        KeyLayout? best = null;
        int most = 0;
        foreach (KeyLayout layout in layouts)
        {
            int found = shapes.Keys.Count(name => files.Contains(layout.Of(name).Key));
            if (found > most)
            {
                (best, most) = (layout, found);
            }
        }

        return best is null ? null : Of(files, best, shapes);
    }

    private static ComponentMatch Of(WeightFiles files, KeyLayout layout, IReadOnlyDictionary<string, long[]> shapes)
    {
        Dictionary<string, KeyPart> places = shapes.Keys.ToDictionary(name => name, layout.Of, StringComparer.Ordinal);
        List<string> missing = [], wrong = [];
        foreach ((string name, long[] shape) in shapes)
        {
            KeyPart place = places[name];
            if (files.Entry(place.Key) is not { } entry)
            {
                missing.Add(name);
            }
            else if (!Fits(entry, name, shape, place.Parts))
            {
                wrong.Add($"{place.Key} is [{Text(entry.Shape)}], expected [{Text(place.Parts == 1 ? shape : [place.Parts * shape[0], .. shape[1..]])}]");
            }
        }

        return new ComponentMatch(files, layout, places) { Missing = missing, WrongShapes = [.. wrong.Distinct()] };
    }

    // A 1x1 convolution and a linear layer hold the same numbers in the same order; checkpoints have either where the architecture has one.
    private static bool Fits(TensorEntry entry, string name, long[] shape, int parts)
    {
        long[] expected = [parts * shape[0], .. shape[1..]];
        return entry.Shape.SequenceEqual(expected) || (IsProjection(name) && WithoutOnes(entry.Shape).SequenceEqual(WithoutOnes(expected)) && entry.Shape.Length is 2 or 4);
    }

    private static bool IsProjection(string name) => name.Split('.') switch
    {
        [.., "proj_in" or "proj_out", "weight"] => true,
        [_, "mid_block", "attentions", "0", "to_q" or "to_k" or "to_v", "weight"] => true,
        [_, "mid_block", "attentions", "0", "to_out", "0", "weight"] => true,
        _ => false,
    };

    private static long[] WithoutOnes(IReadOnlyList<long> shape) => shape is [var o, var i, 1, 1] ? [o, i] : [.. shape];

    private static string Text(IEnumerable<long> shape) => string.Join(", ", shape.Select(n => n.ToString(CultureInfo.InvariantCulture)));
}
