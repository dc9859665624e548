using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.RandomCheckpoints;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import;

/// <summary>Wrong inputs: one clear error each, exit code 3, nothing written. Shapes are of true size; the files are headers before zeros that take no place.</summary>
public sealed class WrongInputTests : IDisposable
{
    private const string UNet = RandomCheckpoint.UNetPrefix;
    private static readonly StableDiffusionArchitecture _one = StableDiffusionArchitecture.StableDiffusion1;
    private static readonly StableDiffusionArchitecture _two = StableDiffusionArchitecture.StableDiffusion2;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Models => new()
    {
        { "truncated", "bytes of data, the file has" },
        { "an LFS pointer", "Git LFS pointer" },
        { "a web page", "web page" },
        { "a zipped pickle", "pickle (PyTorch)" },
        { "a bare pickle", "pickle (PyTorch)" },
        { "an absurd header", "its header says that it has" },
        { "duplicate keys", "appears twice" },
        { "overlapping offsets", "without overlap" },
        { "a hole", "without holes" },
        { "a tail", "bytes of data, the file has" },
        { "an empty file", "even an empty one has 10" },
        { "fp8", "8-bit float type F8_E4M3 (fp8)" },
        { "integers", "the type I8" },
        { "inpainting", "an inpainting model (its UNet takes 9 channels)" },
        { "instruct-pix2pix", "instruct-pix2pix" },
        { "zero123", "zero123" },
        { "depth", "a depth-to-image model (its UNet takes 5 channels)" },
        { "upscaler", "the 4x upscaler (its UNet takes 7 channels)" },
        { "SDXL", "is Stable Diffusion XL" },
        { "SDXL refiner", "the refiner of Stable Diffusion XL" },
        { "unCLIP", "is unCLIP" },
        { "SD3", "is Stable Diffusion 3" },
        { "Flux", "is Flux" },
        { "LCM", "a latent consistency model (LCM)" },
        { "ControlNet", "is a ControlNet" },
        { "AnimateDiff", "AnimateDiff" },
        { "GLIGEN", "is GLIGEN" },
        { "AltDiffusion", "is AltDiffusion" },
        { "SVD", "Stable Video Diffusion" },
        { "Cascade", "Stable Cascade" },
        { "distilled", "a distilled Stable Diffusion, with fewer blocks" },
        { "distilled without the telling block", "a distilled Stable Diffusion, with fewer blocks" },
        { "missing VAE", "has no VAE: it was cut down to its other parts. Give one with --vae FILE." },
        { "missing text encoder", "has no text encoder" },
        { "missing UNet", "has no UNet" },
        { "a UNet alone", "holds a UNet alone" },
        { "a VAE alone", "Give it with --vae beside a checkpoint" },
        { "a LoRA", "is a LoRA, no checkpoint. Give it with --lora" },
        { "an embedding", "is a textual inversion, no checkpoint. Give it with --embedding" },
        { "mixed bases", "mixes two bases: its UNet attends to texts of width 768 (Stable Diffusion 1), its text encoder gives width 1024 (Stable Diffusion 2)" },
        { "another text width", "attends to texts of width 640, expected 768 (Stable Diffusion 1) or 1024 (Stable Diffusion 2)" },
        { "a weight missing", "1 missing in the UNet: model.diffusion_model.middle_block.1.norm.bias" },
        { "a weight too many", "1 left over, which belong to nothing: model.diffusion_model.middle_block.7.weight" },
        { "a wrong shape", "1 of another shape in the UNet: model.diffusion_model.middle_block.1.norm.bias is [1281], expected [1280]" },
        { "a projection of the wrong shape", "is [320, 320, 3, 3], expected [320, 320, 1, 1]" },
        { "something else", "is no checkpoint of Stable Diffusion" },
        { "one shard", "is one of several files of a checkpoint" },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_that_is_not_imported_is_named(string input, string says)
    {
        string path = Make(input);
        string[] before = ImportFolders.Names(_folder.Path);
        DfkException error = Assert.ThrowsAny<DfkException>(() =>
            ModelImport.ToFolder(new ImportRequest { CheckpointPath = path }, _folder.File("out"), progress: null, CancellationToken.None));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(path), error.Message, StringComparison.Ordinal);
        Assert.Equal(before, ImportFolders.Names(_folder.Path));
    }

    [Theory]
    [InlineData("pickle", "pickle (PyTorch) files")]
    [InlineData("onnx", "is a model folder already: train on it with --model")]
    [InlineData("no unet", "has no folder unet")]
    [InlineData("flux", "is Flux")]
    [InlineData("heads", "attention_head_dim is [5, 10, 20, 20], expected 8, 8, 8, 8")]
    [InlineData("activation", "hidden_act is gelu, expected quick_gelu")]
    [InlineData("no vae", "has no VAE")]
    [InlineData("SDXL", "is Stable Diffusion XL")]
    public void A_folder_that_is_not_imported_is_named(string input, string says)
    {
        string path = MakeFolder(input);
        DfkException error = Assert.ThrowsAny<DfkException>(() =>
            ModelImport.ToFolder(new ImportRequest { CheckpointPath = path }, _folder.File("out"), progress: null, CancellationToken.None));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("out")));
    }

    [Fact]
    public void A_weight_that_is_no_number_is_named_and_nothing_is_left()
    {
        List<CheckpointTensor> tensors = [.. RandomCheckpoint.SingleFile(TinyBases.One, TensorType.F32, 1).Select(tensor => tensor.Key == UNet + "middle_block.1.norm.bias" ? tensor with { Values = () => [.. tensor.Values()[1..], float.NaN] } : tensor)];
        TensorSource.Write(_folder.File("nan.safetensors"), tensors);
        DfkException error = Assert.ThrowsAny<DfkException>(() => ImportFolders.Import(_folder.File("nan.safetensors"), _folder.File("out")));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("mid_block.attentions.0.norm.bias", error.Message, StringComparison.Ordinal);
        Assert.Equal(["nan.safetensors"], ImportFolders.Names(_folder.Path));
    }

    [Theory]
    [InlineData("a UNet", "holds no VAE of Stable Diffusion")]
    [InlineData("16 channels", "of another shape in the VAE")]
    public void A_wrong_vae_is_refused(string input, string says)
    {
        List<CheckpointTensor> vae = input == "a UNet" ? [.. Whole(_one).Where(tensor => tensor.Key.StartsWith(UNet, StringComparison.Ordinal))]
            : [.. RandomCheckpoint.VaeFile(_one.Vae with { LatentChannels = 16 }, TensorType.F16, 0).Where(tensor => !tensor.Key.Contains("quant_conv", StringComparison.Ordinal))];
        string checkpoint = Hollow("a.safetensors", Whole(_one)), path = Hollow("vae.safetensors", vae);
        DfkException error = Assert.ThrowsAny<DfkException>(() =>
            ModelImport.ToFolder(new ImportRequest { CheckpointPath = checkpoint, VaePath = path }, _folder.File("out"), progress: null, CancellationToken.None));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("out")));
    }

    private static List<CheckpointTensor> Whole(StableDiffusionArchitecture architecture) => RandomCheckpoint.SingleFile(architecture, TensorType.F16, 0);

    private static CheckpointTensor New(string key, params long[] shape) => new(key, shape, TensorType.F16, () => []);

    private static List<CheckpointTensor> With(params CheckpointTensor[] more) => [.. Whole(_one), .. more];

    private static List<CheckpointTensor> Without(StableDiffusionArchitecture architecture, Func<string, bool> gone) => [.. Whole(architecture).Where(tensor => !gone(tensor.Key))];

    private static List<CheckpointTensor> Changed(StableDiffusionArchitecture architecture, Func<string, bool> which, Func<CheckpointTensor, CheckpointTensor> change) =>
        [.. Whole(architecture).Select(tensor => which(tensor.Key) ? change(tensor) : tensor)];

    private static List<CheckpointTensor> Channels(StableDiffusionArchitecture architecture, int channels, params CheckpointTensor[] more) =>
        [.. Changed(architecture, key => key == UNet + "input_blocks.0.0.weight", tensor => tensor with { Shape = [320, channels, 3, 3] }), .. more];

    private static List<CheckpointTensor> Context(StableDiffusionArchitecture architecture, int width, params CheckpointTensor[] more) =>
        [.. Changed(architecture, key => key.Contains(".attn2.to_k", StringComparison.Ordinal) || key.Contains(".attn2.to_v", StringComparison.Ordinal), tensor => tensor with { Shape = [tensor.Shape[0], width] }), .. more];

    private string Hollow(string name, IReadOnlyList<CheckpointTensor> tensors)
    {
        TensorSource.WriteHollow(_folder.File(name), tensors);
        return _folder.File(name);
    }

    private string Bytes(byte[] bytes)
    {
        File.WriteAllBytes(_folder.File("file.safetensors"), bytes);
        return _folder.File("file.safetensors");
    }

    // A header as it stands, then some bytes.
    private string Raw(string header, int bytes) => Bytes([.. BitConverter.GetBytes((long)header.Length), .. Encoding.ASCII.GetBytes(header), .. new byte[bytes]]);

    private string Make(string input) => MakeDamaged(input) ?? Hollow(input == "one shard" ? "model-00001-of-00002.safetensors" : "checkpoint.safetensors", MakeModel(input));

    private string? MakeDamaged(string input)
    {
        switch (input)
        {
            case "truncated":
                string path = Hollow("cut.safetensors", Whole(_one));
                using (FileStream file = File.OpenWrite(path))
                {
                    file.SetLength(file.Length - 12345);
                }

                return path;
            case "an LFS pointer":
                return Bytes(Encoding.ASCII.GetBytes("version https://git-lfs.github.com/spec/v1\noid sha256:6ce0161689b3853acaa03779ec93eafe75a02f4ced659bee03f50797806fa2fa\nsize 4265146304\n"));
            case "a web page":
                return Bytes(Encoding.ASCII.GetBytes("<!DOCTYPE html><html><body>Sign in</body></html>"));
            case "a zipped pickle":
                return Bytes([0x50, 0x4B, 3, 4, 0, 0, 8, 8, 0, 0, 0, 0]);
            case "a bare pickle":
                return Bytes([0x80, 2, 0x7D, 0x71, 0, 0x58, 0, 0, 0, 0, 0]);
            case "an absurd header":
                return Bytes([.. BitConverter.GetBytes(1L << 40), (byte)'{', (byte)'}', .. new byte[100]]);
            case "duplicate keys":
                return Raw("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8);
            case "overlapping offsets":
                return Raw("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12);
            case "a hole":
                return Raw("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""", 16);
            case "a tail":
                return Raw("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9);
            case "an empty file":
                return Bytes([]);
            default:
                return null;
        }
    }

    private static List<CheckpointTensor> MakeModel(string input) => input switch
    {
        "fp8" => Changed(_one, key => key.EndsWith("attn1.to_q.weight", StringComparison.Ordinal), tensor => tensor with { Type = TensorType.F8E4M3 }),
        "integers" => Changed(_one, key => key.EndsWith("middle_block.1.norm.bias", StringComparison.Ordinal), tensor => tensor with { Type = TensorType.I8 }),
        "inpainting" => Channels(_one, 9),
        "instruct-pix2pix" => Channels(_one, 8),
        "zero123" => Channels(_one, 8, New("cc_projection.weight", 768, 772)),
        "depth" => Channels(_two, 5),
        "upscaler" => Channels(_two, 7, New(UNet + "label_emb.weight", 1000, 1024)),
        "SDXL" => Context(_two, 2048, New("conditioner.embedders.1.model.ln_final.weight", 1280), New(UNet + "label_emb.0.0.weight", 1280, 2816)),
        "SDXL refiner" => [.. Context(_two, 1280, New("conditioner.embedders.0.model.ln_final.weight", 1280)).Where(tensor => !tensor.Key.StartsWith("cond_stage_model.", StringComparison.Ordinal))],
        "unCLIP" => [.. Whole(_two), New(UNet + "label_emb.0.0.weight", 1280, 2048)],
        "SD3" => [New("model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight", 4608, 1536)],
        "Flux" => [New("double_blocks.0.img_attn.qkv.weight", 9216, 3072)],
        "LCM" => With(New(UNet + "time_embed.cond_proj.weight", 320, 256)),
        "ControlNet" => [New("control_model.input_blocks.0.0.weight", 320, 4, 3, 3)],
        "AnimateDiff" => [New("down_blocks.0.motion_modules.0.temporal_transformer.norm.weight", 320)],
        "GLIGEN" => With(New(UNet + "position_net.null_positive_feature", 768)),
        "AltDiffusion" => With(New("cond_stage_model.roberta.embeddings.word_embeddings.weight", 250002, 1024)),
        "SVD" => [.. Whole(_two), New(UNet + "input_blocks.1.0.time_stack.in_layers.0.weight", 320)],
        "Cascade" => [New("clip_txt_mapper.weight", 1280, 1280)],
        "distilled" => Without(_one, key => key.StartsWith(UNet + "middle_block.", StringComparison.Ordinal)),
        "distilled without the telling block" => Without(_one, key => key.StartsWith(UNet + "middle_block.", StringComparison.Ordinal) || key.StartsWith(UNet + "input_blocks.2.", StringComparison.Ordinal)),
        "missing VAE" => Without(_one, key => key.StartsWith("first_stage_model.", StringComparison.Ordinal)),
        "missing text encoder" => Without(_one, key => key.StartsWith("cond_stage_model.", StringComparison.Ordinal)),
        "missing UNet" => Without(_one, key => key.StartsWith(UNet, StringComparison.Ordinal)),
        "a UNet alone" => [.. NetworkWeights.UNet(_one.UNet).Select(weight => New(weight.Ldm, weight.Shape))],
        "a VAE alone" => RandomCheckpoint.VaeFile(_one.Vae, TensorType.F16, 0),
        "a LoRA" => [New("lora_unet_mid_block_attentions_0_proj_in.lora_down.weight", 4, 1280)],
        "an embedding" => [New("emb_params", 3, 768)],
        "mixed bases" => [.. Without(_one, key => key.StartsWith("cond_stage_model.", StringComparison.Ordinal)), .. Whole(_two).Where(tensor => tensor.Key.StartsWith("cond_stage_model.", StringComparison.Ordinal))],
        "another text width" => Context(_one, 640),
        "a weight missing" => Without(_one, key => key == UNet + "middle_block.1.norm.bias"),
        "a weight too many" => With(New(UNet + "middle_block.7.weight", 4)),
        "a wrong shape" => Changed(_one, key => key == UNet + "middle_block.1.norm.bias", tensor => tensor with { Shape = [1281] }),
        "a projection of the wrong shape" => Changed(_one, key => key == UNet + "input_blocks.1.1.proj_in.weight", tensor => tensor with { Shape = [320, 320, 3, 3] }),
        "one shard" => Whole(_one)[..20],
        _ => [New("weight", 4)],
    };

    private string MakeFolder(string input)
    {
        string path = _folder.File("diffusers");
        void Component(string name, string file, IEnumerable<CheckpointTensor> tensors)
        {
            Directory.CreateDirectory(Path.Combine(path, name));
            TensorSource.WriteHollow(Path.Combine(path, name, file), [.. tensors]);
        }

        IEnumerable<CheckpointTensor> unet = NetworkWeights.UNet(_one.UNet).Select(weight => New(weight.Diffusers, weight.Shape));
        Directory.CreateDirectory(Path.Combine(path, "unet"));
        switch (input)
        {
            case "pickle":
                File.WriteAllBytes(Path.Combine(path, "unet", "diffusion_pytorch_model.bin"), [0x50, 0x4B, 3, 4]);
                return path;
            case "onnx":
                File.WriteAllBytes(Path.Combine(path, "unet", "model.onnx"), []);
                return path;
            case "no unet" or "flux":
                Directory.Delete(Path.Combine(path, "unet"));
                Component(input == "flux" ? "transformer" : "vae", "diffusion_pytorch_model.safetensors", [New("single_transformer_blocks.0.attn.to_q.weight", 3072, 3072)]);
                return path;
            case "SDXL":
                unet = unet.Append(New("add_embedding.linear_1.weight", 1280, 2816)).Select(tensor => tensor.Key.EndsWith("attn2.to_k.weight", StringComparison.Ordinal) ? tensor with { Shape = [tensor.Shape[0], 2048] } : tensor);
                break;
            case "heads":
                File.WriteAllText(Path.Combine(path, "unet", "config.json"), """{"attention_head_dim": [5, 10, 20, 20]}""");
                break;
            default:
                break;
        }

        Component("unet", "diffusion_pytorch_model.safetensors", unet);
        Component("text_encoder", "model.safetensors", NetworkWeights.Text(_one.Text, isOpenClip: false).Select(weight => New(weight.Diffusers, weight.Shape)));
        if (input == "activation")
        {
            File.WriteAllText(Path.Combine(path, "text_encoder", "config.json"), """{"hidden_act": "gelu"}""");
        }

        if (input != "no vae")
        {
            Component("vae", "diffusion_pytorch_model.safetensors", NetworkWeights.Vae(_one.Vae).Select(weight => New(weight.Diffusers, weight.Shape)));
        }

        return path;
    }
}
