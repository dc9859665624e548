using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>
/// A whole number, or as in threestudio a list with one for each stage of a run: <c>64</c> or <c>[64, 512]</c>. The stages begin at
/// the steps of <c>resolution_milestones</c>.
/// </summary>
public readonly struct CountList : IEquatable<CountList>
{
    private readonly ImmutableArray<int> _values;

    /// <summary>One number for each stage.</summary>
    /// <param name="values">The numbers; one of them holds for every stage.</param>
    public CountList(params ImmutableArray<int> values) => _values = values;

    /// <summary>The numbers as written.</summary>
    public ImmutableArray<int> Values => _values.IsDefault ? [] : _values;

    /// <summary>The number of a stage.</summary>
    /// <param name="stage">Stage, from 0.</param>
    public int At(int stage) => Values.Length == 1 ? Values[0] : Values[stage];

    /// <summary>A number holds for every stage.</summary>
    public static implicit operator CountList(int value) => new(value);

    /// <summary>A number for every stage; what <c>=</c> does by itself.</summary>
    public static CountList FromInt32(int value) => new(value);

    /// <summary>Whether both hold the same numbers.</summary>
    public static bool operator ==(CountList left, CountList right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(CountList left, CountList right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(CountList other) => Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CountList other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Values.Aggregate(0, HashCode.Combine);

    /// <summary>As in YAML: <c>64</c> or <c>[64, 512]</c>.</summary>
    public override string ToString() => Values.Length == 1 ? Texts().Single() : $"[{string.Join(", ", Texts())}]";

    /// <summary>The numbers as written in YAML.</summary>
    internal IEnumerable<string> Texts() => Values.Select(value => value.ToString(CultureInfo.InvariantCulture));
}
