using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Adapters;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Keys;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import.Adapters;

/// <summary>Names of adapter files: every form leads to the same weight, and every weight is reached.</summary>
public sealed class LoraKeyTests : IDisposable
{
    private const string Query = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q";
    private const string Out = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0";
    private const string Fc1 = "text_model.encoder.layers.1.mlp.fc1";
    private const string OutProj = "text_model.encoder.layers.1.self_attn.out_proj";
    private const string QProj = "text_model.encoder.layers.0.self_attn.q_proj";
    private readonly AdapterWriter _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(Query, "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_down.weight", "lora_up")]
    [InlineData(Query, "lora_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_q.lora_down.weight", "lora_up")]
    [InlineData(Query, "unet." + Query + ".lora_A.weight", "lora_B")]
    [InlineData(Query, "unet." + Query + ".lora.down.weight", "lora.up")]
    [InlineData(Query, "unet." + Query + ".lora_linear_layer.down.weight", "lora_linear_layer.up")]
    [InlineData(Query, "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora.down.weight", "to_q_lora.up")]
    [InlineData(Query, "down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora.down.weight", "to_q_lora.up")]
    [InlineData(Out, "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_out_0.lora_down.weight", "lora_up")]
    [InlineData(Out, "unet." + Out + ".lora_A.weight", "lora_B")]
    [InlineData(Out, "down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_out_lora.down.weight", "to_out_lora.up")]
    [InlineData("time_embedding.linear_1", "lora_unet_time_embedding_linear_1.lora_down.weight", "lora_up")]
    [InlineData("time_embedding.linear_1", "lora_unet_time_embed_0.lora_down.weight", "lora_up")]
    [InlineData(Fc1, "lora_te_text_model_encoder_layers_1_mlp_fc1.lora_down.weight", "lora_up")]
    [InlineData(Fc1, "lora_te_encoder_layers_1_mlp_fc1.lora_down.weight", "lora_up")]
    [InlineData(Fc1, "text_encoder." + Fc1 + ".lora_A.weight", "lora_B")]
    [InlineData(Fc1, "text_encoder." + Fc1 + ".lora_linear_layer.down.weight", "lora_linear_layer.up")]
    [InlineData(OutProj, "text_encoder.text_model.encoder.layers.1.self_attn.to_out_lora.down.weight", "to_out_lora.up")]
    [InlineData(QProj, "text_encoder.text_model.encoder.layers.0.self_attn.to_q_lora.down.weight", "to_q_lora.up")]
    [InlineData(QProj, "text_encoder." + QProj + ".lora_linear_layer.down.weight", "lora_linear_layer.up")]
    public void EveryFormLeadsToTheWeight(string module, string down, string up)
    {
        bool text = module.StartsWith("text_model", StringComparison.Ordinal);
        RandomWeights before = text ? TinyModel.Text() : TinyModel.UNet();
        long[] shape = before.Shape(module + ".weight");
        _file.Add(down, [2, shape[1]]);
        string downName = down.Contains("lora_A", StringComparison.Ordinal) ? "lora_A" : down.Contains("_lora.down", StringComparison.Ordinal) ? up.Replace(".up", ".down", StringComparison.Ordinal)
            : down.Contains("lora_down", StringComparison.Ordinal) ? "lora_down" : up.Replace(".up", ".down", StringComparison.Ordinal);
        _file.Add(down.Replace(downName, up, StringComparison.Ordinal), [shape[0], 2]);
        using LoraFile file = _file.Open();
        Assert.Equal(text ? (0, 1) : (1, 0), (file.UNetCount, file.TextEncoderCount));
        IWeightSource after = LoraMerge.Apply(before, text ? LoraComponent.TextEncoder : LoraComponent.UNet, [file]);
        Assert.Equal([module + ".weight"], before.Names.Where(n => !before.Read(n).SequenceEqual(after.Read(n))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EveryLinearLayerAndConvolutionCanBeChanged(bool ldm)
    {
        int count = 0;
        RandomWeights unet = TinyModel.UNet();
        foreach (string name in unet.Names.Where(n => unet.Shape(n).Length > 1))
        {
            string module = name[..^".weight".Length];
            string key = "lora_unet_" + (ldm ? Ldm(TinyModel.Architecture, name) : module).Replace('.', '_');
            long[] shape = unet.Shape(name);
            _file.Add(key + ".lora_down.weight", [1, .. shape[1..]]);
            _file.Add(key + ".lora_up.weight", [shape[0], 1]);
            count++;
        }

        using LoraFile file = _file.Open();
        IWeightSource after = LoraMerge.Apply(unet, LoraComponent.UNet, [file]);
        Assert.Equal(count, file.UNetCount);
        Assert.All(unet.Names, n => Assert.Equal(unet.Shape(n).Length > 1, !unet.Read(n).SequenceEqual(after.Read(n))));
    }

    [Fact]
    public void NamesOfTheRealModelsAreUnambiguous()
    {
        // 686 tensors of the UNet, of them 344 biases and 109 scales of norms (61 GroupNorms, 48 LayerNorms); section 2 of the facts.
        foreach (StableDiffusionArchitecture architecture in (StableDiffusionArchitecture[])[StableDiffusionArchitecture.StableDiffusion1, StableDiffusionArchitecture.StableDiffusion2])
        {
            LoraTargets targets = new(architecture);
            KeyValuePair<string, long[]>[] weights = [.. ParameterShapes.UNet(architecture.UNet).Where(p => p.Value.Length > 1)];
            HashSet<string> reached = [];
            foreach ((string name, _) in weights)
            {
                string module = name[..^".weight".Length];
                Assert.Equal(name, targets.Find("lora_unet_" + module.Replace('.', '_'))!.Parameter);
                Assert.Equal(name, targets.Find("lora_unet_" + Ldm(architecture, name).Replace('.', '_'))!.Parameter);
                reached.Add(Ldm(architecture, name));
            }

            Assert.Equal(weights.Length, reached.Count);
        }
    }

    [Theory]
    [InlineData("conv_in", "input_blocks.0.0")]
    [InlineData("conv_out", "out.2")]
    [InlineData("time_embedding.linear_2", "time_embed.2")]
    [InlineData("down_blocks.0.attentions.1.proj_in", "input_blocks.2.1.proj_in")]
    [InlineData("down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k", "input_blocks.4.1.transformer_blocks.0.attn2.to_k")]
    [InlineData("down_blocks.0.downsamplers.0.conv", "input_blocks.3.0.op")]
    [InlineData("down_blocks.3.resnets.1.conv2", "input_blocks.11.0.out_layers.3")]
    [InlineData("mid_block.resnets.0.conv1", "middle_block.0.in_layers.2")]
    [InlineData("mid_block.attentions.0.proj_out", "middle_block.1.proj_out")]
    [InlineData("mid_block.resnets.1.time_emb_proj", "middle_block.2.emb_layers.1")]
    [InlineData("up_blocks.0.upsamplers.0.conv", "output_blocks.2.1.conv")]
    [InlineData("up_blocks.1.upsamplers.0.conv", "output_blocks.5.2.conv")]
    [InlineData("up_blocks.2.upsamplers.0.conv", "output_blocks.8.2.conv")]
    [InlineData("up_blocks.1.resnets.2.conv_shortcut", "output_blocks.5.0.skip_connection")]
    [InlineData("up_blocks.3.attentions.2.transformer_blocks.0.ff.net.0.proj", "output_blocks.11.1.transformer_blocks.0.ff.net.0.proj")]
    public void OriginalNamesAreThoseOfLatentDiffusion(string module, string ldm)
    {
        // Origin: the modules of CompVis/stable-diffusion's openaimodel.py, as diffusers' convert_from_ckpt renames them.
        LoraTargets targets = new(StableDiffusionArchitecture.StableDiffusion1);
        Assert.Equal(module + ".weight", targets.Find("lora_unet_" + ldm.Replace('.', '_'))!.Parameter);
    }

    private static string Ldm(StableDiffusionArchitecture architecture, string name) => UNetKeys.Ldm(name, architecture.UNet)[..^".weight".Length];
}
