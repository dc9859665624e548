namespace DreamFusion.Pipeline.Import.Graphs;

/// <summary>Type in which the weights of a graph are stored and, where it is safe, its values computed.</summary>
public enum WeightPrecision
{
    /// <summary>IEEE 754 single precision.</summary>
    Float32,

    /// <summary>IEEE 754 half precision, with single precision where half is known to overflow.</summary>
    Float16,
}
