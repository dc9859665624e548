using System.Collections.Generic;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Tests.Import.Graphs;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import;

/// <summary>A network in pieces gives what the whole gives.</summary>
public sealed class PiecewiseRunTests
{
    // As the whole: rounding of float sums, of half precision's products.
    [Theory]
    [InlineData("sd1", WeightPrecision.Float32, 100_000, 1e-5)]
    [InlineData("sd2", WeightPrecision.Float32, 100_000, 1e-5)]
    [InlineData("sd2", WeightPrecision.Float32, 1, 1e-5)]
    [InlineData("sd2", WeightPrecision.Float16, 100_000, 1e-2)]
    public void A_network_in_pieces_matches_PyTorch(string golden, WeightPrecision precision, long mostBytes, double tolerance)
    {
        TinyNetwork network = TinyNetwork.Find(golden, "unet");
        using TemporaryFolder folder = new();
        network.Write(folder.Path, new FormulaWeights(network.Shapes), new GraphOptions(precision));
        string[] before = ImportFolders.Names(folder.Path);
        PiecewiseRun pieces = new(folder.File("model.onnx"));
        TensorElement element = pieces.ElementOf("sample");
        Assert.Equal(precision == WeightPrecision.Float16 ? TensorElement.Float16 : TensorElement.Float32, element);
        (float[] sample, long[] sampleShape) = network.Floats("sample");
        (float[] states, long[] statesShape) = network.Floats("encoder_hidden_states");
        using OrtValue x = TensorValue.FromFloats(element, sample, sampleShape);
        using OrtValue t = TensorValue.FromIntegers(TensorElement.Int64, [981, 20], 2);
        using OrtValue text = TensorValue.FromFloats(element, states, statesShape);
        using OrtValue output = pieces.Run(new Dictionary<string, OrtValue> { ["sample"] = x, ["timestep"] = t, ["encoder_hidden_states"] = text }, "out_sample", mostBytes);
        Assert.True(pieces.Pieces > 20, $"{pieces.Pieces} pieces");
        double error = GraphGoldens.Error(TensorValue.ToFloats(output), GraphGoldens.Whole(network));
        Assert.True(error <= tolerance, $"off by {error}");
        Assert.Equal(before, ImportFolders.Names(folder.Path));
    }
}
