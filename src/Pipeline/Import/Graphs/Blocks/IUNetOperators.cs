namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>The parts of the networks that ONNX Runtime's CUDA provider also has as one operator.</summary>
internal interface IUNetOperators
{
    /// <summary>GN(x) over [B, C, H, W].</summary>
    Value GroupNorm(GraphWriter g, string name, Value x, int groups, float epsilon);

    /// <summary>s(GN(x)) over [B, C, H, W].</summary>
    Value GroupNormSilu(GraphWriter g, string name, Value x, int groups, float epsilon);

    /// <summary>softmax(q kᵀ/√d) v for each head.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="q">Queries [B, N, h·d].</param>
    /// <param name="k">Keys [B, M, h·d].</param>
    /// <param name="v">Values [B, M, h·d].</param>
    /// <param name="heads">Heads h.</param>
    /// <param name="width">h·d.</param>
    /// <param name="upcast">Whether q kᵀ is computed in float32.</param>
    /// <returns>[B, N, h·d].</returns>
    Value Attend(GraphWriter g, Value q, Value k, Value v, int heads, int width, bool upcast);

    /// <summary>a·gelu(b) with [a | b] = x Wᵀ + bias.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="name">Module with weight [2 D, C] and bias [2 D].</param>
    /// <param name="x">[B, N, C].</param>
    /// <returns>[B, N, D].</returns>
    Value GeGlu(GraphWriter g, string name, Value x);
}
