using System;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Adapters;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Models;
using DreamFusion.References.Adapters;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import.Adapters;

public sealed class LoraMergeTests : IDisposable
{
    private const string Module = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q";
    private const string Kohya = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q";
    private const string CrossKohya = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k";
    private readonly AdapterWriter _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(null, 1)]
    [InlineData(0.0, 1)]
    [InlineData(8.0, 2)]
    [InlineData(-2.0, -0.5)]
    [InlineData(8.0, 2, TensorType.I64)]
    [InlineData(8.0, 2, TensorType.F32)]
    public void AlphaIsDividedByTheRankAndDefaultsToIt(double? alpha, double scale, TensorType type = TensorType.F16)
    {
        if (alpha is { } value)
        {
            _file.Put(Kohya + ".alpha", [], [value], type);
        }

        Assert.Equal(scale, Scale(Kohya + ".lora_down.weight", Kohya + ".lora_up.weight"), 5);
    }

    [Theory]
    [InlineData("""{ "unet.lora_alpha": 8, "unet.r": 4 }""", 2)]
    [InlineData("""{ "unet.lora_alpha": 8, "unet.use_rslora": true }""", 4)]
    [InlineData("""{ "unet.lora_alpha": 8, "unet.alpha_pattern": { "attn1.to_q": 2, "attn2.to_q": 7 } }""", 0.5)]
    [InlineData("""{ "unet.lora_alpha": 8, "unet.alpha_pattern": { "to_k": 2 } }""", 2)]
    [InlineData("""{ "text_encoder.lora_alpha": 8 }""", 1)]
    [InlineData("""{ "unet.lora_alpha": null }""", 1)]
    public void AlphaOfPeftIsInTheMetadata(string json, double scale)
    {
        _file.Metadata["lora_adapter_metadata"] = json;
        Assert.Equal(scale, Scale($"unet.{Module}.lora_A.weight", $"unet.{Module}.lora_B.weight"), 5);
    }

    [Fact]
    public void AnAlphaOfTheFileIsPreferredToTheMetadata()
    {
        _file.Metadata["lora_adapter_metadata"] = """{ "unet.lora_alpha": 8 }""";
        _file.Put($"unet.{Module}.alpha", [1], [2]);
        Assert.Equal(0.5, Scale($"unet.{Module}.lora_A.weight", $"unet.{Module}.lora_B.weight"), 5);
    }

    [Fact]
    public void SeveralLorasAddUpWithTheirWeights()
    {
        double[] down = _file.Add(Kohya + ".lora_down.weight", [3, 32]);
        double[] up = _file.Add(Kohya + ".lora_up.weight", [32, 3]);
        using LoraFile first = _file.Open(0.25f);
        double[] otherDown = _file.Add(Kohya + ".lora_down.weight", [3, 32]);
        double[] otherUp = _file.Add(Kohya + ".lora_up.weight", [32, 3]);
        using LoraFile second = _file.Open(-1.5f);
        RandomWeights before = TinyModel.UNet();
        float[] weight = before.Read(Module + ".weight");
        float[] merged = LoraMerge.Apply(before, LoraComponent.UNet, [first, second]).Read(Module + ".weight");
        double[] one = WeightChange.LowRank(up, down, 32, 32, 1, 3);
        double[] two = WeightChange.LowRank(otherUp, otherDown, 32, 32, 1, 3);
        for (int i = 0; i < weight.Length; i++)
        {
            double error = Math.Abs(merged[i] - (weight[i] + (0.25 * one[i]) - (1.5 * two[i])));
            Assert.True(error <= 4e-6, $"[{i}] {error}");
        }
    }

    [Fact]
    public void AWeightOf0LeavesEveryBitAsItIs()
    {
        _file.Add(Kohya + ".lora_down.weight", [3, 32]);
        _file.Add(Kohya + ".lora_up.weight", [32, 3]);
        using LoraFile file = _file.Open(0);
        Assert.Equal(1, file.UNetCount);
        // A sum with 0 would turn -0 into 0.
        RandomWeights before = TinyModel.UNet() with { NegativeZeros = true };
        IWeightSource after = LoraMerge.Apply(before, LoraComponent.UNet, [file]);
        Assert.Contains(before.Read(Module + ".weight"), v => v == 0 && float.IsNegative(v));
        Assert.All(before.Names, n => Assert.Equal(before.Read(n).Select(BitConverter.SingleToInt32Bits), after.Read(n).Select(BitConverter.SingleToInt32Bits)));
    }

    [Fact]
    public void AFileOfTheUNetLeavesTheTextEncoder()
    {
        _file.Add(Kohya + ".lora_down.weight", [3, 32]);
        _file.Add(Kohya + ".lora_up.weight", [32, 3]);
        using LoraFile file = _file.Open();
        RandomWeights text = TinyModel.Text();
        Assert.Same(text, LoraMerge.Apply(text, LoraComponent.TextEncoder, [file]));
    }

    [Theory]
    [InlineData("dora_scale", "DoRA")]
    [InlineData("lora_magnitude_vector", "DoRA")]
    [InlineData("oft_blocks", "OFT")]
    [InlineData("oft_diag", "OFT")]
    [InlineData("ia3_l", "IA3")]
    [InlineData("on_input", "IA3")]
    [InlineData("diff", "belong to no weight")]
    [InlineData("lora_B.bias", "belong to no weight")]
    public void OtherKindsAreRefusedByTheirKeys(string part, string kind)
    {
        _file.Add(Kohya + ".lora_down.weight", [3, 32]);
        _file.Add(Kohya + ".lora_up.weight", [32, 3]);
        _file.Add($"{Kohya}.{part}", [32]);
        Refused($"'{Kohya}.{part}'", kind);
    }

    [Theory]
    [InlineData("lora_unet_down_blocks_0_attentions_7_proj_in.lora_down.weight", "belong to no weight of a tiny model")]
    [InlineData("lora_unet_down_blocks_0_resnets_0_norm1.lora_down.weight", "belong to no weight of a tiny model")]
    [InlineData("lora_te_text_model_embeddings_token_embedding.lora_down.weight", "belong to no weight of a tiny model")]
    [InlineData("lora_te1_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", "Stable Diffusion XL")]
    [InlineData("lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", "Stable Diffusion XL")]
    [InlineData("text_encoder_2.text_model.encoder.layers.0.mlp.fc1.lora_A.weight", "Stable Diffusion XL")]
    [InlineData("lora_unet_double_blocks_0_img_attn_proj.lora_down.weight", "Flux")]
    [InlineData("transformer.transformer_blocks.0.attn.to_q.lora_A.weight", "Stable Diffusion 3")]
    [InlineData("conv_in.weight", "belong to no weight of a tiny model")]
    [InlineData("bundle_emb.tok.string_to_param.*", "embedding inside a LoRA")]
    public void LeftOverKeysAreRefusedByName(string key, string reason)
    {
        _file.Add(Kohya + ".lora_down.weight", [3, 32]);
        _file.Add(Kohya + ".lora_up.weight", [32, 3]);
        _file.Add(key, [3, 24]);
        Refused($"'{key}'", reason);
    }

    [Theory]
    [InlineData(768, "Stable Diffusion 1")]
    [InlineData(1024, "Stable Diffusion 2")]
    [InlineData(2048, "Stable Diffusion XL")]
    public void AnotherBaseIsRefusedWithBothWidths(int width, string name)
    {
        // The widths of keys and values tell it, not the first weight that does not fit.
        _file.Add("lora_unet_conv_in.lora_down.weight", [3, 9, 3, 3]);
        _file.Add("lora_unet_conv_in.lora_up.weight", [32, 3, 1, 1]);
        _file.Add(CrossKohya + ".lora_down.weight", [3, width]);
        _file.Add(CrossKohya + ".lora_up.weight", [32, 3]);
        _file.Add("lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", [3, 24]);
        Refused($"text width of {width} ({name}), a tiny model has 24");
    }

    [Fact]
    public void StableDiffusion2AgainstStableDiffusion1()
    {
        _file.Add("lora_te_text_model_encoder_layers_0_self_attn_q_proj.lora_down.weight", [3, 1024]);
        _file.Add("lora_te_text_model_encoder_layers_0_self_attn_q_proj.lora_up.weight", [1024, 3]);
        string path = _file.Write();
        using (LoraFile.Open(path, 1, StableDiffusionArchitecture.StableDiffusion2))
        {
            string message = Assert.Throws<InvalidModelException>(() => LoraFile.Open(path, 1, StableDiffusionArchitecture.StableDiffusion1)).Message;
            Assert.Contains("1024 (Stable Diffusion 2), Stable Diffusion 1 has 768", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ss_base_model_version", "sd_v2_v", 1024)]
    [InlineData("ss_base_model_version", "sdxl_base_v1-0", 2048)]
    [InlineData("ss_v2", "True", 1024)]
    public void WhereNoWidthTellsTheBaseTheMetadataDoes(string key, string value, int width)
    {
        _file.Add(Kohya + ".lora_down.weight", [3, 32]);
        _file.Add(Kohya + ".lora_up.weight", [32, 3]);
        _file.Metadata[key] = value;
        Refused($"text width of {width}");
    }

    [Fact]
    public void AWidthIsBelievedBeforeTheMetadata()
    {
        _file.Add(CrossKohya + ".lora_down.weight", [3, 24]);
        _file.Add(CrossKohya + ".lora_up.weight", [32, 3]);
        _file.Metadata["ss_base_model_version"] = "sdxl_base_v1-0";
        _file.Open().Dispose();
    }

    [Fact]
    public void PartsThatAreMissingOrDoNotFitAreRefused()
    {
        _file.Add(Kohya + ".lora_down.weight", [3, 32]);
        Refused("lora_down.weight'", "no whole LoRA");
        _file.Add(Kohya + ".lora_up.weight", [32, 4]);
        Refused("ranks 4 and 3 differ");
        _file.Add(Kohya + ".lora_up.weight", [40, 3]);
        Refused("do not make up [32, 32]", "'" + Module + ".weight'");
        _file.Add(Kohya + ".lora_up.weight", [32, 3]);
        _file.Add(Kohya + ".hada_w1_a", [32, 3]);
        Refused("no whole LoRA");
        _file.Remove(Kohya + ".hada_w1_a");
        _file.Add(Kohya + ".lora_down.weight", [0, 32]);
        _file.Add(Kohya + ".lora_up.weight", [32, 0]);
        Refused("expected values");
        _file.Add(Kohya + ".lora_down.weight", [3, 8, 2, 2]);
        _file.Add(Kohya + ".lora_up.weight", [32, 3]);
        Refused("do not make up [32, 32]");
        _file.Add(Kohya + ".lora_down.weight", [3, 32]);
        _file.Add(Kohya + ".lora_up.weight", [32, 3, 2, 2]);
        Refused("1x1 convolution");
        _file.Add(Kohya + ".lora_up.weight", [32, 3]);
        _file.Put(Kohya + ".alpha", [2], [1, 1]);
        Refused(".alpha'", "one number");
        _file.Remove(Kohya + ".alpha");
        _file.Add($"unet.{Module}.lora_A.weight", [3, 32]);
        Refused("are both the same part");
    }

    [Fact]
    public void LokrWithAHalfIsRefused()
    {
        _file.Add(Kohya + ".lokr_w1", [4, 4]);
        Refused("Kronecker2 whole or as its two factors");
        _file.Add(Kohya + ".lokr_w2_a", [8, 2]);
        Refused("not its part Kronecker2B");
        _file.Add(Kohya + ".lokr_w2_b", [2, 8]);
        _file.Add(Kohya + ".lokr_w2", [8, 8]);
        Refused("Kronecker2 whole or as its two factors");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void ValuesThatAreNotFiniteAreRefused(double value)
    {
        double[] up = new double[96];
        up[50] = value;
        _file.Add(Kohya + ".lora_down.weight", [3, 32]);
        _file.Put(Kohya + ".lora_up.weight", [32, 3], up, TensorType.F16);
        Refused($"'{Kohya}.lora_up.weight' holds NaN or infinity");
    }

    [Fact]
    public void ASumThatIsNotFiniteIsRefused()
    {
        _file.Put(Kohya + ".lora_down.weight", [1, 32], [.. Enumerable.Repeat(1e30, 32)]);
        _file.Put(Kohya + ".lora_up.weight", [32, 1], [.. Enumerable.Repeat(1e30, 32)]);
        using LoraFile file = _file.Open();
        IWeightSource after = LoraMerge.Apply(TinyModel.UNet(), LoraComponent.UNet, [file]);
        Assert.Contains("no longer finite", Assert.Throws<InvalidModelException>(() => after.Read(Module + ".weight")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TypesOf8BitsAreRefusedByName()
    {
        _file.Add(Kohya + ".lora_down.weight", [3, 32]);
        _file.Add(Kohya + ".lora_up.weight", [32, 3], TensorType.F8E4M3);
        Refused($"'{Kohya}.lora_up.weight' is F8_E4M3 [32, 3]", "fp8");
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("""{ "unet.lora_alpha": "8" }""")]
    [InlineData("""{ "unet.alpha_pattern": { "a.*(b": 2 } }""")]
    [InlineData("""{ "unet.use_dora": true }""")]
    public void DamagedMetadataIsRefused(string json)
    {
        _file.Metadata["lora_adapter_metadata"] = json;
        _file.Add($"unet.{Module}.lora_A.weight", [3, 32]);
        _file.Add($"unet.{Module}.lora_B.weight", [32, 3]);
        Refused("lora_adapter_metadata");
    }

    [Fact]
    public void AnEmptyFileAndAWeightThatIsNoNumberAreRefused()
    {
        Refused("it holds no tensors");
        Assert.Contains("expected a finite number", Assert.Throws<InvalidModelException>(() => LoraFile.Open("unused", float.NaN, TinyModel.Architecture)).Message, StringComparison.Ordinal);
    }

    private void Refused(params string[] parts)
    {
        InvalidModelException error = Assert.Throws<InvalidModelException>(() => _file.Open());
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    // Factor of a LoRA of rank 4 whose product is 1 everywhere.
    private double Scale(string down, string up)
    {
        _file.Put(down, [4, 32], [.. Enumerable.Repeat(1.0, 32), .. new double[96]]);
        _file.Put(up, [32, 4], [.. Enumerable.Repeat(1.0, 128)]);
        using LoraFile file = _file.Open();
        RandomWeights before = TinyModel.UNet();
        float[] change = [.. LoraMerge.Apply(before, LoraComponent.UNet, [file]).Read(Module + ".weight").Zip(before.Read(Module + ".weight"), (a, b) => a - b)];
        Assert.All(change, c => Assert.Equal(change[0], c, 5));
        return change[0];
    }
}
