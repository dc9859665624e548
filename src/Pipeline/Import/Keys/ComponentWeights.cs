using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Keys;

/// <summary>The weights of a component, read from a checkpoint under their canonical names; counts how often each is read.</summary>
internal sealed class ComponentWeights(ComponentMatch match, IReadOnlyDictionary<string, long[]> shapes) : IWeightSource
{
    private readonly Dictionary<string, int> _reads = [];

    /// <summary>Names that were not read exactly once.</summary>
    public IEnumerable<string> NotReadOnce => shapes.Keys.Where(name => _reads.GetValueOrDefault(name) != 1);

    /// <inheritdoc/>
    public bool Contains(string name) => shapes.ContainsKey(name);

    /// <inheritdoc/>
    public long[] Shape(string name) => Contains(name) ? [.. shapes[name]] : throw Missing(name);

    /// <inheritdoc/>
    public float[] Read(string name)
    {
        float[] weights = Peek(name);
        _reads[name] = _reads.GetValueOrDefault(name) + 1;
        return weights;
    }

    /// <summary>Elements of a weight; does not count as use.</summary>
    public float[] Peek(string name)
    {
        KeyPart place = Contains(name) ? match.Places[name] : throw Missing(name);
        return match.Files.Read(place.Key, place.Part, place.Parts);
    }

    private InvalidModelException Missing(string name) => new($"{match.Files.FilePath} has no weight '{name}'. Download the checkpoint again.");
}
