using System;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Graphs.Blocks;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Graphs;

/// <summary>
/// The text encoder: <c>x = token embedding + position embedding</c>, the layers under a causal mask, the final LayerNorm.
/// Token ids to states; pooling is not used by Stable Diffusion and left out. Source: Radford et al. 2021; transformers, modeling_clip.
/// </summary>
public static class TextEncoderGraph
{
    /// <summary>Writes <c>model.onnx</c>, <c>model.onnx_data</c> and <c>config.json</c>.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="text">The architecture, with all layers of the base and one row for every token.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="options">
    /// Float16 stores the weights so, and computes in float32: the encoder runs once per text. ClipSkip leaves out that many
    /// layers, whose weights are then not read (see <see cref="TextArchitecture.WithoutLast"/>).
    /// </param>
    /// <param name="bytesWritten">Told the bytes of weights written so far; null for nobody.</param>
    /// <exception cref="DfkException">ClipSkip leaves no layer, or a weight cannot be stored.</exception>
    public static void Write(string folder, TextArchitecture text, IWeightSource weights, GraphOptions options, IProgress<long>? bytesWritten = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(options);
        TextArchitecture used = text.WithoutLast(options.ClipSkip);
        TensorElement stored = options.Precision == WeightPrecision.Float16 ? TensorElement.Float16 : TensorElement.Float32;
        using GraphWriter g = new(folder, "text_encoder", weights, stored, TensorElement.Float32, bytesWritten);
        Value ids = g.Input("input_ids", TensorElement.Int64, "batch", used.Positions);
        Value x = g.Sum(Tokens(g, ids), g.Weight("text_model.embeddings.position_embedding.weight"), "text_model.embeddings");
        Value mask = CausalMask(g, used.Positions);
        for (int layer = 0; layer < used.Layers; layer++)
        {
            x = ClipLayer.Apply(g, $"text_model.encoder.layers.{layer}", x, mask, used);
        }

        // The states have the type of the stored weights, as in other exports.
        const string Output = "last_hidden_state";
        string name = stored == TensorElement.Float32 ? Output : Output + "_float32";
        x = LayerNorm.Apply(g, "text_model.final_layer_norm", x, used.LayerNormEpsilon, name);
        g.Output(stored == TensorElement.Float32 ? x : g.Cast(x, stored, Output), "batch", used.Positions, used.Width);
        g.Finish();
        ComponentConfig.Write(folder, used, stored);
    }

    // The rows are looked up before they are converted: the table itself stays as stored.
    private static Value Tokens(GraphWriter g, Value ids)
    {
        const string Name = "text_model.embeddings.token_embedding.weight";
        return g.Cast(g.Gather(g.Constant(Name, g.Read(Name), g.Shape(Name), g.Stored), ids), g.Computed);
    }

    private static Value CausalMask(GraphWriter g, int tokens)
    {
        float[] mask = new float[tokens * tokens];
        for (int token = 0; token < tokens; token++)
        {
            mask.AsSpan((token * tokens) + token + 1, tokens - token - 1).Fill(float.NegativeInfinity);
        }

        return g.Constant("causal_mask", mask, [tokens, tokens], TensorElement.Float32);
    }
}
