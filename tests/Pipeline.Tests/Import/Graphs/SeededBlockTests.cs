using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Import.Graphs.Blocks;
using DreamFusion.Pipeline.Models;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

/// <summary>
/// Single blocks against the numbers that huggingface/diffusers holds in tests/models/test_layers_utils.py: the last channel's
/// last 3x3 values of blocks with PyTorch's default weights under torch.manual_seed(0). They are stored with four digits.
/// </summary>
public sealed class SeededBlockTests
{
    private const float Tolerance = 1e-3f;

    [Fact]
    public void TimeTableHasCosinesFirst()
    {
        Dictionary<string, (float[], long[])> none = [];
        float[] table = Evaluate(none, [("timesteps", [23, 24, 25], [3])], (g, inputs) => TimeEmbedding.Table(g, inputs[0], 64), "batch", "width");
        float[] got = [.. from row in Enumerable.Range(0, 3) from column in Enumerable.Range(47, 3) select table[(row * 64) + column]];
        Compare([.3019f, .2280f, .1716f, .3146f, .2377f, .1790f, .3272f, .2474f, .1864f], got);
    }

    [Fact]
    public void ResnetBlock2D()
    {
        TorchGenerator torch = new(0);
        float[] x = torch.Normal(32 * 64 * 64);
        float[] time = torch.Normal(128);
        SeededWeights weights = new(torch);
        weights.Norm("block.norm1", 32);
        weights.Layer("block.conv1", 32, 32, 3, 3);
        weights.Layer("block.time_emb_proj", 32, 128);
        weights.Norm("block.norm2", 32);
        weights.Layer("block.conv2", 32, 32, 3, 3);
        float[] y = Evaluate(
            weights.Tensors, [("x", x, [1, 32, 64, 64]), ("time", time, [1, 128])],
            (g, inputs) => ResnetBlock.Apply(g, new PlainOperators(), "block", inputs[0], g.Silu(inputs[1]), 32, 1e-6f));
        Compare([-1.9010f, -.2974f, -.8245f, -1.3533f, .8742f, -.9645f, -2.0584f, 1.3387f, -.4746f], Corner(y, 64));
    }

    // The stored block has no attention to a text; here a text attention with an output of zero takes its place.
    [Fact]
    public void Transformer2DModel()
    {
        TorchGenerator torch = new(0);
        float[] x = torch.Normal(32 * 64 * 64);
        SeededWeights weights = new(torch);
        const string Block = "block.transformer_blocks.0";
        weights.Norm("block.norm", 32);
        weights.Layer("block.proj_in", 32, 32, 1, 1);
        weights.Matrix(Block + ".attn1.to_q.weight", 32, 32);
        weights.Matrix(Block + ".attn1.to_k.weight", 32, 32);
        weights.Matrix(Block + ".attn1.to_v.weight", 32, 32);
        weights.Layer(Block + ".attn1.to_out.0", 32, 32);
        weights.Layer(Block + ".ff.net.0.proj", 256, 32);
        weights.Layer(Block + ".ff.net.2", 32, 128);
        weights.Layer("block.proj_out", 32, 32, 1, 1);
        foreach (string norm in (string[])[".norm1", ".norm2", ".norm3"])
        {
            weights.Norm(Block + norm, 32);
        }

        foreach (string name in (string[])["to_q.weight", "to_k.weight", "to_v.weight", "to_out.0.weight"])
        {
            weights.Tensors[$"{Block}.attn2.{name}"] = (new float[1024], [32, 32]);
        }

        weights.Tensors[Block + ".attn2.to_out.0.bias"] = (new float[32], [32]);
        UNetArchitecture unet = TinyNetwork.Base1.UNet with { CrossAttentionWidth = 32 };
        float[] y = Evaluate(
            weights.Tensors, [("x", x, [1, 32, 64, 64]), ("text", new float[32], [1, 1, 32])],
            (g, inputs) => Transformer2D.Apply(g, new PlainOperators(), "block", inputs[0], inputs[1], 1, unet));
        Compare([-1.9455f, -.0066f, -1.3933f, -1.5878f, .5325f, -.6486f, -1.8648f, .7515f, -.9689f], Corner(y, 64));
    }

    [Fact]
    public void Upsample2D()
    {
        TorchGenerator torch = new(0);
        float[] x = torch.Normal(32 * 32 * 32);
        SeededWeights weights = new(torch);
        weights.Layer("block.conv", 32, 32, 3, 3);
        float[] y = Evaluate(weights.Tensors, [("x", x, [1, 32, 32, 32])], (g, inputs) => g.Upsample("block", inputs[0]));
        Compare([.7145f, 1.3773f, .3492f, .8448f, 1.0839f, -.3341f, .5956f, .1250f, -.4841f], Corner(y, 64));
    }

    private static void Compare(float[] expected, float[] got) =>
        Assert.All(expected.Zip(got), pair => Assert.True(MathF.Abs(pair.First - pair.Second) <= Tolerance, $"got {pair.Second}, expected {pair.First}"));

    private static float[] Corner(float[] y, int side) =>
        [.. from row in Enumerable.Range(side - 3, 3) from column in Enumerable.Range(side - 3, 3) select y[y.Length - (side * side) + (row * side) + column]];

    private static float[] Evaluate(
        Dictionary<string, (float[] Values, long[] Shape)> weights, (string Name, float[] Values, long[] Shape)[] inputs, Func<GraphWriter, Value[], Value> block, params Extent[] extents)
    {
        using TemporaryFolder folder = new();
        using (GraphWriter g = new(folder.Path, "block", new Stored(weights), TensorElement.Float32, TensorElement.Float32, null))
        {
            Value result = block(g, [.. inputs.Select(i => g.Input(i.Name, TensorElement.Float32, [.. i.Shape.Select(d => (Extent)d)]))]);
            g.Output(result, extents.Length > 0 ? extents : ["batch", "channels", "height", "width"]);
            g.Finish();
        }

        using OnnxSession session = OnnxSession.LoadFile(folder.File("model.onnx"), "block");
        List<(string, OrtValue)> values = [.. inputs.Select(i => (i.Name, TensorValue.FromFloats(TensorElement.Float32, i.Values, i.Shape)))];
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(values, [session.OutputNames[0]]);
        values.ForEach(v => v.Item2.Dispose());
        return TensorValue.ToFloats(results[0]);
    }

    private sealed class SeededWeights(TorchGenerator torch)
    {
        public Dictionary<string, (float[] Values, long[] Shape)> Tensors { get; } = [];

        public void Norm(string name, int channels)
        {
            Tensors[name + ".weight"] = ([.. Enumerable.Repeat(1f, channels)], [channels]);
            Tensors[name + ".bias"] = (new float[channels], [channels]);
        }

        public void Layer(string name, params long[] shape)
        {
            long inputs = Matrix(name + ".weight", shape);
            Tensors[name + ".bias"] = (torch.Initial(shape[0], inputs), [shape[0]]);
        }

        public long Matrix(string name, params long[] shape)
        {
            long inputs = shape.Skip(1).Aggregate(1L, (a, b) => a * b);
            Tensors[name] = (torch.Initial(shape[0] * inputs, inputs), shape);
            return inputs;
        }
    }

    private sealed class Stored(Dictionary<string, (float[] Values, long[] Shape)> tensors) : IWeightSource
    {
        public bool Contains(string name) => tensors.ContainsKey(name);

        public long[] Shape(string name) => tensors[name].Shape;

        public float[] Read(string name) => tensors[name].Values;
    }
}
