namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>
/// Residual block.
/// <code>
/// h = C3(s(GN1 x))      UNet: h += Lin(s(temb)) over all pixels      h = C3(s(GN2 h))
/// y = h + (Ci = Co ? x : C1 x)
/// </code>
/// Source: He et al. 2016; diffusers, ResnetBlock2D.
/// </summary>
internal static class ResnetBlock
{
    /// <summary>Adds the block.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="operators">Plain or fused norms.</param>
    /// <param name="name">Its module.</param>
    /// <param name="x">[B, Ci, H, W].</param>
    /// <param name="activatedTime">s(temb) [B, T]; null in the VAE.</param>
    /// <param name="groups">Groups of both norms.</param>
    /// <param name="epsilon">ε of both norms.</param>
    /// <returns>[B, Co, H, W].</returns>
    public static Value Apply(GraphWriter g, IUNetOperators operators, string name, Value x, Value? activatedTime, int groups, float epsilon)
    {
        using var _ = g.Module(name);
        Value h = g.Conv(name + ".conv1", operators.GroupNormSilu(g, name + ".norm1", x, groups, epsilon));
        if (activatedTime is Value time)
        {
            h = g.Sum(h, g.Reshape(Linear.Apply(g, name + ".time_emb_proj", time), 0, -1, 1, 1));
        }

        h = g.Conv(name + ".conv2", operators.GroupNormSilu(g, name + ".norm2", h, groups, epsilon));
        Value shortcut = g.Has(name + ".conv_shortcut.weight") ? g.Conv(name + ".conv_shortcut", x) : x;
        return g.Sum(shortcut, h, name);
    }
}
