using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Graphs;

/// <summary>A value of a graph under construction.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Element">Its element type.</param>
internal readonly record struct Value(string Name, TensorElement Element);

/// <summary>Extent of an input or output: a number, or the name of an open axis.</summary>
/// <param name="Fixed">The number; 0 if the axis is open.</param>
/// <param name="Open">Name of the open axis.</param>
internal readonly record struct Extent(long Fixed, string Open)
{
    public static implicit operator Extent(long extent) => new(extent, "");

    public static implicit operator Extent(string axis) => new(0, axis);
}
