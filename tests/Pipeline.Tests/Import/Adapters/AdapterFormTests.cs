using System;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Adapters;
using DreamFusion.References.Adapters;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import.Adapters;

/// <summary>Every form of an adapter, merged in float32, against the definitions in double precision.</summary>
public sealed class AdapterFormTests : IDisposable
{
    // [32, 24] of the text, [32, 32, 1, 1], [64, 32, 3, 3].
    private const string Linear = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k";
    private const string Point = "down_blocks.0.attentions.0.proj_in";
    private const string Conv = "down_blocks.1.resnets.0.conv1";
    private const float Weight = 0.7f;
    private const int R = 5;
    private readonly AdapterWriter _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(TensorType.F32)]
    [InlineData(TensorType.F16)]
    [InlineData(TensorType.BF16)]
    public void LoraOfALinearLayer(TensorType type)
    {
        string name = Kohya(Linear);
        double[] down = _file.Add(name + ".lora_down.weight", [R, 24], type);
        double[] up = _file.Add(name + ".lora_up.weight", [32, R], type);
        Check(Linear, 1, WeightChange.LowRank(up, down, 32, 24, 1, R));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LoraOfA1x1Convolution(bool asMatrix)
    {
        string name = Kohya(Point);
        double[] down = _file.Add(name + ".lora_down.weight", asMatrix ? [R, 32] : [R, 32, 1, 1]);
        double[] up = _file.Add(name + ".lora_up.weight", asMatrix ? [32, R] : [32, R, 1, 1]);
        Check(Point, Alpha(name, 3) / R, WeightChange.LowRank(up, down, 32, 32, 1, R));
    }

    [Fact]
    public void ConvolutionAgainstALinearLayer()
    {
        string name = Kohya(Linear);
        double[] down = _file.Add(name + ".lora_down.weight", [R, 24, 1, 1]);
        double[] up = _file.Add(name + ".lora_up.weight", [32, R, 1, 1]);
        Check(Linear, 1, WeightChange.LowRank(up, down, 32, 24, 1, R));
    }

    [Fact]
    public void LoraOfA3x3Convolution()
    {
        string name = Kohya(Conv);
        double[] down = _file.Add(name + ".lora_down.weight", [R, 32, 3, 3]);
        double[] up = _file.Add(name + ".lora_up.weight", [64, R, 1, 1]);
        Check(Conv, Alpha(name, 2) / R, WeightChange.LowRank(up, down, 64, 32, 9, R));
    }

    [Fact]
    public void LoraWithACore()
    {
        string name = Kohya(Conv);
        double[] down = _file.Add(name + ".lora_down.weight", [4, 32, 1, 1]);
        double[] mid = _file.Add(name + ".lora_mid.weight", [R, 4, 3, 3]);
        double[] up = _file.Add(name + ".lora_up.weight", [64, R, 1, 1]);
        Check(Conv, Alpha(name, 2) / 4, WeightChange.WithCore(up, mid, down, 64, 32, 9, R, 4));
    }

    [Fact]
    public void LohaOfALinearLayer()
    {
        string name = Kohya(Linear);
        double[][] f = Loha(name, [32, R], [R, 24]);
        Check(Linear, Alpha(name, 3) / R, WeightChange.Hadamard(WeightChange.LowRank(f[0], f[1], 32, 24, 1, R), WeightChange.LowRank(f[2], f[3], 32, 24, 1, R)));
    }

    [Fact]
    public void LohaOfA3x3Convolution()
    {
        string name = Kohya(Conv);
        double[][] f = Loha(name, [64, R], [R, 32 * 9]);
        Check(Conv, Alpha(name, 3) / R, WeightChange.Hadamard(WeightChange.LowRank(f[0], f[1], 64, 32, 9, R), WeightChange.LowRank(f[2], f[3], 64, 32, 9, R)));
    }

    [Fact]
    public void LohaWithCores()
    {
        string name = Kohya(Conv);
        double[][] f = Loha(name, [R, 64], [R, 32]);
        double[] t1 = _file.Add(name + ".hada_t1", [R, R, 3, 3]);
        double[] t2 = _file.Add(name + ".hada_t2", [R, R, 3, 3]);
        Check(Conv, Alpha(name, 3) / R, WeightChange.Hadamard(WeightChange.Tucker(t1, f[0], f[1], 64, 32, 9, R), WeightChange.Tucker(t2, f[2], f[3], 64, 32, 9, R)));
    }

    [Fact]
    public void LokrOfTwoWholeMatricesIgnoresAlpha()
    {
        string name = Kohya(Linear);
        double[] w1 = _file.Add(name + ".lokr_w1", [4, 6]);
        double[] w2 = _file.Add(name + ".lokr_w2", [8, 4]);
        Alpha(name, 3);
        Check(Linear, 1, WeightChange.Kronecker(w1, w2, (4, 6), (8, 4), 1));
    }

    [Fact]
    public void LokrWithFactors()
    {
        string name = Kohya(Linear);
        double[] a1 = _file.Add(name + ".lokr_w1_a", [4, R]);
        double[] b1 = _file.Add(name + ".lokr_w1_b", [R, 3]);
        double[] a2 = _file.Add(name + ".lokr_w2_a", [8, R]);
        double[] b2 = _file.Add(name + ".lokr_w2_b", [R, 8]);
        double[] first = WeightChange.LowRank(a1, b1, 4, 3, 1, R);
        Check(Linear, Alpha(name, 3) / R, WeightChange.Kronecker(first, WeightChange.LowRank(a2, b2, 8, 8, 1, R), (4, 3), (8, 8), 1));
    }

    [Fact]
    public void LokrWithAFactoredFirstMatrix()
    {
        string name = Kohya(Linear);
        double[] a1 = _file.Add(name + ".lokr_w1_a", [8, 2]);
        double[] b1 = _file.Add(name + ".lokr_w1_b", [2, 6]);
        double[] w2 = _file.Add(name + ".lokr_w2", [4, 4]);
        Check(Linear, Alpha(name, 3) / 2, WeightChange.Kronecker(WeightChange.LowRank(a1, b1, 8, 6, 1, 2), w2, (8, 6), (4, 4), 1));
    }

    [Fact]
    public void LokrOfA3x3Convolution()
    {
        string name = Kohya(Conv);
        double[] w1 = _file.Add(name + ".lokr_w1", [4, 2]);
        double[] w2 = _file.Add(name + ".lokr_w2", [16, 16, 3, 3]);
        Check(Conv, 1, WeightChange.Kronecker(w1, w2, (4, 2), (16, 16), 9));
    }

    [Fact]
    public void LokrOfA3x3ConvolutionWithFactors()
    {
        string name = Kohya(Conv);
        double[] w1 = _file.Add(name + ".lokr_w1", [4, 2]);
        double[] a2 = _file.Add(name + ".lokr_w2_a", [16, R]);
        double[] b2 = _file.Add(name + ".lokr_w2_b", [R, 16 * 9]);
        Check(Conv, Alpha(name, 3) / R, WeightChange.Kronecker(w1, WeightChange.LowRank(a2, b2, 16, 16, 9, R), (4, 2), (16, 16), 9));
    }

    [Fact]
    public void LokrWithACore()
    {
        string name = Kohya(Conv);
        double[] w1 = _file.Add(name + ".lokr_w1", [4, 2]);
        double[] t2 = _file.Add(name + ".lokr_t2", [R, R, 3, 3]);
        double[] a2 = _file.Add(name + ".lokr_w2_a", [R, 16]);
        double[] b2 = _file.Add(name + ".lokr_w2_b", [R, 16]);
        Check(Conv, Alpha(name, 3) / R, WeightChange.Kronecker(w1, WeightChange.Tucker(t2, a2, b2, 16, 16, 9, R), (4, 2), (16, 16), 9));
    }

    private static string Kohya(string module) => "lora_unet_" + module.Replace('.', '_');

    private double Alpha(string name, double alpha) => _file.Put(name + ".alpha", [], [alpha])[0];

    private double[][] Loha(string name, long[] a, long[] b) =>
        [_file.Add(name + ".hada_w1_a", a), _file.Add(name + ".hada_w1_b", b), _file.Add(name + ".hada_w2_a", a), _file.Add(name + ".hada_w2_b", b)];

    // The sums have up to 25 terms of up to a few units: float32 keeps them to a few times 1e-7 of the largest.
    private void Check(string module, double scale, double[] change)
    {
        using LoraFile file = _file.Open(Weight);
        RandomWeights before = TinyModel.UNet();
        IWeightSource after = LoraMerge.Apply(before, LoraComponent.UNet, [file]);
        foreach (string name in before.Names.Where(n => n != module + ".weight"))
        {
            Assert.Equal(before.Read(name), after.Read(name));
        }

        float[] weight = before.Read(module + ".weight");
        float[] merged = after.Read(module + ".weight");
        Assert.Equal(weight.Length, change.Length);
        Assert.True(change.Max(Math.Abs) > 0.1);
        double[] expected = [.. weight.Zip(change, (w, c) => w + ((double)Weight * scale * c))];
        double tolerance = 1e-6 * expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(merged[i] - expected[i]);
            Assert.True(error <= tolerance, $"{module} [{i}]: {merged[i]}, expected {expected[i]}");
        }
    }
}
