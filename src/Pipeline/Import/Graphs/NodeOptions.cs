using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Graphs;

/// <summary>What is unusual about a node.</summary>
/// <param name="Output">Name of its output; null for one made of module and operator.</param>
/// <param name="Element">Type of its output; null for its first input's.</param>
/// <param name="Domain">Domain of its operator.</param>
internal sealed record NodeOptions(string? Output = null, TensorElement? Element = null, string Domain = "");
