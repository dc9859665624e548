using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>
/// A transformer over the pixels.
/// <code>
/// Stable Diffusion 1: h = flatten(C1(GN x))      y = C1(unflatten(block h)) + x
/// Stable Diffusion 2: h = Lin(flatten(GN x))     y = unflatten(Lin(block h)) + x
/// </code>
/// Source: Rombach et al. 2022, appendix E; diffusers, Transformer2DModel.
/// </summary>
internal static class Transformer2D
{
    /// <summary>Adds the transformer.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="operators">Plain or fused operators.</param>
    /// <param name="name">Its module.</param>
    /// <param name="x">[B, C, H, W].</param>
    /// <param name="text">Text states [B, M, W].</param>
    /// <param name="heads">Heads.</param>
    /// <param name="unet">Sizes, ε, and which of the two forms.</param>
    /// <returns>[B, C, H, W].</returns>
    public static Value Apply(GraphWriter g, IUNetOperators operators, string name, Value x, Value text, int heads, UNetArchitecture unet)
    {
        using var _ = g.Module(name);
        long channels = g.Shape(name + ".norm.weight")[0];
        Value h = operators.GroupNorm(g, name + ".norm", x, unet.Groups, unet.TransformerEpsilon);
        string block = name + ".transformer_blocks.0";
        if (unet.LinearProjection)
        {
            h = Linear.Apply(g, name + ".proj_in", Flatten(g, h, channels));
            h = TransformerBlock.Apply(g, operators, block, h, text, heads, unet);
            h = Unflatten(g, Linear.Apply(g, name + ".proj_out", h), x);
        }
        else
        {
            h = Flatten(g, g.Conv(name + ".proj_in", h), channels);
            h = TransformerBlock.Apply(g, operators, block, h, text, heads, unet);
            h = g.Conv(name + ".proj_out", Unflatten(g, h, x));
        }

        return g.Sum(h, x, name);
    }

    /// <summary>[B, C, H, W] to [B, H·W, C].</summary>
    public static Value Flatten(GraphWriter g, Value x, long channels) => g.Reshape(g.Transpose(x, 0, 2, 3, 1), 0, -1, channels);

    /// <summary>[B, H·W, C] to the extents [B, C, H, W] of another value.</summary>
    public static Value Unflatten(GraphWriter g, Value h, Value like) => g.ReshapeLike(g.Transpose(h, 0, 2, 1), like);
}
