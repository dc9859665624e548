using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Import.Graphs;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

/// <summary>
/// The ε of every norm: too small to show in outputs. Values: diffusers' unet_2d_condition (norm_eps), transformer_2d, resnet and
/// vae, transformers' CLIPTextConfig, and the published config.json files.
/// </summary>
public sealed class EpsilonTests
{
    private const float ResnetOfUNet = 1e-5f;
    private const float Transformer = 1e-6f;
    private const float Layer = 1e-5f;
    private const float Vae = 1e-6f;

    [Theory]
    [InlineData("sd1", "unet", false)]
    [InlineData("sd2", "unet", false)]
    [InlineData("sd2", "unet", true)]
    [InlineData("sd1", "text_encoder", false)]
    [InlineData("vae", "vae_encoder", false)]
    [InlineData("vae", "vae_decoder", false)]
    public void EveryNormHasItsEpsilon(string golden, string name, bool fused)
    {
        using TemporaryFolder folder = new();
        TinyNetwork network = TinyNetwork.Find(golden, name);
        network.Write(folder.Path, new FormulaWeights(network.Shapes), new GraphOptions(Fused: fused));
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder.File("model.onnx")));
        List<NodeProto> norms = [.. model.Graph.Node.Where(n => n.OpType is "InstanceNormalization" or "GroupNorm" or "LayerNormalization")];
        Assert.Equal(network.Used.Count(n => n.Contains("norm", StringComparison.Ordinal) && n.EndsWith(".weight", StringComparison.Ordinal)), norms.Count);
        Assert.All(norms, n => Assert.Equal(Expected(name, n), n.Number("epsilon", 0)));
    }

    private static float Expected(string network, NodeProto norm) => norm.OpType switch
    {
        "LayerNormalization" => Layer,
        _ when network != "unet" => Vae,
        _ => norm.Name.Contains("attentions", StringComparison.Ordinal) ? Transformer : ResnetOfUNet,
    };
}
