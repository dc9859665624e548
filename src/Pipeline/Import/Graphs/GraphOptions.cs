namespace DreamFusion.Pipeline.Import.Graphs;

/// <summary>How graphs are written.</summary>
/// <param name="Precision">Type of the weights. The VAE is float32 whatever this says: some of its weights overflow in half precision.</param>
/// <param name="Fused">Whether the UNet uses the fused operators of ONNX Runtime's CUDA provider; such a folder runs on CUDA only.</param>
/// <param name="ClipSkip">Layers of the text encoder that are left out before its final LayerNorm, counted from the base's own last one; 0 or more.</param>
public sealed record GraphOptions(WeightPrecision Precision = WeightPrecision.Float32, bool Fused = false, int ClipSkip = 0);
