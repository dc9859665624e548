namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>Halving and doubling of height and width. Source: diffusers, downsampling and upsampling.</summary>
internal static class Resampling
{
    /// <summary>UNet: 3x3, stride 2, one zero on every side.</summary>
    public static Value Downsample(this GraphWriter g, string name, Value x) => g.Conv(name + ".conv", x, stride: 2, [1, 1, 1, 1], output: name);

    /// <summary>VAE encoder: one zero <em>right and below only</em>, then 3x3 with stride 2 and no padding; Conv takes such a padding itself.</summary>
    public static Value DownsampleVae(this GraphWriter g, string name, Value x) => g.Conv(name + ".conv", x, stride: 2, [0, 0, 1, 1], output: name);

    /// <summary>Every pixel four times, then 3x3.</summary>
    public static Value Upsample(this GraphWriter g, string name, Value x)
    {
        // An empty name leaves out the region of interest, which nearest does not use.
        Value scales = g.Constant(name + ".scales", [1, 1, 2, 2], [4], Models.TensorElement.Float32);
        Value larger = g.Add(
            "Resize", [x, new Value("", x.Element), scales],
            Operators.Text("mode", "nearest"), Operators.Text("coordinate_transformation_mode", "asymmetric"), Operators.Text("nearest_mode", "floor"));
        return g.Conv(name + ".conv", larger, name);
    }
}
