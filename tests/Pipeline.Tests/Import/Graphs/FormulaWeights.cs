using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using DreamFusion.Pipeline.Import;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

/// <summary>
/// Weights by the formula that tools/import/formula.py documents: FNV-1a of the name, SplitMix64 of the element, a scale that
/// keeps variances. Counts what is read.
/// </summary>
internal sealed class FormulaWeights(IReadOnlyDictionary<string, long[]> shapes) : IWeightSource
{
    private readonly Dictionary<string, Func<float[], float[]>> _changes = [];

    /// <summary>How often each weight was read.</summary>
    public Dictionary<string, int> Reads { get; } = [];

    /// <summary>Numbers centre + scale·u, u in [-1, 1).</summary>
    public static float[] Values(string name, long count, double centre = 0, double scale = 1)
    {
        ulong state = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
        {
            state = (state ^ b) * 1099511628211;
        }

        float[] values = new float[count];
        for (int i = 0; i < values.Length; i++)
        {
            ulong z = state + (((ulong)i + 1) * 0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            values[i] = (float)(centre + (scale * (((z >> 40) / 8388608.0) - 1)));
        }

        return values;
    }

    /// <summary>Changes a weight from now on.</summary>
    public FormulaWeights With(string name, Func<float[], float[]> change)
    {
        _changes[name] = change;
        return this;
    }

    public bool Contains(string name) => shapes.ContainsKey(name);

    public long[] Shape(string name) => shapes[name];

    public float[] Read(string name)
    {
        Reads[name] = Reads.GetValueOrDefault(name) + 1;
        float[] values = Weight(name, shapes[name]);
        return _changes.TryGetValue(name, out Func<float[], float[]>? change) ? change(values) : values;
    }

    private static float[] Weight(string name, long[] shape)
    {
        long count = shape.Aggregate(1L, (a, b) => a * b);
        return name switch
        {
            _ when name.EndsWith(".bias", StringComparison.Ordinal) => Values(name, count, scale: 0.1),
            _ when shape.Length == 1 => Values(name, count, centre: 1, scale: 0.2),
            _ when name.Contains("_embedding.weight", StringComparison.Ordinal) => Values(name, count, scale: 0.5),
            _ => Values(name, count, scale: Math.Sqrt(3.0 / (count / shape[0]))),
        };
    }
}
