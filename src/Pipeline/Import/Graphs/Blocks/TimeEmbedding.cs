using System;
using System.Linq;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>
/// The timestep as numbers, in float32 whatever the graph's type.
/// <code>
/// f_i = exp(-ln(10000) i/(C/2)), i = 0 … C/2 - 1      e = [cos(t f), sin(t f)], cosines first      temb = L2 s(L1 e)
/// </code>
/// Source: Vaswani et al. 2017, section 3.5; diffusers, embeddings (flip_sin_to_cos, freq_shift 0).
/// </summary>
internal static class TimeEmbedding
{
    private const float LongestPeriod = 10000;

    /// <summary>Adds table and MLP.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="timestep">Timesteps: one number of any shape, or one for each sample.</param>
    /// <param name="sample">A value [B, …], for the batch.</param>
    /// <param name="width">Width C of the table.</param>
    /// <returns>s(temb) [B, 4 C] in the graph's type: every block takes it through the activation.</returns>
    public static Value Apply(GraphWriter g, Value timestep, Value sample, int width)
    {
        using var _ = g.Module("time_embedding");
        Value e = Table(g, PerSample(g, timestep, sample), width);
        Value temb = Linear.ApplyInFloat(g, "time_embedding.linear_2", g.Silu(Linear.ApplyInFloat(g, "time_embedding.linear_1", e)));
        return g.Cast(g.Silu(temb), g.Computed);
    }

    /// <summary>e [B, C] of timesteps [B].</summary>
    public static Value Table(GraphWriter g, Value timesteps, int width)
    {
        Value frequencies = g.Constant("time_proj.frequencies", Frequencies(width / 2), [1, width / 2], TensorElement.Float32);
        Value phases = g.Product(g.Reshape(timesteps, -1, 1), frequencies);
        return g.Add("Concat", [g.Add("Cos", [phases]), g.Add("Sin", [phases])], new NodeOptions("time_proj"), Operators.Integer("axis", 1));
    }

    // Rounded where the models' training rounded: exponent and frequency are float32.
    private static float[] Frequencies(int count) =>
        [.. Enumerable.Range(0, count).Select(i => (float)Math.Exp(-MathF.Log(LongestPeriod) * i / count))];

    private static Value PerSample(GraphWriter g, Value timestep, Value sample) =>
        g.Add("Expand", [g.Cast(g.Reshape(timestep, -1), TensorElement.Float32), g.ShapeOf(sample, 0, 1)]);
}
