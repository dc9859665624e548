using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Fuzz.Mutation;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Adapters;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Embeddings;

namespace DreamFusion.Fuzz.Targets;

/// <summary>LoRA and textual inversion files: what they add to the safetensors format, names, shapes that must fit, metadata.</summary>
internal static class AdapterTargets
{
    private const string File = "adapter.safetensors";
    private const string Attention = "down_blocks.0.attentions.0.transformer_blocks.0.attn";

    private static readonly StableDiffusionArchitecture _tiny = StableDiffusionArchitecture.StableDiffusion1 with
    {
        UNet = StableDiffusionArchitecture.StableDiffusion1.UNet with { Channels = [32, 64], HeadsPerLevel = [4, 4], CrossAttentionWidth = 24, ResnetsPerLevel = 1 },
        Text = StableDiffusionArchitecture.StableDiffusion1.Text with { Layers = 1, Width = 24, Heads = 4, MlpWidth = 32, VocabularySize = 8 },
    };

    /// <summary>LoRA, LoCon, LoHa and LoKr of all key forms, opened and merged.</summary>
    public static FuzzTarget Lora()
    {
        ZeroWeights unet = new(ParameterShapes.UNet(_tiny.UNet));
        ZeroWeights text = new(ParameterShapes.Text(_tiny.Text));
        return new FuzzTarget
        {
            Name = "lora",
            What = "a LoRA, LoHa or LoKr file: keys, shapes, metadata, merged into weights",
            Seeds = [Kohya(), Peft(), LyCoris()],
            Mutations = [SafeTensorsMutations.Any, SafeTensorsMutations.Metadata],
            Parse = (folder, file) =>
            {
                using LoraFile lora = LoraFile.Open(Path.Combine(folder, file), 0.5f, _tiny);
                unet.Read(LoraMerge.Apply(unet, LoraComponent.UNet, [lora]), lora.Changed(LoraComponent.UNet));
                text.Read(LoraMerge.Apply(text, LoraComponent.TextEncoder, [lora]), lora.Changed(LoraComponent.TextEncoder));
            },
            Error = typeof(DfkException),
            Allocation = new AllocationBound(2000, 8 << 20),
        };
    }

    /// <summary>Textual inversion files.</summary>
    public static FuzzTarget Embedding() => new()
    {
        Name = "embedding",
        What = "a textual inversion file: its word and vectors",
        Seeds = [Seed(new() { ["<cat-toy>"] = Floats(3, 24) }), Seed(new() { ["emb_params"] = Floats(24) })],
        Mutations = [SafeTensorsMutations.Any],
        Parse = (folder, file) => TextualInversion.Read(Path.Combine(folder, file), 24),
        Error = typeof(DfkException),
        Allocation = new AllocationBound(200, 256 << 10),
    };

    private static FuzzSeed Kohya() => Seed(
        new()
        {
            ["lora_unet_" + Attention.Replace('.', '_') + "1_to_q.lora_down.weight"] = Floats(2, 32),
            ["lora_unet_" + Attention.Replace('.', '_') + "1_to_q.lora_up.weight"] = Floats(32, 2),
            ["lora_unet_" + Attention.Replace('.', '_') + "1_to_q.alpha"] = Floats(),
            ["lora_unet_input_blocks_1_0_in_layers_2.lora_down.weight"] = Floats(2, 32, 1, 1),
            ["lora_unet_input_blocks_1_0_in_layers_2.lora_mid.weight"] = Floats(2, 2, 3, 3),
            ["lora_unet_input_blocks_1_0_in_layers_2.lora_up.weight"] = Floats(32, 2, 1, 1),
            ["lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight"] = new Tensor(TensorType.F16, [2, 24], new byte[96]),
            ["lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight"] = new Tensor(TensorType.BF16, [32, 2], new byte[128]),
        },
        new() { ["ss_base_model_version"] = "sd_v1" });

    private static FuzzSeed Peft() => Seed(
        new()
        {
            [$"unet.{Attention}2.to_k.lora_A.weight"] = Floats(2, 24),
            [$"unet.{Attention}2.to_k.lora_B.weight"] = Floats(32, 2),
            [$"{Attention}1.processor.to_out_lora.down.weight"] = Floats(2, 32),
            [$"{Attention}1.processor.to_out_lora.up.weight"] = Floats(32, 2),
        },
        new() { ["lora_adapter_metadata"] = """{ "unet.lora_alpha": 4, "unet.r": 2, "unet.use_rslora": true, "unet.alpha_pattern": { "attn2.to_k": 8 } }""" });

    private static FuzzSeed LyCoris() => Seed(new()
    {
        ["lora_unet_conv_in.lokr_w1"] = Floats(4, 2),
        ["lora_unet_conv_in.lokr_w2_a"] = Floats(2, 8),
        ["lora_unet_conv_in.lokr_w2_b"] = Floats(2, 2),
        ["lora_unet_conv_in.lokr_t2"] = Floats(2, 2, 3, 3),
        ["lora_unet_conv_out.hada_w1_a"] = Floats(4, 2),
        ["lora_unet_conv_out.hada_w1_b"] = Floats(2, 288),
        ["lora_unet_conv_out.hada_w2_a"] = Floats(4, 2),
        ["lora_unet_conv_out.hada_w2_b"] = Floats(2, 288),
    });

    private static Tensor Floats(params long[] shape) =>
        Tensor.From([.. Enumerable.Range(1, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(i => 1f / i)], [.. shape]);

    private static FuzzSeed Seed(Dictionary<string, Tensor> tensors, Dictionary<string, string>? metadata = null)
    {
        using MemoryStream stream = new();
        SafeTensorsWriter.Write(stream, metadata ?? [], tensors);
        return new FuzzSeed(File, stream.ToArray());
    }

    // Small weights: what a merge adds to is of no interest here.
    private sealed class ZeroWeights(IReadOnlyDictionary<string, long[]> shapes) : IWeightSource
    {
        public bool Contains(string name) => shapes.ContainsKey(name);

        public long[] Shape(string name) => shapes[name];

        public float[] Read(string name) => new float[shapes[name].Aggregate(1L, (a, b) => a * b)];

        public void Read(IWeightSource merged, IEnumerable<string> names)
        {
            if (merged != this)
            {
                foreach (string name in names)
                {
                    merged.Read(name);
                }
            }
        }
    }
}
